"""Two visits that may be one: logged twice, by hand on one phone and from memory on another."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, groupby

from server.domain.records import Record


def possible_duplicates(visits: Iterable[Record]) -> tuple[tuple[str, str], ...]:
    """Every pair of visits by one visitor to one village whose times overlap and that nobody has judged yet.

    Shape:  pairs of visit ids, each pair and the whole list in order of start. A visit without an end is a moment.
            A pair is judged when one names the other in `same_as`.
    Source: DOMAIN.md 12: both are kept, "merge?" goes to the author, coverage counts distinct villages.
    """
    live = sorted((visit for visit in visits if _may_double(visit)), key=_place_and_time)
    return tuple(
        (first.id, second.id)
        for _place, group in groupby(live, key=_place)
        for first, second in combinations(tuple(group), 2)
        if _overlap(first, second) and not _judged(first, second)
    )


def _may_double(visit: Record) -> bool:
    started = isinstance(visit.fields.get("start_at"), int)
    return started and not visit.deleted and visit.fields.get("state") not in ("planned", "cancelled")


def _place(visit: Record) -> tuple[str, str]:
    return str(visit.fields.get("village_id")), str(visit.fields.get("visitor_id"))


def _place_and_time(visit: Record) -> tuple[tuple[str, str], int, str]:
    return _place(visit), visit.fields["start_at"], visit.id


def _overlap(first: Record, second: Record) -> bool:
    """Only for visits in order of start."""
    return int(second.fields["start_at"]) <= _end(first)


def _end(visit: Record) -> int:
    start, end = visit.fields["start_at"], visit.fields.get("end_at")
    return end if isinstance(end, int) and end >= start else int(start)


def _judged(first: Record, second: Record) -> bool:
    return first.fields.get("same_as") == second.id or second.fields.get("same_as") == first.id
