"""Visits at the beginning of the meeting: what was written is frozen, and the branch gets an extract of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from server.domain.ids import derived_id
from server.domain.judging.verdicts import OnlineWrite
from server.domain.records import Record

LOCKABLE = frozenset({"completed", "synced"})


def lockable(visits: Iterable[Record], start_ms: int, locked_before_ms: int | None = None) -> list[Record]:
    """The completed visits that began before the meeting, oldest first; what was planned or is under way stays open.

    A late visit waits for the next meeting, however often the same one is locked again for a dispute that was settled.

    Shape:  `locked_before_ms` the start of the newest meeting locked so far
    """
    again = locked_before_ms is not None and start_ms <= locked_before_ms
    due = (visit for visit in visits if not visit.deleted and _is_due(visit, start_ms))
    found = [visit for visit in due if not (again and visit.fields.get("late"))]
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


def with_lateness(before: Record | None, after: Record, locked_before_ms: int | None) -> Record:
    """The record; a visit that only this write made one of those the newest lock was for is flagged `late`.

    Whoever corrects its day to after that meeting takes the flag away. What lay in dispute when the lock was made had
    come in time: it is due before the write as after it, and keeps what it has.

    Shape:  `before` as it stood (None: new); `locked_before_ms` the start of the newest meeting whose visits are locked
    Laws:   L14 (the lock is an event of the server; a day in the visit says which meeting it belongs to, nothing more)
    Source: DOMAIN.md 3.3, docs/decisions/0045-after-the-lock.md
    """
    if after.kind != "visit" or locked_before_ms is None or after.fields.get("state") == "locked":
        return after
    was_due = before is not None and _is_due(before, locked_before_ms)
    is_due = _is_due(after, locked_before_ms)
    if was_due == is_due or is_due == bool(after.fields.get("late")):
        return after
    fields = {name: value for name, value in after.fields.items() if name != "late"}
    return replace(after, fields={**fields, "late": True} if is_due else fields)


def _is_due(visit: Record, start_ms: int) -> bool:
    return visit.fields.get("state") in LOCKABLE and _began(visit) < start_ms


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
