"""A delete that stands empties its record: its content lies in the history alone from then on (DESIGN.md 5.4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from server.domain.judging.verdicts import Verdict
from server.domain.records import Change, Record, Refused


def emptied(
    written: Sequence[Record], known: Mapping[str, Record], judged: Iterable[tuple[Change | Refused, Verdict]]
) -> list[Record]:
    """The written records; one that is deleted, and about which everybody has settled, names the change that ended it.

    Shape:  `known` are the records as they were loaded, conflicts included
    """
    now = {**known, **{record.id: record for record in written}}
    contested = {one.parent for one in now.values() if one.kind == "conflict" and one.fields.get("status") == "open"}
    ended_by = {
        _about(now.get(item.record or ""), item.record): (item.replica, item.n)
        for item, verdict in judged
        if verdict.outcome != "quarantined"
    }
    return [
        replace(record, emptied_by=ended_by[record.id])
        if record.deleted and record.emptied_by is None and record.id in ended_by and record.id not in contested
        else record
        for record in written
    ]


def _about(record: Record | None, named: str | None) -> str | None:
    """Who settles a conflict speaks of the record behind it."""
    return record.parent if record is not None and record.kind == "conflict" else named
