"""How far each group's posting windows are full: numbers only, by group."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection

from server.store.bulk import sql

HERE = "'present'"


def load_full(connection: Connection, township_id: str, round_id: str) -> dict[str, int]:
    """The highest full window of each group that has one."""
    found = connection.execute(
        sql("SELECT group_slug, full_to FROM posting_windows WHERE township_id = :township AND round_id = :round"),
        {"township": township_id, "round": round_id},
    )
    return {str(group): int(full) for group, full in found}


def load_together(
    connection: Connection, township_id: str, round_id: str, meeting_id: str, group: str, subjects: int, window: int
) -> int:
    """How many of the group are together in this window, for the subject that fewest of them may grade."""
    asked = {"township": township_id, "round": round_id, "meeting": meeting_id, "group": group, "window": window}
    by_subject = connection.execute(
        sql(
            "SELECT subject_id, count(*) FROM issuances WHERE township_id = :township AND round_id = :round "
            "AND posting_window = :window AND roll_id IN (SELECT id FROM evaluator_roll WHERE township_id = :township "
            "AND meeting_id = :meeting AND group_slug = :group) GROUP BY subject_id"
        ),
        asked,
    )
    issued = Counter({str(subject): int(number) for subject, number in by_subject})
    return min(issued.values()) if len(issued) == subjects else 0


def load_waiting(connection: Connection, township_id: str, round_id: str, meeting_id: str, group: str) -> int:
    """How many of the group are present and have nothing yet."""
    # EXCEPT, not NOT EXISTS: with no statistics yet PostgreSQL would look once for each row of the roll.
    found = connection.execute(
        sql(
            "SELECT count(*) FROM (SELECT id FROM evaluator_roll WHERE township_id = :township "
            f"AND meeting_id = :meeting AND group_slug = :group AND status = {HERE} "
            "EXCEPT SELECT roll_id FROM issuances WHERE township_id = :township AND round_id = :round) AS w"
        ),
        {"township": township_id, "round": round_id, "meeting": meeting_id, "group": group},
    )
    return int(found.scalar_one())


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
