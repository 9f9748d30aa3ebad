"""Two visits that may be one: same village, same visitor, days that overlap, judged by nobody."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from server.domain.duplicates import possible_duplicates
from server.domain.records import Record
from tests.night.records import visit

HOUR_MS = 3_600_000
PLACE = {"id", "village_id"}
VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "vectors" / "duplicates.json").read_text())


def at(record_id: str, start_h: int, end_h: int | None = None, **over: Any) -> Record:
    end_ms = None if end_h is None else end_h * HOUR_MS
    return visit(record_id, "v1", start_at=start_h * HOUR_MS, end_at=end_ms, **over)


def test_the_vectors_that_the_phone_runs_too() -> None:
    visits = [visit(one["id"], one["village_id"], **_without_place(one)) for one in _records()]
    found = possible_duplicates(visits, ZoneInfo(VECTORS["zone"]))
    assert {frozenset(pair) for pair in found} == {frozenset(pair) for pair in VECTORS["pairs"]}
    assert all(_start(first) <= _start(second) for first, second in found)


def test_a_day_is_a_day_of_the_townships_zone() -> None:
    evening, after_midnight_in_china = at("a", 15), at("b", 16)
    assert possible_duplicates([evening, after_midnight_in_china], UTC) == (("a", "b"),)
    assert possible_duplicates([evening, after_midnight_in_china], ZoneInfo("Asia/Shanghai")) == ()


def test_one_that_was_judged_is_in_no_pair_and_the_others_still_are() -> None:
    assert possible_duplicates([at("a", 1), at("b", 2, same_as="a"), at("c", 3)], UTC) == (("a", "c"),)


def test_three_on_one_day_are_three_pairs() -> None:
    assert len(possible_duplicates([at("a", 1), at("b", 2), at("c", 3)], UTC)) == 3


@given(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 40)), max_size=6), st.randoms())
def test_the_order_of_arrival_does_not_matter_and_overlapping_times_are_always_found(
    times: list[tuple[int, int]], random: Any
) -> None:
    visits = [at(str(index), start, start + long) for index, (start, long) in enumerate(times)]
    shuffled = list(visits)
    random.shuffle(shuffled)
    found = possible_duplicates(visits, UTC)
    assert possible_duplicates(shuffled, UTC) == found
    for one, (start, long) in enumerate(times):
        for other, (second, _long) in enumerate(times):
            if one != other and start <= second <= start + long:
                assert (str(one), str(other)) in found or (str(other), str(one)) in found


def _without_place(one: dict[str, Any]) -> dict[str, Any]:
    return {name: one[name] for name in one.keys() - PLACE}


def _records() -> list[dict[str, Any]]:
    return list(VECTORS["visits"])


def _start(record_id: str) -> datetime:
    (one,) = [visit for visit in _records() if visit["id"] == record_id]
    return datetime.fromtimestamp(one["start_at"] / 1000, UTC)


def test_a_village_of_many_visits_is_looked_through_once() -> None:
    """The digest of 08:00 waits for this: comparing all pairs of one village held it up for minutes."""
    asked = 0

    class Counting(tzinfo):
        def utcoffset(self, moment: datetime | None) -> timedelta:
            nonlocal asked
            asked += 1
            return timedelta(0)

        def dst(self, moment: datetime | None) -> timedelta:
            return timedelta(0)

    visits = [at(f"v{day:04}", 24 * day) for day in range(500)]
    assert possible_duplicates(visits, Counting()) == ()
    assert asked < 10 * len(visits)
