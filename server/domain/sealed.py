"""Which content lies encrypted in the database: a kind says so in its schema, and what is said about it follows."""

from __future__ import annotations

from collections.abc import Mapping

from server.domain.kinds import Kinds
from server.domain.records import Change, Record, Refused


def is_sealed(kinds: Kinds, record: Record) -> bool:
    """Whether the record's content is nobody's but its readers': a conflict quotes the record it is about."""
    name = str(record.fields.get("record_kind")) if record.kind == "conflict" else record.kind
    kind = kinds.get(name)
    return kind is None or kind.sealed


def is_sealed_change(kinds: Kinds, item: Change | Refused, records: Mapping[str, Record]) -> bool:
    """Whether what the change says is; one that names no known kind, or an unknown conflict, may say anything."""
    kind = kinds.get(item.kind or "")
    if kind is None or kind.name != "conflict":
        return kind is None or kind.sealed
    conflict = records.get(item.record or "")
    return conflict is None or conflict.kind != "conflict" or is_sealed(kinds, conflict)
