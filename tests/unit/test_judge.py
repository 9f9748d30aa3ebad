"""Creating, editing, commanding: what the judge says of one change, and where its record lives."""

from __future__ import annotations

import pytest

from server.domain.judging.verdicts import Departure
from server.domain.records import Change
from tests.laws.town import (
    CYCLE,
    LEADER,
    OTHER_VILLAGE,
    SECRETARY,
    VILLAGE,
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


def test_a_create_is_placed_and_completed_by_the_server(town: Town, phone: Phone) -> None:
    verdict = town.one(SECRETARY, phone.visit(narrative="走访"))
    assert (verdict.outcome, verdict.seq) == ("applied", 11)
    visit = town.records["visit"]
    assert visit.scope == f"field:{VILLAGE}"
    assert visit.created_by == visit.updated_by == SECRETARY.account
    assert dict(visit.fields) == {
        "village_id": VILLAGE,
        "visitor_id": SECRETARY.person,
        "companions": [LEADER.person],
        "start_at": 5,
        "narrative": "走访",
        "state": "in_progress",
        "cycle_id": CYCLE,
        "is_demo": False,
    }
    assert visit.field_seqs["companions/person-leader"].seq == 11


@pytest.mark.parametrize(("state", "outcome"), [("planned", "applied"), ("completed", "quarantined")])
def test_a_create_names_an_initial_state_only(town: Town, phone: Phone, state: str, outcome: str) -> None:
    assert town.one(SECRETARY, phone.visit(state=state)).outcome == outcome


def test_a_child_waits_with_its_author_and_moves_when_its_parent_comes(town: Town, phone: Phone, other: Phone) -> None:
    first = town.one(LEADER, interview(other))
    note = town.one(LEADER, other.change("interview", "patch", {"alias": "党员甲"}, kind="interview"))
    assert (first.outcome, note.outcome) == ("applied", "applied")
    assert town.records["interview"].scope == "own:acc-leader"
    verdict = town.one(SECRETARY, phone.visit())
    row = town.records["interview"]
    assert row.scope == f"field:{VILLAGE}"
    assert town.departures == [Departure(row.seq - 1, "own:acc-leader", "interview")]
    assert verdict.seq == town.head == row.seq
    assert row.updated_by == LEADER.account


def test_a_visit_to_a_village_nobody_knows_stays_with_its_author(town: Town, phone: Phone) -> None:
    town.one(SECRETARY, phone.visit(village_id="village-3"))
    assert town.records["visit"].scope == "own:acc-secretary"
    town.one(SECRETARY, phone.change("visit", "patch", {"narrative": "补记"}))
    assert town.records["visit"].scope == "own:acc-secretary"


def test_a_create_of_what_exists_is_a_patch_by_one_who_has_seen_nothing(town: Town, phone: Phone, other: Phone) -> None:
    town.one(SECRETARY, phone.visit(narrative="甲"))
    again = town.one(SECRETARY, other.visit(narrative="甲", branch_summary="小结"))
    assert again.outcome == "merged"
    assert town.records["visit"].fields["branch_summary"] == "小结"
    rival = town.one(SECRETARY, other.visit(narrative="乙", branch_summary="小结"))
    assert rival.outcome == "conflict"
    elsewhere = town.one(SECRETARY, other.visit(village_id=OTHER_VILLAGE))
    assert elsewhere.problem is not None and elsewhere.problem.slug == "invalid-change"


def test_a_patch_of_what_never_came_waits_and_is_released_by_the_create(town: Town, phone: Phone, other: Phone) -> None:
    early = other.change("visit", "patch", {"narrative": "先到"}, base=0)
    held = town.one(SECRETARY, early)
    assert held.problem is not None and held.problem.slug == "depends-on"
    judged = town.push(SECRETARY, [phone.visit()], waiting=[(early, SECRETARY)])
    assert [(change.n, verdict.outcome) for change, verdict in judged.released] == [(early.n, "merged")]
    assert town.records["visit"].fields["narrative"] == "先到"


def test_what_still_waits_is_not_released(town: Town, phone: Phone, other: Phone) -> None:
    early = other.change("visit-2", "patch", {"narrative": "先到"}, base=0)
    assert town.push(SECRETARY, [phone.visit()], waiting=[(early, SECRETARY)]).released == []


def test_a_waiting_create_lets_those_go_on_that_wait_for_it(town: Town, phone: Phone) -> None:
    create, patch = phone.visit(), phone.change("visit", "patch", {"narrative": "后"})
    judged = town.push(SECRETARY, [], waiting=[(patch, SECRETARY), (create, SECRETARY)])
    assert [change.n for change, _verdict in judged.released] == [create.n, patch.n]


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        ({"village_id": OTHER_VILLAGE}, "patch"),
        ({"state": "completed"}, "patch"),
        ({"companions": ["x"]}, "patch"),
        ({"cycle_id": "c"}, "patch"),
        ({"unheard_of": 1}, "patch"),
        ({"narrative": ["x"]}, "add"),
        ({"addenda": [{"text": "no id"}]}, "add"),
    ],
)
def test_each_field_class_has_its_own_way(town: Town, phone: Phone, fields: dict[str, object], action: str) -> None:
    town.one(SECRETARY, phone.visit())
    verdict = town.one(SECRETARY, phone.change("visit", action, fields))
    assert verdict.problem is not None and verdict.problem.slug == "invalid-change"
    assert town.head == 11


def test_a_recorded_opinion_is_not_deleted(town: Town, phone: Phone) -> None:
    town.push(
        SECRETARY, [phone.visit(), *opinion(phone), phone.change("o", "command", kind="opinion", command="record")]
    )
    verdict = town.one(SECRETARY, phone.change("o", "delete", kind="opinion"))
    assert verdict.problem is not None and verdict.problem.slug == "failed-guard"


def opinion(phone: Phone) -> list[Change]:
    given = {"origin": "visit", "origin_id": "visit", "village_id": VILLAGE, "opinion_kind": "problem"}
    given |= {"area": "study", "about": "branch", "text": "修路"}
    return [phone.change("o", "create", given, kind="opinion")]


def test_an_opinion_is_its_authors_until_recorded(town: Town, phone: Phone) -> None:
    town.push(SECRETARY, [phone.visit(), *opinion(phone)])
    assert town.records["o"].scope == "own:acc-secretary"
    verdict = town.one(SECRETARY, phone.change("o", "command", kind="opinion", command="record"))
    row = town.records["o"]
    assert (row.scope, row.fields["state"]) == (f"field:{VILLAGE}", "recorded")
    assert town.departures == [Departure(row.seq - 1, "own:acc-secretary", "o")]
    assert row.field_seqs["state"].seq == row.seq == verdict.seq
    aside = phone.change("o", "command", {"reason": "重复"}, kind="opinion", command="set_aside")
    assert town.one(SECRETARY, aside).outcome == "applied"
    assert town.records["o"].fields["reason"] == "重复"


def test_a_visit_moves_with_everything_that_hangs_on_it(town: Town, phone: Phone, other: Phone) -> None:
    record = phone.change("o", "command", kind="opinion", command="record")
    town.push(SECRETARY, [phone.visit(), interview(phone, asked="问"), *opinion(phone), record])
    town.one(SECRETARY, phone.change("interview", "patch", {"asked": "甲"}, kind="interview", base=town.head))
    twin = Phone("phone-a2")
    town.one(SECRETARY, twin.change("interview", "patch", {"asked": "乙"}, kind="interview", base=12))
    move = phone.change("visit", "command", {"village_id": OTHER_VILLAGE}, command="move", base=town.head)
    assert town.one(SECRETARY, move).outcome in ("applied", "merged")
    assert {one.scope for one in town.records.values() if one.kind != "village"} == {f"field:{OTHER_VILLAGE}"}
    gone = {departure.record for departure in town.departures if departure.scope == f"field:{VILLAGE}"}
    assert gone == {"visit", "interview", "o", town.conflicts("interview")[0].id}
    assert town.records["o"].fields["village_id"] == OTHER_VILLAGE
    by_other = other.change("visit", "command", {"village_id": VILLAGE}, command="move", base=town.head)
    assert town.one(LEADER, by_other).outcome == "quarantined"


def test_a_visit_is_synced_when_all_its_children_have_arrived(town: Town, phone: Phone) -> None:
    done = phone.change("visit", "command", {"children": ["interview", "i2"], "end_at": 9}, command="complete")
    town.push(SECRETARY, [phone.visit(), interview(phone), done])
    assert town.records["visit"].fields["state"] == "completed"
    verdict = town.one(SECRETARY, interview(phone, "i2"))
    assert town.records["visit"].fields["state"] == "synced"
    assert verdict.seq == town.records["visit"].seq
    again = phone.change("visit", "command", {"end_at": 9}, command="complete")
    assert (town.one(SECRETARY, again).outcome, town.one(SECRETARY, again).seq) == ("merged", None)
    assert town.one(SECRETARY, phone.change("visit", "delete", base=town.head)).outcome == "applied"


@pytest.mark.parametrize(
    ("given", "command", "pointer"),
    [
        ({"start_at": 9}, {"end_at": 8}, "/fields/end_at"),
        ({}, {}, "/fields/end_at"),
        ({"start_at": None}, {"end_at": 8}, "/fields/start_at"),
    ],
)
def test_a_visit_is_completed_with_its_times(
    town: Town, phone: Phone, given: dict[str, object], command: dict[str, object], pointer: str
) -> None:
    town.one(SECRETARY, phone.visit(**given))
    verdict = town.one(SECRETARY, phone.change("visit", "command", command, command="complete"))
    assert verdict.problem is not None and verdict.problem.slug == "failed-guard"
    assert pointer in [at for at, _detail in verdict.problem.errors]
    assert town.records["visit"].fields["state"] == "in_progress"


@pytest.mark.parametrize(
    ("fields", "ok"),
    [
        ({"consent": "given", "answer": "好"}, True),
        ({"consent": "given", "answer": ""}, False),
        ({"consent": "refused"}, True),
        ({"consent": "refused", "answer": "好"}, False),
        ({"answer": "好"}, False),
    ],
)
def test_an_interview_is_completed_with_consent_and_answer(
    town: Town, phone: Phone, fields: dict[str, object], ok: bool
) -> None:
    given = {"category": "masses", "alias": "群众甲", **fields}
    town.push(SECRETARY, [phone.visit(), interview(phone, **given)])
    verdict = town.one(SECRETARY, phone.change("interview", "command", kind="interview", command="complete"))
    assert verdict.outcome == ("applied" if ok else "quarantined")
    if ok:
        after = town.one(SECRETARY, phone.change("interview", "patch", {"alias": ""}, kind="interview"))
        assert after.problem is not None and after.problem.slug == "failed-guard"


def test_only_a_planned_visit_is_cancelled(town: Town, phone: Phone) -> None:
    town.push(SECRETARY, [phone.visit(), phone.visit("other", state="planned")])
    under_way = town.one(SECRETARY, phone.change("visit", "command", command="cancel"))
    assert under_way.problem is not None and under_way.problem.slug == "failed-guard"
    assert town.one(SECRETARY, phone.change("other", "command", command="cancel")).outcome == "applied"


def test_a_planned_visit_begins_with_its_times_in_one_change(town: Town, phone: Phone) -> None:
    town.one(SECRETARY, phone.change("visit", "create", {"village_id": VILLAGE, "visitor_id": "p", "state": "planned"}))
    times = {"start_at": 7, "end_at": 7}
    assert town.one(SECRETARY, phone.change("visit", "command", times, command="start")).outcome == "applied"
    assert {"state": "in_progress", **times}.items() <= dict(town.records["visit"].fields).items()


def test_a_state_that_has_passed_is_a_failed_guard(town: Town, phone: Phone) -> None:
    town.push(SECRETARY, [phone.visit(state="planned"), phone.change("visit", "command", command="cancel")])
    verdict = town.one(SECRETARY, phone.change("visit", "command", command="start"))
    assert verdict.problem is not None and verdict.problem.slug == "failed-guard"
