"""Where a record lives: one scope at a time, computed from its kind's rule, its fields and its parent."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from server.domain.kinds import Kind
from server.domain.records import Json, Record

Lookup = Callable[[str], Record | None]


def scope_of(kind: Kind, record: Record, township_id: str, find: Lookup) -> str:
    """The record's scope now; what it hangs on and is not there yet leaves it with its author.

    Source: DOMAIN.md 3.2, DESIGN.md 5.5 and 5.6
    """
    own = f"own:{record.created_by}"
    if kind.scope == "town":
        return f"town:{township_id}"
    if kind.scope == "village":
        return f"village:{record.fields.get('village_id')}"
    if kind.scope in ("of_parent", "of_record"):
        parent = find(record.parent) if record.parent else None
        return parent.scope if parent is not None else own
    if kind.scope == "field_of_village" or (kind.scope == "opinion" and record.fields.get("state") != "draft"):
        village = record.fields.get("village_id")
        # A village nobody knows has no scope that anybody holds: the record would vanish from its author's phone.
        return f"field:{village}" if _is_village(village, find) else own
    return own


def parent_of(kind: Kind, fields: Mapping[str, Json], parent: str | None = None) -> str | None:
    """The id of the record that one with these fields hangs on; `parent` where the kind has no field for it."""
    named = fields.get(kind.parent_field) if kind.parent_field is not None else None
    return named if isinstance(named, str) else parent


def awaited_of(kind: Kind, record: Record, find: Lookup) -> str | None:
    """The village a record without a parent field waits for, or None."""
    village = record.fields.get("village_id")
    if kind.scope != "field_of_village" or not isinstance(village, str) or _is_village(village, find):
        return None
    return village


def _is_village(village: object, find: Lookup) -> bool:
    found = find(village) if isinstance(village, str) else None
    return found is not None and found.kind == "village"
