"""Reading a whole township, so that two states of it can be compared."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from server.demo.names import TOWNSHIP
from server.domain.records import Record
from server.store.database import reading
from server.store.records import record_of

TABLES = {
    "townships": "id",
    "sync_heads": "township_id",
    "records": "id",
    "changes": "replica_id, n",
    "departures": "seq",
    "replicas": "id",
    "accounts": "id",
    "role_assignments": "id",
    "quarantined_changes": "replica_id, n",
    "effects": "id",
    "deliveries": "key",
    "audit_events": "n",
    "meetings": "id",
    "evaluator_roll": "id",
}


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that loading could touch."""
    with reading() as connection:
        return {
            table: [tuple(row) for row in connection.execute(text(f"SELECT * FROM {table} ORDER BY {order}"))]
            for table, order in TABLES.items()
        }


def records(kind: str) -> dict[str, Record]:
    """The township's records of a kind, deleted ones too, by id."""
    with reading() as connection:
        rows = connection.execute(
            text("SELECT * FROM records WHERE township_id = :township AND kind = :kind"),
            {"township": TOWNSHIP, "kind": kind},
        )
        return {row.id: record_of(row) for row in rows}
