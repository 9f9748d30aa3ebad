"""An office holder's passkeys: he adds one, looks at them, removes one."""

from __future__ import annotations

import uuid

from server.commands.passkey_check import check_added, question_of, refused
from server.commands.passwords import PROVING_ROLES
from server.commands.step_up import require_step_up
from server.domain.passkeys import LONGEST_LABEL, MOST_PASSKEYS, NewPasskey, Site
from server.domain.passwords import is_fresh
from server.domain.problems import Problem
from server.domain.replicas import Identity
from server.store.audit import add_audit
from server.store.database import reading
from server.store.passkeys import (
    StoredPasskey,
    has_passkey,
    insert_passkey,
    load_passkeys,
    remove_passkeys,
    spend_challenge,
)
from server.store.passwords import load_password, load_proof, save_proof
from server.store.transaction import Transaction, transaction


def passkeys_of(identity: Identity) -> list[StoredPasskey]:
    """The passkeys of this account, oldest first."""
    with reading() as connection:
        return load_passkeys(connection, identity.tenant.id, identity.replica.account)


def may_add(identity: Identity, now_ms: int) -> list[StoredPasskey]:
    """The account may have one more; which it has. Whoever has a password or a passkey proves it first.

    Raises: not-allowed, step-up-needed, malformed-request (there are ten)
    """
    if not identity.actor.holds(PROVING_ROLES):
        raise Problem("not-allowed", f"a passkey is for {', '.join(PROVING_ROLES)}")
    with reading() as connection:
        password = load_password(connection, identity.tenant.id, identity.replica.account)
        kept = load_passkeys(connection, identity.tenant.id, identity.replica.account)
    if password is not None or kept:
        require_step_up(identity, now_ms)
    if len(kept) >= MOST_PASSKEYS:
        raise Problem("malformed-request", f"an account has {MOST_PASSKEYS} passkeys at most")
    return kept


def add_passkey(identity: Identity, site: Site, label: str, sent: NewPasskey, now_ms: int) -> str:
    """The account signs in at desks with this passkey, too; its id. Making it was a proof.

    Raises: not-allowed, step-up-needed, malformed-request, passkey-refused
    """
    name = label.strip()
    if not 1 <= len(name) <= LONGEST_LABEL:
        raise Problem("malformed-request", "the passkey has no name", [("/label", f"takes 1 to {LONGEST_LABEL}")])
    may_add(identity, now_ms)
    question = question_of(site, "add", identity.replica.id, sent.client_data, now_ms)
    key = check_added(site, question, sent)
    township, account, replica = identity.tenant.id, identity.replica.account, identity.replica.id
    made = StoredPasskey(
        township, str(uuid.uuid4()), account, replica, site.name, key.credential, key.public_key, key.sign_count,
        name, now_ms, None,
    )  # fmt: skip
    with transaction(township) as tx:
        _nothing_unproved(tx, identity, now_ms)
        if not spend_challenge(tx.connection, township, question.hash, question.expires_at_ms, now_ms):
            raise refused()
        if not insert_passkey(tx.connection, made):
            raise refused()
        save_proof(tx.connection, replica, now_ms)
        add_audit(tx.connection, township, account, "passkey-added", {"replica": replica, "passkey": made.id}, now_ms)
    return made.id


def remove_passkey(identity: Identity, passkey: str, now_ms: int) -> bool:
    """The account has this passkey no more; its person has just proved who he is, and need not do it with this one.

    Raises: step-up-needed, not-found
    """
    require_step_up(identity, now_ms)
    if passkey not in {one.id for one in passkeys_of(identity)}:
        raise Problem("not-found", "the account has no such passkey")
    return end_passkey(identity.tenant.id, passkey, now_ms, identity.replica.account)


def end_passkey(township_id: str, passkey: str, now_ms: int, by: str = "office") -> bool:
    """Nobody signs in with this passkey any more.

    Raises: not-found
    """
    with transaction(township_id) as tx:
        if not end_passkeys(tx, [passkey], now_ms, by):
            raise Problem("not-found", "there is no such passkey")
    return True


def end_passkeys(tx: Transaction, passkeys: list[str], now_ms: int, by: str) -> int:
    """The same for several inside a turn; how many there were."""
    ended = 0
    for one in passkeys:
        if remove_passkeys(tx.connection, tx.township_id, [one]):
            add_audit(tx.connection, tx.township_id, by, "passkey-removed", {"passkey": one}, now_ms)
            ended += 1
    return ended


def _nothing_unproved(tx: Transaction, identity: Identity, now_ms: int) -> None:
    """Two browsers that add a first one at once: the second proves the first."""
    account = identity.replica.account
    if is_fresh(load_proof(tx.connection, identity.replica.id), now_ms):
        return
    password = load_password(tx.connection, tx.township_id, account)
    other = has_passkey(tx.connection, tx.township_id, account)
    if other or password is not None:
        how = "password" if password is not None else "passkey"
        raise Problem("step-up-needed", "something to prove it with was set a moment ago", how=how, passkey=other)
