"""Step-up: before what cannot be taken back, the person behind the replica has proved a moment ago who he is."""

from __future__ import annotations

from server.commands.password_hash import is_password
from server.domain.passwords import STEP_UP_MS, is_fresh
from server.domain.problems import Problem
from server.domain.replicas import Identity
from server.store.audit import add_audit
from server.store.database import reading
from server.store.passkeys import has_passkey
from server.store.passwords import load_password, load_proof, save_proof
from server.store.transaction import transaction


def require_step_up(identity: Identity, now_ms: int) -> None:
    """The replica's person proved who he is within the last five minutes.

    Shape:  `how` of the problem says what he can do: `password`, `passkey` where he has only those, or `set-password`
            where he has neither; `passkey` whether he has any
    Raises: step-up-needed
    """
    with reading() as connection:
        proved_at_ms = load_proof(connection, identity.replica.id)
        has_password = load_password(connection, identity.tenant.id, identity.replica.account) is not None
        passkey = has_passkey(connection, identity.tenant.id, identity.replica.account)
    if not is_fresh(proved_at_ms, now_ms):
        how = "password" if has_password else "passkey" if passkey else "set-password"
        said = "this needs a proof that is at most five minutes old"
        raise Problem("step-up-needed", said, how=how, passkey=passkey)


def prove(identity: Identity, password: str, now_ms: int) -> int:
    """The proof of this replica is fresh; until when.

    Raises: sign-in-refused, step-up-needed (there is no password yet)
    """
    with reading() as connection:
        kept = load_password(connection, identity.tenant.id, identity.replica.account)
    if kept is None:
        raise Problem("step-up-needed", "this account has no password yet", how="set-password")
    if not is_password(password, kept.hash):
        raise Problem("sign-in-refused", "the password is wrong")
    return note_proof(identity, now_ms)


def note_proof(identity: Identity, now_ms: int, event: str = "stepped-up") -> int:
    """The proof of this replica is fresh, by whatever convinced the caller; until when."""
    with transaction(identity.tenant.id) as tx:
        save_proof(tx.connection, identity.replica.id, now_ms)
        detail = {"replica": identity.replica.id}
        add_audit(tx.connection, tx.township_id, identity.replica.account, event, detail, now_ms)
    return now_ms + STEP_UP_MS
