"""Paper forms by their numbers, and what two clerks counted on them; never a number beside a grade."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict

from sqlalchemy import Connection

from server.domain.ballot.tally import Counts
from server.store.bulk import insert_rows, sql

Place = tuple[str, str]
_COUNTS = tuple(Counts.__slots__)


def load_forms(connection: Connection, township_id: str, round_id: str) -> dict[int, str]:
    """The state of each form that was ever given out."""
    found = connection.execute(
        sql("SELECT form_no, state FROM paper_forms WHERE township_id = :township AND round_id = :round"),
        {"township": township_id, "round": round_id},
    )
    return {int(number): str(state) for number, state in found}


def load_piles(connection: Connection, township_id: str, round_id: str) -> list[tuple[int, str, str]]:
    """Every form that was ever given out, by number. Shape: number, group, state"""
    found = connection.execute(
        sql(
            "SELECT form_no, group_slug, state FROM paper_forms "
            "WHERE township_id = :township AND round_id = :round ORDER BY form_no"
        ),
        {"township": township_id, "round": round_id},
    )
    return [(int(number), str(group), str(state)) for number, group, state in found]


def insert_form(connection: Connection, township_id: str, round_id: str, form_no: int, group: str) -> None:
    """The form is with somebody of this group."""
    connection.execute(
        sql(
            "INSERT INTO paper_forms (township_id, round_id, form_no, group_slug, state) "
            "VALUES (:township, :round, :no, :group, 'issued')"
        ),
        {"township": township_id, "round": round_id, "no": form_no, "group": group},
    )


def mark_forms(connection: Connection, township_id: str, round_id: str, numbers: Collection[int], state: str) -> None:
    """These forms are spoiled, or collected."""
    for number in sorted(numbers):
        connection.execute(
            sql(
                "UPDATE paper_forms SET state = :state "
                "WHERE township_id = :township AND round_id = :round AND form_no = :no"
            ),
            {"township": township_id, "round": round_id, "no": number, "state": state},
        )


def group_of_form(connection: Connection, township_id: str, round_id: str, form_no: int) -> str | None:
    """Whose pile the form belongs to."""
    found = connection.execute(
        sql("SELECT group_slug FROM paper_forms WHERE township_id = :township AND round_id = :round AND form_no = :no"),
        {"township": township_id, "round": round_id, "no": form_no},
    ).scalar_one_or_none()
    return None if found is None else str(found)


def load_entry(connection: Connection, township_id: str, round_id: str, entry: str) -> dict[Place, Counts]:
    """What this clerk counted, place by place; nothing before he did."""
    found = connection.execute(
        sql(
            f"SELECT subject_id, group_slug, {', '.join(_COUNTS)} FROM paper_tallies "
            "WHERE township_id = :township AND round_id = :round AND entry = :entry"
        ),
        {"township": township_id, "round": round_id, "entry": entry},
    )
    return {(str(row[0]), str(row[1])): Counts(*(int(number) for number in row[2:])) for row in found}


def load_clerks(connection: Connection, township_id: str, round_id: str) -> dict[str, str]:
    """Who made entry a and who made entry b."""
    found = connection.execute(
        sql("SELECT DISTINCT entry, clerk FROM paper_tallies WHERE township_id = :township AND round_id = :round"),
        {"township": township_id, "round": round_id},
    )
    return {str(entry): str(clerk) for entry, clerk in found}


def save_entry(
    connection: Connection, township_id: str, round_id: str, entry: str, clerk: str, counts: Mapping[Place, Counts]
) -> None:
    """The clerk's entry is this, whole; an earlier one of his is gone."""
    connection.execute(
        sql("DELETE FROM paper_tallies WHERE township_id = :township AND round_id = :round AND entry = :entry"),
        {"township": township_id, "round": round_id, "entry": entry},
    )
    key = {"township_id": township_id, "round_id": round_id, "entry": entry, "clerk": clerk}
    rows = [{**key, "subject_id": place[0], "group_slug": place[1], **asdict(row)} for place, row in counts.items()]
    insert_rows(connection, "paper_tallies", _columns((*key, "subject_id", "group_slug")), rows)


def _columns(texts: Iterable[str]) -> dict[str, str]:
    return dict.fromkeys(texts, "text") | dict.fromkeys(_COUNTS, "bigint")
