"""The office lets somebody in: an invitation for one install of one account."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass

from server.domain.invitations import LENGTH, code_of, parts
from server.domain.permissions import READS
from server.domain.problems import Problem
from server.store.accounts import (
    StoredInvitation,
    find_account,
    insert_account,
    insert_invitation,
)
from server.store.audit import add_audit
from server.store.transaction import transaction

TRIES = 5
VALID_S = 900
VILLAGE_ROLES = frozenset({"branch_secretary", "first_secretary", "resident_team", "village_lead"})


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the office passes on. Shape: `code` ten Crockford characters, single use; `expires_at_ms` server time."""

    code: str
    account: str
    person: str | None
    role: str
    village: str | None
    expires_at_ms: int


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
        found = account or (find_account(tx.connection, township_id, person) if person else None)
        if found is None:
            found = str(uuid.uuid4())
            insert_account(tx.connection, township_id, found, person, now_ms)
        for _ in range(20):
            code = code_of(secrets.token_bytes(LENGTH))
            stored = _stored(township_id, code, found, role, village, now_ms + valid_s * 1000)
            if insert_invitation(tx.connection, stored, now_ms):
                break
        else:
            raise Problem("busy", "no free invitation code", retry_after_s=5)
        detail = {"account": found, "role": role, "village": village, "expires_at_ms": stored.expires_at_ms}
        add_audit(tx.connection, township_id, "office", "invited", detail, now_ms)
    return Invitation(code, found, person, role, village, stored.expires_at_ms)


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
    if not READS.get(role):
        known = ", ".join(sorted(name for name, cells in READS.items() if cells))
        raise Problem("malformed-request", f"{role} holds no replica; roles: {known}", [("/role", "holds no replica")])
    if role in VILLAGE_ROLES and village is None:
        raise Problem("malformed-request", f"{role} belongs to a village", [("/village", "is needed for this role")])
    if role not in VILLAGE_ROLES and village is not None:
        raise Problem(
            "malformed-request", f"{role} belongs to no village", [("/village", "does not go with this role")]
        )
    if not 1 <= valid_s <= 86_400:
        raise Problem("malformed-request", "an invitation is valid for 1 second to 24 hours", [("/valid_s", "1–86400")])
