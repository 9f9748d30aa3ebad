"""Posting windows: whoever comes in whatever order, nobody's slips are posted in a company of one to four."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from time_machine import Traveller

from server.domain.ballot.roll import RollRow
from server.domain.ballot.windows import highest_full, window_of
from server.store.roll import replace_roll, save_statuses
from server.store.transaction import transaction
from tests.ballot.hall import Hall, open_hall
from tests.ballot.test_refused_at_the_box import GOOD, ONE, TWO, small


def issued_to(present: int) -> list[int]:
    """The windows of so many evaluators, all in the hall, who hand in one after another."""
    windows: list[int] = []
    full = 0
    for done in range(1, present + 1):
        windows.append(window_of(full))
        full = highest_full(full, windows.count(full + 1), present - done)
    return windows


@pytest.mark.parametrize(
    ("present", "sizes"),
    [(4, [4]), (5, [5]), (9, [9]), (10, [5, 5]), (14, [5, 9]), (18, [5, 5, 8]), (24, [5, 5, 5, 9])],
)
def test_a_hall_falls_into_windows_of_five_to_nine(present: int, sizes: list[int]) -> None:
    windows = issued_to(present)
    assert [windows.count(number) for number in sorted(set(windows))] == sizes


@pytest.mark.parametrize(
    ("issued", "waiting", "full"), [(4, 0, 0), (4, 20, 0), (5, 0, 1), (5, 1, 0), (5, 4, 0), (5, 5, 1), (8, 3, 0)]
)
def test_full_is_five_with_none_or_five_to_come(issued: int, waiting: int, full: int) -> None:
    assert highest_full(0, issued, waiting) == full


@given(st.integers(5, 200))
def test_L12_no_window_of_one_to_four_is_left_over(present: int) -> None:
    windows = issued_to(present)
    assert all(5 <= windows.count(number) <= 9 for number in set(windows))


@given(st.lists(st.sampled_from(["comes", "leaves", "hands in", "takes paper"]), max_size=120))
def test_L12_a_full_window_stays_full_and_takes_nobody_in(deeds: list[str]) -> None:
    full, waiting = 0, 0
    sizes: dict[int, int] = {}
    closed: dict[int, int] = {}
    for deed in deeds:
        if deed == "comes":
            waiting += 1
        elif waiting:
            waiting -= 1
            if deed == "hands in":
                sizes[window_of(full)] = sizes.get(window_of(full), 0) + 1
        before, full = full, highest_full(full, sizes.get(full + 1, 0), waiting)
        if full > before:
            closed[full] = sizes[full]
        assert all(sizes[number] == size >= 5 for number, size in closed.items())
        assert before <= full


def test_L12_over_the_wire_a_window_waits_for_company_and_never_empties_again(app: Flask, afternoon: Traveller) -> None:
    hall = open_hall(app, small(), {"leader": 7}, absent={"leader": 1})
    for voter in hall.rolls[:5]:
        sheet = hall.fill("leader", GOOD)
        assert hall.issue(hall.phones[voter.id], sheet).status_code == 200
        assert sheet.window == 1
        assert hall.windows() == {"leader": 0, "member_rep": 0}
    attendance(hall, hall.rolls[5], "left_early")
    assert hall.windows() == {"leader": 1, "member_rep": 0}
    attendance(hall, hall.rolls[5], "present")
    assert hall.windows() == {"leader": 1, "member_rep": 0}
    last = hall.fill("leader", GOOD)
    assert hall.issue(hall.phones[hall.rolls[5].id], last).status_code == 200
    assert last.window == 2
    assert hall.windows() == {"leader": 1, "member_rep": 0}


def test_L12_a_recusal_makes_the_company_smaller(app: Flask, afternoon: Traveller) -> None:
    hall = open_hall(app, small(), {"leader": 5})
    recused = replace(hall.rolls[0], recusals=(TWO,))
    with transaction(hall.town.id) as tx:
        replace_roll(tx.connection, hall.town.id, hall.meeting, [recused, *hall.rolls[1:]])
    for at, voter in enumerate(hall.rolls):
        sheet = hall.fill("leader", {ONE: "good"} if at == 0 else GOOD)
        assert hall.issue(hall.phones[voter.id], sheet).status_code == 200
    assert hall.windows()["leader"] == 0, "four slips for one subject are no company"


def attendance(hall: Hall, row: RollRow, status: str) -> None:
    with transaction(hall.town.id) as tx:
        save_statuses(tx.connection, hall.town.id, hall.meeting, {row.id: status})
