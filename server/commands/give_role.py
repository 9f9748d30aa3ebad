"""The office gives somebody a role, from a day on and perhaps until another; nobody has to act when the days come."""

from __future__ import annotations

import uuid
from dataclasses import asdict

from server.domain.problems import Problem
from server.domain.roles import ROLES, Assignment
from server.store.accounts import insert_role, is_account
from server.store.audit import add_audit
from server.store.transaction import Transaction, transaction


def give_role(
    township_id: str,
    account: str,
    role: str,
    now_ms: int,
    village: str | None = None,
    from_ms: int | None = None,
    to_ms: int | None = None,
    by: str = "office",
) -> str:
    """The account holds the role from `from_ms` (now) up to `to_ms` (no end); the id of the assignment.

    Shape:  his replicas hold other scopes at their first contact after either moment
    Raises: malformed-request (role, village, times), not-found (account, village)
    """
    with transaction(township_id) as tx:
        if not is_account(tx.connection, township_id, account):
            raise Problem("not-found", "there is no such account")
        given = Assignment(role, village, now_ms if from_ms is None else from_ms, to_ms)
        return give_role_in(tx, account, given, now_ms, by)


def give_role_in(tx: Transaction, account: str, given: Assignment, now_ms: int, by: str) -> str:
    """The same inside a transaction that does more."""
    check_role(given.role, given.village)
    if given.to_ms is not None and given.to_ms <= given.from_ms:
        raise Problem("malformed-request", "a role ends after it begins", [("/to_ms", "is not after the beginning")])
    home = tx.load_records([given.village]).get(given.village) if given.village else None
    if given.village and (home is None or home.kind != "village" or home.deleted):
        raise Problem("not-found", "there is no such village")
    assignment = str(uuid.uuid4())
    insert_role(
        tx.connection, tx.township_id, assignment, account, given.role, given.village, given.from_ms, given.to_ms
    )
    detail = {"account": account, **asdict(given)}
    add_audit(tx.connection, tx.township_id, by, "role-given", detail, now_ms)
    return assignment


def check_role(role: str, village: str | None) -> None:
    """There is such a role for a person, and it names a village just where it belongs to one.

    Raises: malformed-request
    """
    row = ROLES.get(role)
    if row is None or role == "service":
        known = ", ".join(sorted(name for name in ROLES if name != "service"))
        raise Problem("malformed-request", f"{role} is no role of a person; roles: {known}", [("/role", "is unknown")])
    if row.place == "village" and village is None:
        raise Problem("malformed-request", f"{role} belongs to a village", [("/village", "is needed for this role")])
    if row.place == "town" and village is not None:
        raise Problem(
            "malformed-request", f"{role} belongs to no village", [("/village", "does not go with this role")]
        )
