"""L10, L15: a delete over somebody else's private draft loses nothing, asks its author, tells the deleter nothing."""

from __future__ import annotations

import pytest

from server.domain.conflicts import ABOVE
from server.domain.judging.verdicts import Verdict
from server.domain.records import Record
from tests.laws.edits import town_with_a_visit
from tests.laws.town import BRANCH, LEADER, SECRETARY, Phone, Town, settled

OPINION = {"origin": "visit", "origin_id": "visit", "village_id": "village-1", "text": "路灯不亮"}
READY = {"opinion_kind": "problem", "area": "study", "about": "branch"}


def _draft(town: Town, phone: Phone, base: int, **more: str) -> Verdict:
    return town.one(LEADER, phone.change("draft", "create", OPINION | more, kind="opinion", base=base))


def _delete(town: Town, base: int) -> Verdict:
    return town.one(SECRETARY, Phone("secretary").change("visit", "delete", base=base))


def _question(town: Town) -> Record:
    [question] = town.conflicts("draft", "deleted")
    return question


def _over(order: str) -> tuple[Town, Phone, int]:
    """A visit deleted over a draft: one that was there before, one written meanwhile, or one that arrived later."""
    town, base = town_with_a_visit()
    phone = Phone("leader")
    if order == "after":
        assert _delete(town, base).outcome == "applied"
        assert _draft(town, phone, base).outcome == "conflict"
    else:
        assert _draft(town, phone, base).outcome == "applied"
        verdict = _delete(town, town.head if order == "before" else base)
        assert (verdict.outcome, verdict.conflicts, verdict.seq) == ("applied", (), town.records["visit"].seq)
    return town, phone, base


@pytest.mark.parametrize("order", ["before", "meanwhile", "after"])
def test_L10_L15_the_author_alone_is_asked_and_his_word_brings_the_visit_back(order: str) -> None:
    town, phone, _base = _over(order)
    before = dict(town.records["draft"].fields)
    question = _question(town)
    assert (question.scope, question.fields["reason"]) == ("own:acc-leader", ABOVE)
    assert town.conflicts("visit") == [], "what lies in the deleter's scope says nothing"
    assert town.records["visit"].deleted and not town.records["draft"].deleted
    keep = phone.change(question.id, "settle", settled(question, False), kind="conflict", base=town.head)
    assert town.one(LEADER, keep).outcome in ("applied", "merged")
    assert not town.records["visit"].deleted
    assert dict(town.records["draft"].fields) == before
    assert _question(town).fields["status"] == "settled"


@pytest.mark.parametrize("order", ["before", "meanwhile", "after"])
def test_L10_letting_go_deletes_the_draft_and_leaves_the_visit_as_it_was(order: str) -> None:
    town, phone, _base = _over(order)
    question, visit = _question(town), town.records["visit"]
    go = phone.change(question.id, "settle", settled(question, True), kind="conflict", base=town.head)
    assert town.one(LEADER, go).outcome in ("applied", "merged")
    assert town.records["draft"].deleted and town.records["draft"].fields["text"] == "路灯不亮"
    assert town.records["visit"] == visit, "not even its number tells"


def test_L10_whoever_restores_the_visit_ends_the_question_and_a_second_delete_asks_again() -> None:
    town, _phone, _base = _over("before")
    deleter = Phone("secretary")
    deleter.n = 1
    back = town.one(SECRETARY, deleter.change("visit", "restore", base=town.head))
    assert back.seq == town.records["visit"].seq and _question(town).fields["status"] == "settled"
    town.one(SECRETARY, deleter.change("visit", "delete", base=town.head))
    assert _question(town).fields["status"] == "open"


def test_L10_a_draft_that_is_recorded_over_a_delete_unseen_becomes_everybodys_question() -> None:
    town, base = town_with_a_visit()
    phone = Phone("leader")
    _draft(town, phone, base, **READY)
    _delete(town, town.head)
    record = phone.change("draft", "command", kind="opinion", command="record", base=base)
    assert town.one(LEADER, record).outcome == "conflict"
    assert [one.fields["status"] for one in town.conflicts("visit", "deleted")] == ["open"]
    assert _question(town).fields["status"] == "settled"


def test_L15_who_may_read_the_visit_no_longer_does_not_bring_it_back() -> None:
    town, phone, _base = _over("before")
    question = _question(town)
    keep = phone.change(question.id, "settle", settled(question, False), kind="conflict", base=town.head)
    moved_on = type(LEADER)(LEADER.account, LEADER.person, BRANCH.roles)
    assert town.one(moved_on, keep).outcome == "quarantined"
    assert town.records["visit"].deleted


def test_L10_ones_own_draft_is_no_question() -> None:
    town, base = town_with_a_visit()
    town.one(SECRETARY, Phone("secretary").change("draft", "create", OPINION, kind="opinion", base=base))
    assert town.one(SECRETARY, Phone("secretary's tablet").change("visit", "delete", base=base)).outcome == "conflict"
    assert town.conflicts("draft") == [], "his other phone's edit is an edit like any other"
