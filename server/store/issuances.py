"""Who has handed in, by sheet or by paper form: never which slip, never when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from server.store.bulk import insert_rows, sql


@dataclass(frozen=True, slots=True)
class Issued:
    """One subject of one evaluator. Shape: `hash` of the blinded bytes, `window` for `e`; `form_no` for `p`."""

    subject: str
    channel: str
    hash: str | None
    form_no: int | None
    window: int | None


def load_issued(connection: Connection, township_id: str, round_id: str, roll_id: str) -> list[Issued]:
    """What this evaluator has already had issued."""
    found = connection.execute(
        sql(
            "SELECT subject_id, channel, request_hash, form_no, posting_window FROM issuances "
            "WHERE township_id = :township AND round_id = :round AND roll_id = :roll"
        ),
        {"township": township_id, "round": round_id, "roll": roll_id},
    )
    return [Issued(*row) for row in found]


def insert_issued(
    connection: Connection, township_id: str, round_id: str, roll_id: str, issued: Iterable[Issued]
) -> None:
    """All of it is issued; the key of the table stops a second time."""
    columns = {"township_id": "text", "round_id": "text", "roll_id": "text", "subject_id": "text", "channel": "text"}
    columns |= {"request_hash": "text", "form_no": "bigint", "posting_window": "bigint"}
    rows = [
        {
            "township_id": township_id,
            "round_id": round_id,
            "roll_id": roll_id,
            "subject_id": one.subject,
            "channel": one.channel,
            "request_hash": one.hash,
            "form_no": one.form_no,
            "posting_window": one.window,
        }
        for one in issued
    ]
    insert_rows(connection, "issuances", columns, rows)


def load_all_issued(connection: Connection, township_id: str, round_id: str) -> list[tuple[str, Issued]]:
    """Everything that is issued in the round, by row of the roll; for a round that goes to another machine."""
    found = connection.execute(
        sql(
            "SELECT roll_id, subject_id, channel, request_hash, form_no, posting_window FROM issuances "
            "WHERE township_id = :township AND round_id = :round ORDER BY roll_id, subject_id"
        ),
        {"township": township_id, "round": round_id},
    )
    return [(str(row[0]), Issued(*row[1:])) for row in found]


def replace_form(connection: Connection, township_id: str, round_id: str, spoiled: int, form_no: int) -> int:
    """Whoever held the spoiled form holds this one; for how many subjects, 0 where nobody held it."""
    done = connection.execute(
        sql(
            "UPDATE issuances SET form_no = :new WHERE township_id = :township AND round_id = :round AND form_no = :old"
        ),
        {"township": township_id, "round": round_id, "old": spoiled, "new": form_no},
    )
    return done.rowcount


def load_holders(connection: Connection, township_id: str, round_id: str) -> dict[int, str]:
    """Who holds which paper form. Shape: form number → row of the roll"""
    found = connection.execute(
        sql(
            "SELECT DISTINCT form_no, roll_id FROM issuances "
            "WHERE township_id = :township AND round_id = :round AND channel = 'p'"
        ),
        {"township": township_id, "round": round_id},
    )
    return {int(form_no): str(roll_id) for form_no, roll_id in found}


def is_form_issued(connection: Connection, township_id: str, round_id: str, form_no: int) -> bool:
    """Whether somebody holds the form with this number."""
    found = connection.execute(
        sql("SELECT 1 FROM issuances WHERE township_id = :township AND round_id = :round AND form_no = :no LIMIT 1"),
        {"township": township_id, "round": round_id, "no": form_no},
    ).scalar_one_or_none()
    return found is not None
