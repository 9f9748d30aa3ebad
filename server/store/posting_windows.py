"""How far each group's posting windows are full: numbers only, by group."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import Connection

from server.store.bulk import sql

HERE = "'present'"


@dataclass(frozen=True, slots=True)
class Company:
    """One group. Shape: `full` its highest full window; `issued`, `waiting` as `highest_full` takes them."""

    full: int
    issued: int
    waiting: int


def load_full(connection: Connection, township_id: str, round_id: str) -> dict[str, int]:
    """The highest full window of each group that has one."""
    found = connection.execute(
        sql("SELECT group_slug, full_to FROM posting_windows WHERE township_id = :township AND round_id = :round"),
        {"township": township_id, "round": round_id},
    )
    return {str(group): int(full) for group, full in found}


def load_company(
    connection: Connection, township_id: str, round_id: str, meeting_id: str, group: str, subjects: int, full: int
) -> Company:
    """Who is together in the window after `full`, and who of the group is present and has nothing yet."""
    asked = {"township": township_id, "round": round_id, "meeting": meeting_id, "group": group, "window": full + 1}
    by_subject = connection.execute(
        sql(
            "SELECT subject_id, count(*) FROM issuances WHERE township_id = :township AND round_id = :round "
            "AND posting_window = :window AND roll_id IN (SELECT id FROM evaluator_roll WHERE township_id = :township "
            "AND meeting_id = :meeting AND group_slug = :group) GROUP BY subject_id"
        ),
        asked,
    )
    issued = Counter({str(subject): int(number) for subject, number in by_subject})
    waiting = connection.execute(
        # EXCEPT, not NOT EXISTS: with no statistics yet PostgreSQL would look once for each row of the roll.
        sql(
            "SELECT count(*) FROM (SELECT id FROM evaluator_roll WHERE township_id = :township "
            f"AND meeting_id = :meeting AND group_slug = :group AND status = {HERE} "
            "EXCEPT SELECT roll_id FROM issuances WHERE township_id = :township AND round_id = :round) AS w"
        ),
        asked,
    ).scalar_one()
    return Company(full, min(issued.values()) if len(issued) == subjects else 0, int(waiting))


def save_full(connection: Connection, township_id: str, round_id: str, group: str, full: int) -> None:
    """The group's windows up to this one are full, for good."""
    connection.execute(
        sql(
            "INSERT INTO posting_windows (township_id, round_id, group_slug, full_to) "
            "VALUES (:township, :round, :group, :full) ON CONFLICT (township_id, round_id, group_slug) "
            "DO UPDATE SET full_to = excluded.full_to WHERE posting_windows.full_to < excluded.full_to"
        ),
        {"township": township_id, "round": round_id, "group": group, "full": full},
    )
