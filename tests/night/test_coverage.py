"""Coverage counts villages, in person, completed, of this cycle; R16 and invariant 14.3 no. 9."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from server.domain.coverage import COUNTED_STATES, coverage, newest_open_cycle
from server.domain.records import Record
from tests.night.records import CYCLE, cycle, record, subject, visit

ROSTER = [subject("v2", "202"), subject("v1", "201"), subject("v3", "203")]
STATES = ["planned", "in_progress", "completed", "synced", "locked", "cancelled"]


def covered(*visits: Record) -> tuple[tuple[str, ...], tuple[str, ...]]:
    found = coverage(CYCLE, ROSTER, visits, ["secretary"])
    return found.visited, found.unvisited


def test_the_unvisited_stand_in_the_order_of_their_codes() -> None:
    assert covered() == ((), ("v1", "v2", "v3"))


def test_a_visit_counts_from_its_completion_on_and_not_before() -> None:
    counted = {state for state in STATES if covered(visit("x", "v1", state=state))[0]}
    assert counted == COUNTED_STATES == {"completed", "synced", "locked"}


def test_visits_of_others_of_another_year_and_deleted_ones_do_not_count() -> None:
    others = [
        visit("a", "v1", visitor_id="mayor", companions=["secretary"]),
        visit("b", "v2", cycle_id="last year"),
        visit("c", "v3", deleted=True),
    ]
    assert covered(*others) == ((), ("v1", "v2", "v3"))


def test_a_second_visit_to_a_village_does_not_raise_it() -> None:
    assert covered(visit("a", "v1"), visit("b", "v1")) == (("v1",), ("v2", "v3"))


def test_a_village_outside_the_roster_raises_nothing() -> None:
    assert covered(visit("a", "community")) == ((), ("v1", "v2", "v3"))


def test_a_village_with_two_branches_is_one_village_and_a_removed_subject_is_none() -> None:
    two = [subject("v1"), record("subject", "second", cycle_id=CYCLE, village_id="v1", village_code="v1")]
    gone = record("subject", "gone", deleted=True, cycle_id=CYCLE, village_id="v9")
    assert coverage(CYCLE, [*two, gone], [], ["secretary"]).unvisited == ("v1",)


@given(st.lists(st.tuples(st.sampled_from(["v1", "v2", "v3", "v4"]), st.sampled_from(STATES), st.booleans())))
def test_every_village_of_the_roster_stands_on_exactly_one_side(made: list[tuple[str, str, bool]]) -> None:
    visits = [
        visit(str(index), village, state=state, deleted=gone) for index, (village, state, gone) in enumerate(made)
    ]
    visited, unvisited = covered(*visits)
    assert sorted(visited + unvisited) == ["v1", "v2", "v3"]
    assert covered(*visits, *visits) == (visited, unvisited)


def test_the_newest_open_cycle_is_the_one_of_the_latest_year_that_is_open() -> None:
    cycles = [cycle("2017", 2017), cycle("2026", 2026), cycle("2027", 2027, "draft"), cycle("2028", 2028, "closed")]
    found = newest_open_cycle(cycles)
    assert found is not None and found.id == "2026"
    assert newest_open_cycle([cycle("x", 2026, "archived")]) is None
