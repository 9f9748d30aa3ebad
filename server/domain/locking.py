"""Visits at the beginning of the meeting: what was written is frozen, and the branch gets an extract of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, tzinfo

from server.domain.ids import derived_id
from server.domain.judging.verdicts import OnlineWrite
from server.domain.records import Record

LOCKABLE = frozenset({"completed", "synced"})


def lockable(visits: Iterable[Record], start_ms: int) -> list[Record]:
    """The completed visits that began before the meeting, oldest first; what was planned or is under way stays open."""
    found = [
        visit
        for visit in visits
        if not visit.deleted and visit.fields.get("state") in LOCKABLE and _began(visit) < start_ms
    ]
    return sorted(found, key=lambda visit: (_began(visit), visit.id))


def lock_writes(visits: Sequence[Record], disputed: Collection[str], zone: tzinfo) -> list[OnlineWrite]:
    """Each visit is locked, and its village's file holds an extract: day, visitor, what was read to the branch.

    Shape:  `disputed` are visits with an open conflict: a person settles it first. A confirmed duplicate is locked
            without an extract of its own.
    Source: DOMAIN.md 3.3: no area notes, no interview
    """
    writes: list[OnlineWrite] = []
    for visit in visits:
        if visit.id in disputed:
            continue
        writes.append(OnlineWrite(visit.id, "visit", {"state": "locked"}))
        if not visit.fields.get("same_as"):
            writes.append(_extract(visit, zone))
    return writes


def _extract(visit: Record, zone: tzinfo) -> OnlineWrite:
    fields = {
        "village_id": visit.fields.get("village_id"),
        "cycle_id": visit.fields.get("cycle_id"),
        "on": datetime.fromtimestamp(_began(visit) / 1000, UTC).astimezone(zone).date().isoformat(),
        "visitor_id": visit.fields.get("visitor_id"),
        "branch_summary": visit.fields.get("branch_summary"),
    }
    present = {name: value for name, value in fields.items() if value is not None}
    return OnlineWrite(derived_id("visit-extract", visit.id), "visit_extract", present)


def _began(visit: Record) -> int:
    start = visit.fields.get("start_at")
    return start if isinstance(start, int) else visit.created_at_ms
