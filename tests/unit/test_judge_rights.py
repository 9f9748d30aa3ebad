"""Who may what, and which changes are refused before anybody looks at their fields."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.domain.records import Change, Refused
from tests.laws.town import (
    BRANCH,
    LEADER,
    OFFICE,
    REVOKED,
    SECRETARY,
    Phone,
    Town,
)


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def phone() -> Phone:
    return Phone("phone-a")


@pytest.fixture
def other() -> Phone:
    return Phone("phone-b")


def interview(phone: Phone, record: str = "interview", **fields: object) -> Change:
    return phone.change(record, "create", {"visit_id": "visit", **fields}, kind="interview")


@pytest.mark.parametrize(
    ("actor", "change", "outcome"),
    [
        (OFFICE, ("visit", "patch", {"narrative": "x"}), "quarantined"),
        (OFFICE, ("visit", "patch", {"start_at": 6}), "applied"),
        (OFFICE, ("visit", "patch", {"start_at": 6, "narrative": "x"}), "quarantined"),
        (OFFICE, ("visit", "add", {"companions": ["p"]}), "applied"),
        (OFFICE, ("visit", "delete", {}), "quarantined"),
        (LEADER, ("visit", "patch", {"narrative": "x"}), "applied"),
        (LEADER, ("visit", "delete", {}), "quarantined"),
        (BRANCH, ("visit", "patch", {"narrative": "x"}), "quarantined"),
        (REVOKED, ("visit", "patch", {"narrative": "x"}), "quarantined"),
        (SECRETARY, ("visit", "delete", {}), "applied"),
    ],
)
def test_who_may_what(
    town: Town, phone: Phone, other: Phone, actor: object, change: tuple[str, str, dict[str, object]], outcome: str
) -> None:
    town.one(SECRETARY, phone.visit())
    verdict = town.one(actor, other.change(*change, base=11))  # type: ignore[arg-type]
    assert verdict.outcome == outcome
    assert outcome == "applied" or (verdict.problem is not None and verdict.problem.slug == "change-not-allowed")


def test_rows_below_a_visit_are_their_authors(town: Town, phone: Phone, other: Phone) -> None:
    town.push(SECRETARY, [phone.visit(), interview(phone)])
    edit = other.change("interview", "patch", {"asked": "x"}, kind="interview", base=12)
    assert town.one(LEADER, edit).outcome == "quarantined"
    assert (
        town.one(OFFICE, other.change("c", "create", {"visit_id": "visit"}, kind="record_check")).outcome == "applied"
    )
    assert (
        town.one(BRANCH, other.change("c2", "create", {"visit_id": "visit"}, kind="record_check")).outcome
        == "quarantined"
    )
    named = other.change("who", "create", {"interview_id": "interview", "name": "张"}, kind="interviewee")
    assert town.one(LEADER, named).outcome == "quarantined"
    mine = phone.change("who", "create", {"interview_id": "interview", "name": "张"}, kind="interviewee")
    assert town.one(SECRETARY, mine).outcome == "applied"
    assert town.records["who"].scope == "own:acc-secretary"


def test_what_is_written_online_is_not_written_by_a_phone(town: Town, phone: Phone) -> None:
    verdict = town.one(SECRETARY, phone.change("v", "create", {"name": "村"}, kind="village"))
    assert verdict.problem is not None and verdict.problem.slug == "change-not-allowed"


def test_a_base_from_the_lost_time_counts_as_the_number_before_it(phone: Phone, other: Phone) -> None:
    town = Town(gaps=((15, 15 + 2**32),))
    town.head = 14
    town.one(SECRETARY, phone.visit())
    town.head = 15 + 2**32
    town.one(SECRETARY, phone.change("visit", "patch", {"narrative": "甲"}, base=15))
    lost = other.change("visit", "patch", {"narrative": "乙"}, base=15 + 2**32)
    assert town.one(SECRETARY, lost).outcome == "conflict"
    beyond = other.change("visit", "patch", {"branch_summary": "乙"}, base=town.head + 10)
    town.one(SECRETARY, phone.change("visit", "patch", {"branch_summary": "甲"}, base=15))
    assert town.one(SECRETARY, beyond).outcome == "conflict"


def test_a_group_cut_in_two_is_refused_whole(town: Town, phone: Phone) -> None:
    def note(group: str) -> Change:
        return phone.change("visit", "patch", {"narrative": str(phone.n)}, group=group)

    town.one(SECRETARY, phone.visit())
    judged = town.push(SECRETARY, [note("g"), note("h"), note("g"), note("old")], seen_groups={"old"})
    assert [verdict.outcome for _item, verdict in judged.verdicts] == [
        "applied",
        "applied",
        "quarantined",
        "quarantined",
    ]
    crowd = town.push(SECRETARY, [note("many") for _ in range(51)])
    assert {verdict.problem.slug for _item, verdict in crowd.verdicts if verdict.problem} == {"invalid-change"}


def test_a_refused_change_keeps_its_reason(town: Town, phone: Phone) -> None:
    bad = Refused("phone-a", 1, None, "", None, None, "change-too-large", "too large", "{}")
    judged = town.push(SECRETARY, [bad])
    [(_item, verdict)] = judged.verdicts
    assert verdict.problem is not None and verdict.problem.slug == "change-too-large"


def test_a_quarantined_group_undoes_what_moved_with_it(town: Town, phone: Phone) -> None:
    town.one(SECRETARY, interview(phone))
    before, head = dict(town.records), town.head
    bad = phone.change("visit", "patch", {"state": "synced"}, group="g")
    judged = town.push(SECRETARY, [replace(phone.visit(), group="g"), bad, phone.change("x", "patch", {})])
    assert {verdict.outcome for _item, verdict in judged.verdicts} == {"quarantined"}
    assert (town.records, town.head, town.departures) == (before, head, [])
