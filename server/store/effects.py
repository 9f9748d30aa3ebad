"""The night shift's list as commands see it: work is written in their own transaction, or not at all."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable

from sqlalchemy import Connection

from server.domain.judging.verdicts import Effect
from server.store.bulk import insert_rows

COLUMNS = {
    "township_id": "text",
    "id": "text",
    "kind": "text",
    "payload": "text",
    "created_at_ms": "bigint",
    "due_at_ms": "bigint",
    "tries": "bigint",
}


def insert_effects(connection: Connection, township_id: str, effects: Iterable[Effect], now_ms: int) -> None:
    """The effects are on the list, due at once."""
    rows = [
        {
            "township_id": township_id,
            "id": str(uuid.uuid4()),
            "kind": effect.kind,
            "payload": json.dumps(dict(effect.payload)),
            "created_at_ms": now_ms,
            "due_at_ms": now_ms,
            "tries": 0,
        }
        for effect in effects
    ]
    insert_rows(connection, "effects", COLUMNS, rows)
