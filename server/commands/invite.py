"""The office lets somebody in: an invitation for one install of one account."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass

from server.commands.give_role import check_role
from server.domain.invitations import LENGTH, VALID_S, code_of, parts
from server.domain.problems import Problem
from server.domain.roles import ROLES
from server.store.accounts import (
    StoredInvitation,
    find_account,
    insert_account,
    insert_invitation,
)
from server.store.audit import add_audit
from server.store.transaction import Transaction, transaction

TRIES = 5


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the office passes on. Shape: `code` ten Crockford characters, single use; `expires_at_ms` server time."""

    id: str
    code: str
    account: str
    person: str | None
    role: str
    village: str | None
    expires_at_ms: int


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is invited to what. Shape: without an account the person's own, without both a new one."""

    role: str
    village: str | None = None
    person: str | None = None
    account: str | None = None


def invite(
    township_id: str,
    role: str,
    now_ms: int,
    village: str | None = None,
    person: str | None = None,
    account: str | None = None,
    valid_s: int = VALID_S,
) -> Invitation:
    """There is an invitation that enrols one install with this role, once, within `valid_s` seconds, in five tries.

    Shape:  a person who has an account keeps it; without person and account a new account is made.
    Raises: not-found (township), malformed-request (role, village, validity)
    """
    check_invitation(role, village, valid_s)
    with transaction(township_id) as tx:
        return invite_in(tx, Guest(role, village, person, account), now_ms, valid_s)


def invite_in(tx: Transaction, guest: Guest, now_ms: int, valid_s: int, by: str | None = None) -> Invitation:
    """The same inside a transaction that does more; `by` is the account that invites."""
    township_id, person = tx.township_id, guest.person
    found = guest.account or account_of(tx, person, now_ms)
    for _ in range(20):
        code = code_of(secrets.token_bytes(LENGTH))
        stored = _stored(township_id, code, found, guest.role, guest.village, now_ms + valid_s * 1000)
        if insert_invitation(tx.connection, stored, now_ms, by):
            break
    else:
        raise Problem("busy", "no free invitation code", retry_after_s=5)
    detail = {"account": found, "role": guest.role, "village": guest.village, "expires_at_ms": stored.expires_at_ms}
    add_audit(tx.connection, township_id, by or "office", "invited", detail, now_ms)
    return Invitation(stored.id, code, found, person, guest.role, guest.village, stored.expires_at_ms)


def account_of(tx: Transaction, person: str | None, now_ms: int) -> str:
    """The account of a person, a new one where he has none."""
    found = find_account(tx.connection, tx.township_id, person) if person else None
    if found is None:
        found = str(uuid.uuid4())
        insert_account(tx.connection, tx.township_id, found, person, now_ms)
    return found


def _stored(
    township_id: str, code: str, account: str, role: str, village: str | None, expires_at_ms: int
) -> StoredInvitation:
    selector, secret = parts(code)
    invitation_id = str(uuid.uuid4())
    hashed = secret_hash(invitation_id, secret)
    return StoredInvitation(
        township_id, invitation_id, selector, hashed, account, role, village, TRIES, expires_at_ms, None
    )


def secret_hash(invitation_id: str, secret: str) -> str:
    """What the server keeps of the secret half of a code."""
    return hashlib.sha256(f"{invitation_id}:{secret}".encode()).hexdigest()


def check_invitation(role: str, village: str | None, valid_s: int) -> None:
    """The role holds a replica, has its village, and the validity is allowed.

    Raises: malformed-request
    """
    check_role(role, village)
    if not ROLES[role].cells:
        known = ", ".join(sorted(name for name, row in ROLES.items() if row.cells))
        raise Problem(
            "malformed-request",
            f"{role} reads online only and holds no replica; roles that do: {known}",
            [("/role", "holds no replica")],
        )
    if not 1 <= valid_s <= 86_400:
        raise Problem("malformed-request", "an invitation is valid for 1 second to 24 hours", [("/valid_s", "1–86400")])
