"""The office gives somebody of the roster a role, and ends one; the office itself never falls empty."""

from __future__ import annotations

from server.commands.end_role import end_one_role
from server.commands.give_role import give_role_in
from server.commands.invite import account_of
from server.domain.problems import Problem
from server.domain.roles import Assignment
from server.store.database import reading
from server.store.people import AssignmentRow, load_assignments
from server.store.transaction import transaction

KEEPERS = frozenset({"pbo", "admin"})
"""Who lets people in; one of them has to be left."""


def appoint(
    township_id: str,
    person: str,
    role: str,
    now_ms: int,
    village: str | None = None,
    from_ms: int | None = None,
    to_ms: int | None = None,
    by: str = "office",
) -> tuple[str, str, bool]:
    """The person holds the role: (account, assignment, False where he held it for all that time already).

    Raises: malformed-request (role, village, times, person), not-found (village)
    """
    given = Assignment(role, village, now_ms if from_ms is None else from_ms, to_ms)
    with transaction(township_id) as tx:
        found = tx.load_records([person]).get(person)
        if found is None or found.kind != "person" or found.deleted:
            raise Problem("malformed-request", "there is no such person", [("/person", "is nobody of this township")])
        account = account_of(tx, person, now_ms)
        held = load_assignments(tx.connection, township_id)
        same = next((one for one in held if one.account == account and _covers(one, given)), None)
        if same is not None:
            return account, same.id, False
        return account, give_role_in(tx, account, given, now_ms, by), True


def dismiss(township_id: str, assignment: str, now_ms: int, at_ms: int | None = None, by: str = "office") -> bool:
    """The role ends at `at_ms` (now); False where it ends sooner anyway.

    Raises: not-found, last-office-holder
    """
    ends = now_ms if at_ms is None else max(at_ms, now_ms)
    with reading() as connection:
        held = load_assignments(connection, township_id)
    wanted = next((one for one in held if one.id == assignment), None)
    if wanted is None:
        raise Problem("not-found", "there is no such role of anybody")
    rest = [one for one in held if one.id != assignment and one.role in KEEPERS and _lasts(one, ends)]
    if wanted.role in KEEPERS and not rest:
        raise Problem("last-office-holder", "nobody would be left who can let people in")
    return end_one_role(township_id, assignment, now_ms, ends, by)


def _covers(one: AssignmentRow, given: Assignment) -> bool:
    same = (one.role, one.village) == (given.role, given.village)
    until = one.to_ms is None or (given.to_ms is not None and one.to_ms >= given.to_ms)
    return same and one.from_ms <= given.from_ms and until


def _lasts(one: AssignmentRow, at_ms: int) -> bool:
    return one.from_ms <= at_ms and (one.to_ms is None or one.to_ms > at_ms)
