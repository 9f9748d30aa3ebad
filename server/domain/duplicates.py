"""Two visits that may be one: logged twice, by hand on one phone and from memory on another."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, groupby

from server.domain.records import Record

OPEN_END_MS = 12 * 60 * 60 * 1000
"""Two quick notes in one village on one day, neither ended, are probably one visit (UX.md 3)."""


def possible_duplicates(visits: Iterable[Record]) -> tuple[tuple[str, str], ...]:
    """Every pair of visits by one visitor to one village whose times overlap and that nobody has judged yet.

    Shape:  pairs of visit ids, each pair and the whole list in order of start. A visit without an end may have lasted
            all day. One that names another in `same_as` has been judged and is in no pair.
    Source: DOMAIN.md 12: both are kept, "merge?" goes to the author, coverage counts distinct villages.
    """
    live = sorted((visit for visit in visits if _may_double(visit)), key=_place_and_time)
    return tuple(
        (first.id, second.id)
        for _place, group in groupby(live, key=_place)
        for first, second in combinations(tuple(group), 2)
        if _overlap(first, second)
    )


def _may_double(visit: Record) -> bool:
    fields = visit.fields
    started = isinstance(fields.get("start_at"), int) and fields.get("state") not in ("planned", "cancelled")
    return started and not visit.deleted and fields.get("same_as") is None


def _place(visit: Record) -> tuple[str, str]:
    return str(visit.fields.get("village_id")), str(visit.fields.get("visitor_id"))


def _place_and_time(visit: Record) -> tuple[tuple[str, str], int, str]:
    return _place(visit), visit.fields["start_at"], visit.id


def _overlap(first: Record, second: Record) -> bool:
    """Only for visits in order of start."""
    return int(second.fields["start_at"]) <= _end(first)


def _end(visit: Record) -> int:
    start, end = int(visit.fields["start_at"]), visit.fields.get("end_at")
    return end if isinstance(end, int) and end >= start else start + OPEN_END_MS
