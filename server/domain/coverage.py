"""Coverage (R16): in which villages of the cycle's roster the committee secretary has been in person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from server.domain.records import Record

COUNTED_STATES = frozenset({"completed", "synced", "locked"})
"""A visit counts from its completion on (DOMAIN.md 3.3)."""

OPEN_STATES = frozenset({"issued", "researching", "reporting", "meeting", "deciding", "rectifying"})


@dataclass(frozen=True, slots=True)
class Coverage:
    """Village ids of the cycle's subjects in roster order, split by whether the visitor was there."""

    visited: tuple[str, ...]
    unvisited: tuple[str, ...]

    @property
    def total(self) -> int:
        return len(self.visited) + len(self.unvisited)


def newest_open_cycle(cycles: Iterable[Record]) -> Record | None:
    """The open cycle of the latest year; None when all are drafts, closed or archived."""
    found = [cycle for cycle in cycles if not cycle.deleted and cycle.fields.get("state") in OPEN_STATES]
    return max(found, key=lambda cycle: (cycle.fields.get("year") or 0, cycle.id), default=None)


def coverage(cycle_id: str, subjects: Iterable[Record], visits: Iterable[Record], visitors: Iterable[str]) -> Coverage:
    """Each village of the cycle's roster stands in exactly one of the two lists.

    Shape:  visitors are the person ids of the committee secretary (two, where the office changed hands in mid-year);
            a visit on which he was only a companion is another leader's.
    Source: DOMAIN.md R16, invariant 14.3 no. 9: duplicates and visits of other years do not raise it.
    """
    in_person = frozenset(visitors)
    reached = {visit.fields.get("village_id") for visit in visits if _counts(visit, cycle_id, in_person)}
    roster = _roster(cycle_id, subjects)
    return Coverage(
        visited=tuple(village for village in roster if village in reached),
        unvisited=tuple(village for village in roster if village not in reached),
    )


def _counts(visit: Record, cycle_id: str, visitors: frozenset[str]) -> bool:
    fields = visit.fields
    return (
        not visit.deleted
        and fields.get("cycle_id") == cycle_id
        and fields.get("state") in COUNTED_STATES
        and fields.get("visitor_id") in visitors
    )


def _roster(cycle_id: str, subjects: Iterable[Record]) -> tuple[str, ...]:
    """A village with two branches, and so with two subjects, is one village to go to."""
    own = [subject for subject in subjects if not subject.deleted and subject.fields.get("cycle_id") == cycle_id]
    own.sort(key=lambda subject: (str(subject.fields.get("village_code") or ""), subject.id))
    return tuple(dict.fromkeys(str(subject.fields["village_id"]) for subject in own))
