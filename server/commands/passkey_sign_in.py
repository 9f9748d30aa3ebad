"""A desk signs in with a passkey, and its person proves himself anew with it."""

from __future__ import annotations

from dataclasses import dataclass

from server.commands.enrol import Enrolled, Install, add_replica, given_again
from server.commands.passkey_check import Question, bytes_to_text, check_proved, question_of, refused
from server.commands.passwords import DESK_ROLES
from server.domain.passkeys import Assertion, Purpose, Site, account_of, is_copy
from server.domain.passwords import STEP_UP_MS
from server.domain.replicas import Identity
from server.domain.roles import ROLES
from server.domain.trust import token_hash
from server.store.audit import add_audit
from server.store.database import reading
from server.store.enrolments import find_enrolment
from server.store.passkeys import StoredPasskey, find_passkey, note_use, spend_challenge
from server.store.passwords import save_proof
from server.store.replicas import load_roles
from server.store.transaction import Transaction, transaction


@dataclass(frozen=True, slots=True)
class Signed:
    """A passkey that signed a question of ours, and how far it has counted."""

    passkey: StoredPasskey
    question: Question
    count: int


def sign_in_by_passkey(site: Site, sent: Assertion, install: Install, now_ms: int, lease_ms: int) -> Enrolled:
    """There is one more replica of the account whose passkey signed; a name was never asked.

    Raises: passkey-refused (nobody learns why)
    """
    owner = account_of(sent.user_handle)
    if owner is None:
        raise refused()
    township, account = owner
    signed = _signed(site, "sign-in", "", township, account, sent, now_ms)
    with reading() as connection:
        held = load_roles(connection, township, account, now_ms)
    if not any(role.role in DESK_ROLES and ROLES[role.role].cells for role in held):
        raise refused()
    with transaction(township) as tx:
        enrolled = _enrolled(tx, signed, install, now_ms, lease_ms) if _taken(tx, signed, now_ms) else None
    if enrolled is None:
        raise refused()
    return enrolled


def prove_by_passkey(identity: Identity, site: Site, sent: Assertion, now_ms: int) -> int:
    """The proof of this replica is fresh; until when.

    Raises: passkey-refused
    """
    township, replica, account = identity.tenant.id, identity.replica.id, identity.replica.account
    signed = _signed(site, "step-up", replica, township, account, sent, now_ms)
    with transaction(township) as tx:
        taken = _taken(tx, signed, now_ms)
        if taken:
            save_proof(tx.connection, replica, now_ms)
            detail = {"replica": replica, "passkey": signed.passkey.id}
            add_audit(tx.connection, township, account, "stepped-up", detail, now_ms)
    if not taken:
        raise refused()
    return now_ms + STEP_UP_MS


def _signed(
    site: Site, purpose: Purpose, asked: str, township: str, account: str, sent: Assertion, now_ms: int
) -> Signed:
    question = question_of(site, purpose, asked, sent.client_data, now_ms)
    with reading() as connection:
        kept = find_passkey(connection, township, bytes_to_text(sent.credential))
    if kept is None or kept.account_id != account or kept.site != site.name:
        raise refused()
    return Signed(kept, question, check_proved(site, question, sent, kept.public_key))


def _taken(tx: Transaction, signed: Signed, now_ms: int) -> bool:
    """The question is spent and the count kept; False where it was spent before, or the passkey is a copy or gone.

    Shape:  nothing raises here: that there is a copy stays written down
    """
    kept, question = signed.passkey, signed.question
    if not spend_challenge(tx.connection, tx.township_id, question.hash, question.expires_at_ms, now_ms):
        return False
    newest = find_passkey(tx.connection, tx.township_id, kept.credential)
    if newest is None or newest.id != kept.id:
        return False
    if is_copy(newest.sign_count, signed.count):
        detail = {"passkey": kept.id, "kept": newest.sign_count, "told": signed.count}
        add_audit(tx.connection, tx.township_id, kept.account_id, "passkey-refused", detail, now_ms)
        return False
    note_use(tx.connection, newest, signed.count, now_ms)
    return True


def _enrolled(tx: Transaction, signed: Signed, install: Install, now_ms: int, lease_ms: int) -> Enrolled:
    account = signed.passkey.account_id
    named = token_hash(install.enrolment) if install.enrolment else None
    before = find_enrolment(tx.connection, tx.township_id, account, named) if named else None
    if before is not None:
        return given_again(tx, before, install, now_ms, lease_ms)
    enrolled = add_replica(tx, account, None, install, now_ms, lease_ms)
    replica = enrolled.identity.replica.id
    save_proof(tx.connection, replica, now_ms)
    detail = {"replica": replica, "passkey": signed.passkey.id}
    add_audit(tx.connection, tx.township_id, account, "passkey-sign-in", detail, now_ms)
    return enrolled
