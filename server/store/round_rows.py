"""A round as its record says it, in one statement; and the lock between its box and whoever opens it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection

from server.store.bulk import sql
from server.store.database import is_sqlite


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round. Shape: `manifest` its canonical text, empty while it is being prepared; `delegated`: a hub has it"""

    id: str
    meeting: str
    state: str
    deadline_ms: int
    manifest: str
    delegated: bool = False


def load_round(connection: Connection, township_id: str, round_id: str) -> RoundRow | None:
    """The round with this id."""
    found = connection.execute(
        sql(
            "SELECT fields FROM records WHERE township_id = :township AND id = :id "
            "AND kind = 'ballot_round' AND NOT deleted"
        ),
        {"township": township_id, "id": round_id},
    ).scalar_one_or_none()
    if found is None:
        return None
    fields = json.loads(found)
    manifest, delegated = fields.get("manifest") or "", bool(fields.get("delegated"))
    return RoundRow(round_id, fields["meeting_id"], fields["state"], int(fields["deadline_ms"]), manifest, delegated)


def hold_box(connection: Connection, township_id: str, round_id: str, opens: bool = False) -> str | None:
    """The box stands still until this transaction ends: many may put in, one alone may open; its head once it is open.

    Laws:   L13 no slip is in time and yet not on the board
    """
    lock = "" if is_sqlite(connection) else " FOR UPDATE" if opens else " FOR SHARE"
    found = connection.execute(
        sql(f"SELECT head FROM round_books WHERE township_id = :township AND round_id = :round{lock}"),
        {"township": township_id, "round": round_id},
    ).scalar_one_or_none()
    return None if found is None else str(found)
