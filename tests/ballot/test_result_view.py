"""What anybody sees of a result: never one to four valid rows, nor as a difference of two figures."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.ballot.counted import result_view, rows_by_place
from server.domain.ballot.manifest import Manifest, Place
from server.domain.ballot.tally import Counts
from tests.ballot.election import Election, election, subject_id

GROUPS = ("leader", "member_rep", "villager")
PLACES = [(subject_id(at), group) for at in (1, 2) for group in GROUPS]
VALID = ("good", "fairly_good", "average", "poor")
rows = st.builds(Counts, *[st.integers(0, 3)] * 6)


@lru_cache(maxsize=1)
def held() -> Election:
    return election(["青石沟", "柳树湾"], {group: (group, 12) for group in GROUPS})


@dataclass(frozen=True)
class Figure:
    """A figure that is shown, and the places whose rows it adds up."""

    places: frozenset[Place]
    counts: dict[str, int]


def figures(view: dict[str, Any]) -> list[Figure]:
    """Every count in the answer, whatever it is of."""
    found = []
    subjects = [one["id"] for one in view["subjects"]]
    for one in view["subjects"]:
        found += [Figure(frozenset({(one["id"], group)}), counts) for group, counts in one["groups"].items()]
        if one["total"] is not None:
            found.append(Figure(frozenset((one["id"], group) for group in GROUPS), one["total"]))
    found += [Figure(frozenset((one, group) for one in subjects), c) for group, c in view["groups"].items()]
    if view["total"] is not None:
        found.append(Figure(frozenset(PLACES), view["total"]))
    return found


def valid(places: frozenset[Place], tally: dict[Place, Counts]) -> int:
    return sum(tally[place].valid for place in places)


@given(st.tuples(*[rows] * len(PLACES)))
@settings(max_examples=300, deadline=None)
def test_L12_no_figure_and_no_difference_is_of_one_to_four(given_rows: tuple[Counts, ...]) -> None:
    tally = dict(zip(PLACES, given_rows, strict=True))
    view = result_view(manifest(), tally, {})
    shown = figures(view)
    for one in shown:
        assert sum(one.counts[name] for name in VALID) == valid(one.places, tally)
        assert valid(one.places, tally) >= 5
    for one, two in combinations(shown, 2):
        for larger, smaller in ((one, two), (two, one)):
            if smaller.places < larger.places:
                assert valid(larger.places - smaller.places, tally) not in (1, 2, 3, 4)
    for one in view["subjects"]:
        if sum(tally[one["id"], group].valid for group in GROUPS) < 5:
            assert [one[name] for name in ("total", "score", "ballot_score", "shown", "suggested")] == [None] * 5
        else:
            points = sum(p * one["total"][name] for p, name in zip((100, 80, 60, 40), VALID, strict=True))
            assert Fraction(one["ballot_score"]) == Fraction(points, sum(one["total"][name] for name in VALID))


@given(st.tuples(*[rows] * len(PLACES)))
@settings(max_examples=50, deadline=None)
def test_the_book_keeps_counts_as_they_were(given_rows: tuple[Counts, ...]) -> None:
    tally = dict(zip(PLACES, given_rows, strict=True))
    kept = [
        {"subject": place[0], "group": place[1], **{name: getattr(row, name) for name in Counts.__slots__}}
        for place, row in tally.items()
    ]
    assert rows_by_place(kept) == tally


def manifest() -> Manifest:
    return held().manifest
