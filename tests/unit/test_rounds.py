"""The steps of a round: which state lets which through, and what else each asks for."""

from __future__ import annotations

import pytest

from server.domain.ballot.rounds import FROZEN, STATES, STEPS, state_after
from server.domain.problems import Problem

WAY = (
    ("issue", "issued"),
    ("open", "open"),
    ("close", "closed"),
    ("release_key", "opened"),
    ("reconcile", "reconciled"),
    ("count", "counted"),
    ("certify", "certified"),
    ("publish", "published"),
)


def refused(state: str, step: str, holds: set[str]) -> Problem:
    with pytest.raises(Problem) as caught:
        state_after(state, step, holds)
    return caught.value


def test_the_whole_way_of_a_round() -> None:
    state = "prepared"
    for step, target in WAY:
        state = state_after(state, step, STEPS[step].guards)
        assert state == target


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_refused_from_every_state_that_is_not_its_own(step: str) -> None:
    for state in STATES:
        if state in STEPS[step].sources:
            assert state_after(state, step, STEPS[step].guards) in STATES
        else:
            problem = refused(state, step, set(STEPS[step].guards))
            assert (problem.entry.slug, problem.more["state"]) == ("round-state", state)


@pytest.mark.parametrize("step", [name for name, step in STEPS.items() if step.guards])
def test_each_guard_stops_its_step_and_is_named(step: str) -> None:
    rule = STEPS[step]
    for guard in rule.guards:
        problem = refused(rule.sources[0], step, set(rule.guards) - {guard})
        assert (problem.entry.slug, problem.more["guard"]) == ("round-guard", guard)


def test_a_void_round_and_a_published_one_go_nowhere() -> None:
    for state in ("void", "published"):
        assert not [name for name, step in STEPS.items() if state in step.sources and step.target]


def test_what_is_certified_is_never_void_and_what_is_issued_freezes_the_roll() -> None:
    assert not {"certified", "published", "void"} & set(STEPS["void"].sources)
    assert "prepared" not in FROZEN and "void" not in FROZEN and {"issued", "open", "published"} <= FROZEN
