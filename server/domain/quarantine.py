"""What of a quarantined change somebody may read: its kind, reason and author always, its content by the scope rule."""

from __future__ import annotations

from collections.abc import Mapping

from server.domain.kinds import Kinds
from server.domain.permissions import Actor, reads
from server.domain.records import Json, Record
from server.domain.scopes import parent_of, scope_of


def may_read_content(
    kinds: Kinds, actor: Actor, author: str, raw: Mapping[str, Json], known: Mapping[str, Record], township_id: str
) -> bool:
    """Whether the actor would see the change's record if it were applied.

    Shape:  `raw` is the change as it came, perhaps malformed; what nobody can place is nobody's to read
    Laws:   L15
    Source: DESIGN.md 5.5
    """
    kind, fields, record = kinds.get(str(raw.get("kind"))), raw.get("fields") or {}, str(raw.get("record"))
    if kind is None or kind.sealed or not isinstance(fields, dict):
        return False
    existing = known.get(record)
    if existing is not None:
        return reads(actor, existing.scope)
    if raw.get("action") != "create":
        return False
    hung = Record(record, kind.name, "", 0, fields=fields, created_by=author, parent=parent_of(kind, fields))
    return reads(actor, scope_of(kind, hung, township_id, known.get))


def named_ids(kinds: Kinds, raw: Mapping[str, Json]) -> set[str]:
    """The records that say where the change belongs: its own, what it hangs on, its village."""
    kind, fields = kinds.get(str(raw.get("kind"))), raw.get("fields")
    places = [kind.parent_field, "village_id"] if kind is not None else []
    found = [fields.get(place) for place in places if place] if isinstance(fields, dict) else []
    return {value for value in (raw.get("record"), *found) if isinstance(value, str)}
