"""An office holder has a password for desks, a desk signs in with it, and who forgot it is given a fresh start."""

from __future__ import annotations

from zxcvbn import zxcvbn

from server.commands.enrol import Enrolled, Install, add_replica, given_again
from server.commands.password_hash import NOBODYS, hash_password, is_password
from server.commands.step_up import require_step_up
from server.domain.passwords import JUDGED, LEAST_SCORE, length_fault, login_fault, login_key
from server.domain.problems import Problem
from server.domain.replicas import Identity
from server.domain.roles import ROLES
from server.domain.trust import token_hash
from server.store.accounts import is_account
from server.store.audit import add_audit
from server.store.database import reading
from server.store.enrolments import find_enrolment
from server.store.passkeys import has_passkey
from server.store.passwords import (
    StoredPassword,
    find_login,
    load_password,
    remove_password,
    save_password,
    save_proof,
)
from server.store.replicas import load_replica, load_roles
from server.store.transaction import transaction

DESK_ROLES = ("admin", "committee_secretary", "pbo")
"""Who signs in at a desk: DESIGN.md 6."""
PROVING_ROLES = (*DESK_ROLES, "scrutineer")
"""Who may have a password or a passkey: a scrutineer proves himself with it on his own phone, and signs in nowhere."""


def set_password(identity: Identity, login: str, password: str, now_ms: int) -> None:
    """The account signs in at desks with this name and password; whoever had one before has just proved it.

    Raises: not-allowed, step-up-needed (he has one already, or a passkey), malformed-request (name taken, too weak)
    """
    if not identity.actor.holds(PROVING_ROLES):
        raise Problem("not-allowed", f"a password is for {', '.join(PROVING_ROLES)}")
    _check(login, password, identity.tenant.name)
    township, account = identity.tenant.id, identity.replica.account
    with reading() as connection:
        before = load_password(connection, township, account)
        passkey = has_passkey(connection, township, account)
    if before is not None or passkey:
        require_step_up(identity, now_ms)
    kept = StoredPassword(township, account, login.strip(), hash_password(password))
    with transaction(township) as tx:
        if before is None and load_password(tx.connection, township, account) is not None:
            raise Problem("step-up-needed", "a password was set a moment ago", how="password")
        if not passkey and has_passkey(tx.connection, township, account):
            raise Problem("step-up-needed", "a passkey was added a moment ago", how="passkey", passkey=True)
        if not save_password(tx.connection, kept, login_key(login), now_ms):
            raise Problem("malformed-request", "the login name is taken", [("/login", "is taken")])
        save_proof(tx.connection, identity.replica.id, now_ms)
        add_audit(tx.connection, township, account, "password-set", {"replica": identity.replica.id}, now_ms)


def sign_in(login: str, password: str, install: Install, now_ms: int, lease_ms: int) -> Enrolled:
    """There is one more replica of the account behind name and password; nobody learns which of the two was wrong.

    Raises: sign-in-refused
    """
    with reading() as connection:
        kept = find_login(connection, login_key(login))
        held = load_roles(connection, kept.township_id, kept.account_id, now_ms) if kept else ()
    right = is_password(password, kept.hash if kept else NOBODYS)
    if kept is None or not right or not any(role.role in DESK_ROLES and ROLES[role.role].cells for role in held):
        raise Problem("sign-in-refused", "the login name or the password is wrong")
    with transaction(kept.township_id) as tx:
        named = token_hash(install.enrolment) if install.enrolment else None
        before = find_enrolment(tx.connection, kept.township_id, kept.account_id, named) if named else None
        if before is not None:
            return given_again(tx, before, install, now_ms, lease_ms)
        enrolled = add_replica(tx, kept.account_id, None, install, now_ms, lease_ms)
        replica = enrolled.identity.replica.id
        save_proof(tx.connection, replica, now_ms)
        add_audit(tx.connection, tx.township_id, kept.account_id, "signed-in", {"replica": replica}, now_ms)
    return enrolled


def clear_password(township_id: str, account: str, now_ms: int, by: str = "office") -> bool:
    """The account has no password any more and may set a new one at a browser that is signed in; False if it had none.

    Raises: not-found
    """
    with transaction(township_id) as tx:
        if not is_account(tx.connection, township_id, account):
            raise Problem("not-found", "there is no such account")
        removed = remove_password(tx.connection, township_id, account)
        if removed:
            add_audit(tx.connection, township_id, by, "password-cleared", {"account": account}, now_ms)
    return removed


def clear_password_of(replica_id: str, now_ms: int, by: str = "office") -> bool:
    """The same for the account of a replica.

    Raises: not-found
    """
    with reading() as connection:
        identity = load_replica(connection, replica_id, now_ms)
    if identity is None:
        raise Problem("not-found", "there is no such replica")
    return clear_password(identity.tenant.id, identity.replica.account, now_ms, by)


def _check(login: str, password: str, township: str) -> None:
    faults = [("/login", login_fault(login)), ("/password", length_fault(password))]
    errors = [(pointer, fault) for pointer, fault in faults if fault]
    if not errors and zxcvbn(password[:JUDGED], user_inputs=[login, township])["score"] < LEAST_SCORE:
        errors = [("/password", "is too easy to guess")]
    if errors:
        raise Problem("malformed-request", "the login name or the password does not do", errors)
