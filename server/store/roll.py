"""Meetings' hall codes and rolls: rows in and out, names sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from server.domain.ballot.roll import RollRow
from server.store.bulk import insert_rows, sql
from server.store.sealing import plain_text, sealed_text

_COLUMNS = {
    "township_id": "text",
    "meeting_id": "text",
    "id": "text",
    "ord": "bigint",
    "account_id": "text",
    "name": "text",
    "group_slug": "text",
    "recusals": "text",
    "status": "text",
}
_SELECT = "SELECT id, name, group_slug, account_id, recusals, status FROM evaluator_roll"
_OF = "WHERE township_id = :township AND meeting_id = :meeting"


def insert_meeting(connection: Connection, township_id: str, meeting_id: str, hall_code: str) -> None:
    """The meeting has a code of its hall."""
    connection.execute(
        sql("INSERT INTO meetings (township_id, id, hall_code) VALUES (:township, :id, :code)"),
        {"township": township_id, "id": meeting_id, "code": hall_code},
    )


def load_hall_code(connection: Connection, township_id: str, meeting_id: str) -> str | None:
    """The code that is shown in the hall; None where there is no such meeting."""
    found: str | None = connection.execute(
        sql("SELECT hall_code FROM meetings WHERE township_id = :township AND id = :id"),
        {"township": township_id, "id": meeting_id},
    ).scalar()
    return found


def load_roll(connection: Connection, township_id: str, meeting_id: str) -> list[RollRow]:
    """The roll in the office's order."""
    found = connection.execute(sql(f"{_SELECT} {_OF} ORDER BY ord, id"), _about(township_id, meeting_id))
    return [_row_of(township_id, meeting_id, row) for row in found]


def load_own_row(connection: Connection, township_id: str, meeting_id: str, account_id: str) -> RollRow | None:
    """The row of an account, if it stands on the roll."""
    asked = {**_about(township_id, meeting_id), "account": account_id}
    row = connection.execute(sql(f"{_SELECT} {_OF} AND account_id = :account"), asked).one_or_none()
    return None if row is None else _row_of(township_id, meeting_id, row)


def replace_roll(connection: Connection, township_id: str, meeting_id: str, rows: Sequence[RollRow]) -> None:
    """The roll is these rows in this order and no other."""
    connection.execute(sql(f"DELETE FROM evaluator_roll {_OF}"), _about(township_id, meeting_id))
    stored = [_stored(township_id, meeting_id, at, row) for at, row in enumerate(rows)]
    insert_rows(connection, "evaluator_roll", _COLUMNS, stored)


def save_statuses(connection: Connection, township_id: str, meeting_id: str, statuses: Mapping[str, str]) -> None:
    """Attendance of these rows is as given."""
    for row, status in statuses.items():
        connection.execute(
            sql(f"UPDATE evaluator_roll SET status = :status {_OF} AND id = :id"),
            {**_about(township_id, meeting_id), "id": row, "status": status},
        )


def _about(township_id: str, meeting_id: str) -> dict[str, str]:
    return {"township": township_id, "meeting": meeting_id}


def _place(meeting_id: str, row_id: str) -> tuple[str, ...]:
    return ("evaluator_roll", meeting_id, row_id, "name")


def _row_of(township_id: str, meeting_id: str, row: Any) -> RollRow:
    return RollRow(
        id=row.id,
        name=plain_text(township_id, _place(meeting_id, row.id), row.name),
        group=row.group_slug,
        account=row.account_id,
        recusals=tuple(json.loads(row.recusals)),
        status=row.status,
    )


def _stored(township_id: str, meeting_id: str, at: int, row: RollRow) -> dict[str, Any]:
    return {
        "township_id": township_id,
        "meeting_id": meeting_id,
        "id": row.id,
        "ord": at,
        "account_id": row.account,
        "name": sealed_text(township_id, _place(meeting_id, row.id), row.name),
        "group_slug": row.group,
        "recusals": json.dumps(list(row.recusals)),
        "status": row.status,
    }
