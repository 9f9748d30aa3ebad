"""Records made up for tests of the store and the feed."""

from __future__ import annotations

import uuid
from typing import Any

from server.domain.records import FieldSeq, Record


def new_id() -> str:
    return str(uuid.uuid4())


def made(seq: int, scope: str = "town:t", **given: Any) -> Record:
    """A record with believable content."""
    values: dict[str, Any] = {
        "id": new_id(),
        "kind": "person",
        "fields": {"name": f"人 {seq}"},
        "field_seqs": {"name": FieldSeq(seq, "r", seq, 0)},
        "created_by": "a",
        "created_at_ms": seq,
        "updated_by": "a",
        "updated_at_ms": seq,
    }
    return Record(seq=seq, scope=scope, **(values | given))
