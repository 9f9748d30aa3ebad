"""Which records a judgement may look at: the store loads them before it starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from server.domain.kinds import Kinds
from server.domain.records import Change, Record, Refused

DEEP = frozenset({"create", "delete", "command", "settle", "restore"})
"""Actions that look at, or move, what hangs on what hangs on the record."""


def more_ids(kinds: Kinds, known: Mapping[str, Record], items: Sequence[Change | Refused]) -> set[str]:
    """The ids that judging these items may need, as far as can be said from what is known.

    Shape:  the store loads those it has not loaded yet, each with everything whose parent it is, and asks again until
            nothing new comes; a record known only as somebody's child is asked for too, for what hangs on it
    """
    changes = [item for item in items if isinstance(item, Change)]
    deep = {change.record for change in changes if change.action in DEEP}
    deep |= {known[one].parent or one for one in deep if one in known and known[one].kind == "conflict"}
    wanted: set[str] = set()
    for change in changes:
        wanted.add(change.record)
        wanted.update(_named(kinds, change.kind, change.fields))
        wanted.update(_texts(change.fields.get("children")) if change.command == "complete" else ())
    for record in known.values():
        wanted.update(_around(kinds, record))
        if record.parent in deep and record.kind != "conflict":
            deep.add(record.id)
            wanted.add(record.id)
    return wanted


def _around(kinds: Kinds, record: Record) -> Iterator[str]:
    """What the record hangs on, what defines its scope, and what it waits for."""
    yield from _named(kinds, record.kind, record.fields)
    if record.kind == "visit" and record.fields.get("state") == "completed":
        yield from _texts(record.fields.get("children"))


def _named(kinds: Kinds, name: str, fields: Mapping[str, object]) -> Iterator[str]:
    kind = kinds.get(name)
    if kind is None:
        return
    places = (kind.parent_field, "village_id" if kind.scope in ("field_of_village", "opinion") else None)
    yield from _texts([fields.get(place) for place in places if place is not None])


def _texts(values: object) -> Iterator[str]:
    return (value for value in (values if isinstance(values, list) else ()) if isinstance(value, str))
