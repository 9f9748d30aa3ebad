"""Two visits that may be one: logged twice, by hand on one phone and from memory on another.

The same rule runs on the phone (pwa/src/domain/duplicates.ts); both are held to tests/vectors/duplicates.json.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby

from server.domain.records import Record


def possible_duplicates(visits: Iterable[Record], zone: tzinfo) -> tuple[tuple[str, str], ...]:
    """Every pair of visits by one visitor to one village whose days overlap and that nobody has judged yet.

    Shape:  pairs of visit ids, each pair and the whole list in order of start. Days are those of the township's zone; a
            visit lasts from the day it starts to the day it ends. One that names another in `same_as` is in no pair.
    Source: DOMAIN.md 12 (overlapping times) and UX.md 3 (one day): two that overlap share a day, and a quick note has
            no length, so only the day tells. Both are kept, "merge?" goes to the author, coverage stays.
    """
    live = sorted((visit for visit in visits if _may_double(visit)), key=_place_and_time)
    return tuple(pair for _place, group in groupby(live, key=_place) for pair in _overlapping(tuple(group), zone))


def _overlapping(visits: Sequence[Record], zone: tzinfo) -> Iterator[tuple[str, str]]:
    """In order of start, so the first that begins too late ends the search: as many steps as there are pairs."""
    first_days = [_first_day(visit, zone) for visit in visits]
    for at, visit in enumerate(visits):
        last_day = _last_day(visit, zone)
        for later in range(at + 1, len(visits)):
            if first_days[later] > last_day:
                break
            yield visit.id, visits[later].id


def _may_double(visit: Record) -> bool:
    fields = visit.fields
    started = isinstance(fields.get("start_at"), int) and fields.get("state") not in ("planned", "cancelled")
    return started and not visit.deleted and fields.get("same_as") is None


def _place(visit: Record) -> tuple[str, str]:
    return str(visit.fields.get("village_id")), str(visit.fields.get("visitor_id"))


def _place_and_time(visit: Record) -> tuple[tuple[str, str], int, str]:
    return _place(visit), visit.fields["start_at"], visit.id


def _first_day(visit: Record, zone: tzinfo) -> date:
    return _day(int(visit.fields["start_at"]), zone)


def _last_day(visit: Record, zone: tzinfo) -> date:
    start, end = int(visit.fields["start_at"]), visit.fields.get("end_at")
    return _day(end if isinstance(end, int) and end >= start else start, zone)


def _day(moment_ms: int, zone: tzinfo) -> date:
    return datetime.fromtimestamp(moment_ms / 1000, zone).date()
