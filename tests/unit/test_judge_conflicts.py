"""Two who disagree: conflicts are opened, joined, settled; deletes and edits meet."""

from __future__ import annotations

import pytest

from tests.laws.town import (
    LEADER,
    OFFICE,
    SECRETARY,
    VILLAGE,
    Phone,
    Town,
    settled,
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


def test_guarded_challenger_opens_a_conflict_and_his_later_word_replaces_his_side(
    town: Town, phone: Phone, other: Phone
) -> None:
    town.one(SECRETARY, phone.visit())
    town.one(SECRETARY, phone.change("visit", "patch", {"narrative": "甲"}, base=11))
    first = town.one(LEADER, other.change("visit", "patch", {"narrative": "乙", "branch_summary": "小结"}, base=11))
    assert first.outcome == "conflict" and first.seq == town.head
    again = town.one(LEADER, other.change("visit", "patch", {"narrative": "乙二"}, base=11))
    assert again.conflicts == first.conflicts
    [conflict] = town.conflicts("visit")
    assert conflict.id == first.conflicts[0]
    assert conflict.scope == town.records["visit"].scope
    assert dict(conflict.fields) == {
        "record": "visit",
        "record_kind": "visit",
        "field": "narrative",
        "sides": [
            {"replica": "phone-b", "n": 2, "account": "acc-leader", "value": "乙二", "base": 11, "captured_at_ms": 0}
        ],
        "status": "open",
    }
    assert town.records["visit"].fields["narrative"] == "甲"
    assert town.records["visit"].fields["branch_summary"] == "小结"
    town.one(LEADER, other.change("visit", "patch", {"narrative": "乙三"}, base=12, n=9))
    assert town.records["visit"].fields["narrative"] == "乙三", "he has seen 甲: his edit stands on it"


def test_who_comes_to_agree_takes_his_side_back(town: Town, phone: Phone, other: Phone) -> None:
    town.one(SECRETARY, phone.visit())
    town.one(SECRETARY, phone.change("visit", "patch", {"narrative": "甲"}, base=11))
    town.one(LEADER, other.change("visit", "patch", {"narrative": "乙"}, base=11))
    verdict = town.one(LEADER, other.change("visit", "patch", {"narrative": "甲"}, base=11))
    assert verdict.outcome == "merged"
    assert town.conflicts("visit")[0].fields["status"] == "settled"


def test_plain_later_stands_and_the_other_is_kept_and_undone_with_one_settle(
    town: Town, phone: Phone, other: Phone
) -> None:
    town.one(SECRETARY, phone.visit(planned_for="2026-01-01"))
    town.one(SECRETARY, phone.change("visit", "patch", {"planned_for": "2026-01-02"}, base=11))
    verdict = town.one(OFFICE, other.change("visit", "patch", {"planned_for": "2026-01-03"}, base=11))
    assert (verdict.outcome, len(verdict.conflicts)) == ("merged", 1)
    [conflict] = town.conflicts("visit")
    assert (conflict.fields["status"], conflict.fields["settled_value"]) == ("settled", "2026-01-03")
    assert conflict.fields["sides"][0]["value"] == "2026-01-02"
    undo = phone.change(conflict.id, "settle", settled(conflict, "2026-01-02"), kind="conflict", base=town.head)
    assert town.one(SECRETARY, undo).outcome == "applied"
    assert town.records["visit"].fields["planned_for"] == "2026-01-02"
    assert town.records[conflict.id].fields["settled_value"] == "2026-01-02"


def test_a_settle_closes_what_it_saw_and_leaves_open_what_came_later(town: Town, phone: Phone, other: Phone) -> None:
    third = Phone("phone-c")
    town.one(SECRETARY, phone.visit())
    town.one(SECRETARY, phone.change("visit", "patch", {"narrative": "甲"}, base=11))
    town.one(LEADER, other.change("visit", "patch", {"narrative": "乙"}, base=11))
    [seen] = town.conflicts("visit")
    seen_at = town.head
    town.one(LEADER, third.change("visit", "patch", {"narrative": "丙"}, base=11))
    choice = phone.change(seen.id, "settle", settled(seen, "乙"), kind="conflict", base=seen_at)
    assert town.one(SECRETARY, choice).outcome == "applied"
    assert town.records["visit"].fields["narrative"] == "乙"
    left = town.records[seen.id].fields
    assert (left["status"], [side["value"] for side in left["sides"]]) == ("open", ["丙"])
    last = phone.change(seen.id, "settle", settled(town.records[seen.id], "乙"), kind="conflict", base=town.head)
    town.one(SECRETARY, last)
    assert town.records[seen.id].fields["status"] == "settled"
    assert town.records[seen.id].fields["settled_by"] == SECRETARY.account


def test_of_two_settles_the_second_is_an_edit_and_no_choice_is_lost(town: Town, phone: Phone, other: Phone) -> None:
    town.one(SECRETARY, phone.visit())
    town.one(SECRETARY, phone.change("visit", "patch", {"narrative": "甲"}, base=11))
    town.one(LEADER, other.change("visit", "patch", {"narrative": "乙"}, base=11))
    [seen] = town.conflicts("visit")
    base = town.head
    town.one(SECRETARY, phone.change(seen.id, "settle", settled(seen, "甲"), kind="conflict", base=base))
    late = town.one(LEADER, other.change(seen.id, "settle", settled(seen, "乙"), kind="conflict", base=base))
    assert late.outcome == "conflict"
    assert town.records["visit"].fields["narrative"] == "甲"
    assert "乙" in town.visible("visit", "narrative")


def test_a_delete_that_has_not_seen_an_edit_asks_a_person(town: Town, phone: Phone, other: Phone) -> None:
    town.one(SECRETARY, phone.visit())
    town.one(
        LEADER, other.change("check", "create", {"visit_id": "visit", "title": "台账"}, kind="record_check", base=11)
    )
    verdict = town.one(SECRETARY, phone.change("visit", "delete", base=11))
    assert verdict.outcome == "conflict"
    [conflict] = town.conflicts("visit", "deleted")
    assert (conflict.fields["reason"], conflict.fields["sides"][0]["value"]) == ("delete-after-edit", True)
    assert not town.records["visit"].deleted
    town.one(SECRETARY, phone.change(conflict.id, "settle", settled(conflict, True), kind="conflict", base=town.head))
    assert town.records["visit"].deleted
    assert town.records["check"].deleted is False


def test_an_edit_of_a_deleted_record_is_kept_in_full_and_comes_back_with_it(
    town: Town, phone: Phone, other: Phone
) -> None:
    town.one(SECRETARY, phone.visit(narrative="甲"))
    assert town.one(SECRETARY, phone.change("visit", "delete", base=11)).outcome == "applied"
    edit = other.change("visit", "patch", {"narrative": "乙", "branch_summary": "小结"}, base=11)
    more = other.change("visit", "add", {"companions": ["person-x"]}, base=11)
    done = other.change("visit", "command", {"end_at": 9}, command="complete", base=11)
    assert [town.one(LEADER, change).outcome for change in (edit, more, done)] == ["conflict"] * 3
    [conflict] = town.conflicts("visit", "deleted")
    assert conflict.fields["reason"] == "edit-after-delete"
    back = phone.change(conflict.id, "settle", settled(conflict, False), kind="conflict", base=town.head)
    assert town.one(SECRETARY, back).outcome == "applied"
    visit = town.records["visit"]
    assert not visit.deleted
    assert (visit.fields["narrative"], visit.fields["branch_summary"]) == ("乙", "小结")
    assert visit.fields["companions"] == [LEADER.person, "person-x"]
    assert (visit.fields["state"], visit.fields["end_at"]) == ("completed", 9)
    assert town.records[conflict.id].fields["status"] == "settled"


def test_a_child_of_a_deleted_visit_arrives_and_asks_for_its_parent(town: Town, phone: Phone, other: Phone) -> None:
    town.one(SECRETARY, phone.visit())
    town.one(SECRETARY, phone.change("visit", "delete", base=11))
    verdict = town.one(LEADER, other.change("i", "create", {"visit_id": "visit"}, kind="interview", base=11))
    assert verdict.outcome == "conflict"
    assert town.records["i"].scope == f"field:{VILLAGE}"
    [conflict] = town.conflicts("visit", "deleted")
    town.one(SECRETARY, phone.change(conflict.id, "settle", settled(conflict, False), kind="conflict", base=town.head))
    assert not town.records["visit"].deleted


def test_restore_brings_the_record_back_as_it_was(town: Town, phone: Phone) -> None:
    town.one(SECRETARY, phone.visit(narrative="甲"))
    town.one(SECRETARY, phone.change("visit", "delete", base=11))
    assert town.one(SECRETARY, phone.change("visit", "delete", base=11)).seq is None
    assert town.one(SECRETARY, phone.change("visit", "restore", base=11)).outcome == "applied"
    assert town.one(SECRETARY, phone.change("visit", "restore", base=11)).outcome == "merged"
    assert town.records["visit"].fields["narrative"] == "甲"


def test_a_second_completion_keeps_both_ends(town: Town, phone: Phone, other: Phone) -> None:
    town.push(SECRETARY, [phone.visit(), phone.change("visit", "command", {"end_at": 8}, command="complete")])
    verdict = town.one(SECRETARY, other.change("visit", "command", {"end_at": 9}, command="complete", base=11))
    assert verdict.outcome == "conflict"
    assert town.visible("visit", "end_at") == [8, 9]


def test_a_side_on_another_base_is_a_side_of_its_own(town: Town, phone: Phone, other: Phone) -> None:
    third = Phone("phone-c")
    town.one(SECRETARY, phone.visit())
    town.one(SECRETARY, phone.change("visit", "patch", {"narrative": "甲"}, base=11))
    town.one(LEADER, other.change("visit", "patch", {"narrative": "乙"}, base=11))
    town.one(SECRETARY, third.change("visit", "patch", {"narrative": "丙"}, base=12))
    town.one(LEADER, other.change("visit", "patch", {"narrative": "乙二"}, base=12))
    [conflict] = town.conflicts("visit", "narrative")
    assert [side["value"] for side in conflict.fields["sides"]] == ["乙", "乙二"]
    late = other.change("visit", "patch", {"narrative": "乙零"}, base=12, n=1)
    assert town.one(LEADER, late).outcome == "merged"
    assert [side["value"] for side in town.conflicts("visit")[0].fields["sides"]] == ["乙", "乙二"]


def test_a_settle_by_its_own_author_that_comes_too_late_closes_nothing(town: Town, phone: Phone, other: Phone) -> None:
    town.one(SECRETARY, phone.visit())
    town.one(SECRETARY, phone.change("visit", "patch", {"narrative": "甲"}, base=11))
    town.one(LEADER, other.change("visit", "patch", {"narrative": "乙"}, base=11))
    [seen] = town.conflicts("visit")
    town.one(SECRETARY, phone.change("visit", "patch", {"narrative": "甲二"}, base=town.head, n=9))
    late = phone.change(seen.id, "settle", settled(seen, "乙"), kind="conflict", base=town.head, n=8)
    assert town.one(SECRETARY, late).seq is None
    assert town.records["visit"].fields["narrative"] == "甲二"
    assert town.records[seen.id].fields["status"] == "open"
