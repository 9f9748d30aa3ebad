"""Two visits that may be one: same village, same visitor, overlapping time, judged by nobody."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.domain.duplicates import OPEN_END_MS, possible_duplicates
from server.domain.records import Record
from tests.night.records import visit


def at(record_id: str, start: int, end: int | None = None, village: str = "v1", **over: object) -> Record:
    return visit(record_id, village, start_at=start, end_at=end, **over)


def test_overlapping_times_make_a_pair_and_touching_ones_too() -> None:
    assert possible_duplicates([at("b", 20, 30), at("a", 10, 20), at("c", 31, 40)]) == (("a", "b"),)


def test_a_visit_without_an_end_may_have_lasted_all_day() -> None:
    assert possible_duplicates([at("a", 10), at("b", 10 + OPEN_END_MS)]) == (("a", "b"),)
    assert possible_duplicates([at("a", 10), at("b", 11 + OPEN_END_MS)]) == ()
    assert possible_duplicates([at("a", 10, 20), at("b", 21)]) == ()


def test_one_that_was_judged_is_in_no_pair_and_the_others_still_are() -> None:
    assert possible_duplicates([at("a", 1, 9), at("b", 2, 9, same_as="a"), at("c", 3, 9)]) == (("a", "c"),)


def test_another_village_or_another_visitor_is_no_pair() -> None:
    assert possible_duplicates([at("a", 10, 20), at("b", 10, 20, village="v2")]) == ()
    assert possible_duplicates([at("a", 10, 20), at("b", 10, 20, visitor_id="mayor")]) == ()


def test_planned_cancelled_deleted_and_judged_visits_are_no_pair() -> None:
    first = at("a", 10, 20)
    others = [
        at("b", 10, 20, state="planned"),
        at("c", 10, 20, state="cancelled"),
        at("d", 10, 20, deleted=True),
        at("e", 10, 20, same_as="a"),
    ]
    assert [possible_duplicates([first, other]) for other in others] == [()] * 4


def test_three_that_overlap_are_three_pairs() -> None:
    assert len(possible_duplicates([at("a", 1, 9), at("b", 2, 9), at("c", 3, 9)])) == 3


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)), max_size=6), st.randoms())
def test_the_order_of_arrival_does_not_matter(times: list[tuple[int, int]], random: object) -> None:
    visits = [at(str(index), start, start + long) for index, (start, long) in enumerate(times)]
    shuffled = list(visits)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert possible_duplicates(shuffled) == possible_duplicates(visits)
