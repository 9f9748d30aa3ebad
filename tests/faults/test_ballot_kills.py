"""A short kill storm of the ballot, and its checker, which can fail: what was planted is found."""

from __future__ import annotations

import pytest
from flask import Flask

from server.domain.ballot.slips import slip_hash
from tests.ballot.election import election, subject_id
from tests.ballot.hall import Sheet, open_hall
from tests.faults.ballot_kills import GROUP, Asked, Hand, look, storm
from tests.faults.kills import Told

ONE = subject_id(1)


def test_L7_L13_programs_are_killed_while_evaluators_hand_in_and_every_slip_is_counted_once() -> None:
    told = storm(Asked("sqlite", kills=6, rounds=2, people=6, subjects=2, every_s=0.6))
    assert told.ok, "\n".join(told.lines())
    assert told.figures["slips acknowledged"] == 24
    assert sum(count for name, count in told.figures.items() if name.startswith("kills: ")) == 6  # type: ignore[misc]


@pytest.fixture
def handed_in(app: Flask) -> tuple[Hand, Sheet]:
    """One evaluator whose one slip is in the box."""
    hall = open_hall(app, election(["青石沟"], {GROUP: ("领导", 1)}, ends_ms=4_000_000_000_000), {GROUP: 1})
    hand = Hand(hall, hall.rolls[0].id, {ONE: "good"})
    sheet = hall.fill(GROUP, hand.grades)
    hall.issue(hall.phones[hand.row], sheet)
    hall.post_all(sheet)
    hand.acknowledged = {slip_hash(slip).hex() for slip in sheet.slips.values()}
    return hand, sheet


def faults_of(hand: Hand) -> set[str]:
    told = Told()
    look(told, [hand])
    return {name for name, found in told.faults.items() if found}


def test_a_slip_that_is_on_the_board_as_it_was_given_is_no_fault(handed_in: tuple[Hand, Sheet]) -> None:
    assert faults_of(handed_in[0]) == set()


def test_a_slip_that_was_acknowledged_and_is_nowhere_is_reported_lost(handed_in: tuple[Hand, Sheet]) -> None:
    handed_in[0].acknowledged.add("ff" * 32)
    assert faults_of(handed_in[0]) == {"lost"}


def test_a_slip_that_nobody_posted_and_another_grade_are_reported(handed_in: tuple[Hand, Sheet]) -> None:
    hand, _sheet = handed_in
    hand.acknowledged.clear()
    hand.grades[ONE] = "poor"
    assert faults_of(hand) == {"nobody's", "counted as another"}


def test_a_slip_that_was_refused_is_reported(handed_in: tuple[Hand, Sheet]) -> None:
    hand, sheet = handed_in
    forged = bytes([sheet.slips[ONE][0] ^ 1]) + sheet.slips[ONE][1:]
    assert hand.hall.post((ONE, GROUP), forged).status_code == 422
    assert faults_of(hand) == {"refused"}
