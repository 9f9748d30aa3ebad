"""L10: a delete never beats an edit, whichever arrives first, of the record or of what hangs on it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.canonical import same
from tests.laws.edits import Wish, patches, send, set_edits, town_with_a_visit
from tests.laws.town import LEADER, SECRETARY, Phone, Town, settled


def _settle(town: Town, value: bool) -> None:
    [conflict] = town.conflicts("visit", "deleted")
    assert conflict.fields["status"] == "open"
    person = Phone("person")
    choice = person.change(conflict.id, "settle", settled(conflict, value), kind="conflict", base=town.head)
    assert town.one(SECRETARY, choice).outcome in ("applied", "merged")


def _delete(town: Town, base: int) -> Any:
    return town.one(SECRETARY, Phone("secretary").change("visit", "delete", base=base))


@given(patches() | set_edits(), st.booleans())
def test_L10_edit_and_delete_in_any_order_leave_the_edit_to_a_person(edit: Wish, delete_first: bool) -> None:
    town, base = town_with_a_visit()
    before = dict(town.records["visit"].fields)
    if delete_first:
        assert _delete(town, base).outcome == "applied"
        send(town, Phone("leader"), edit, base)
    else:
        send(town, Phone("leader"), edit, base)
        verdict = _delete(town, base)
        if town.records["visit"].fields == before and verdict.outcome == "applied":
            return  # the edit said what the record said already
        assert verdict.outcome == "conflict"
        assert not town.records["visit"].deleted
    _settle(town, False)
    visit = town.records["visit"]
    assert not visit.deleted
    if edit.action == "patch":
        assert all(same(visit.fields.get(name), value) for name, value in edit.fields.items())
    else:
        here = set(edit.fields["companions"]) & set(visit.fields["companions"])
        assert here == (set(edit.fields["companions"]) if edit.action == "add" else set())


@pytest.mark.parametrize("delete_first", [True, False])
@pytest.mark.parametrize("below", ["interview", "recorded-opinion"])
def test_L10_what_hangs_on_a_record_is_an_edit_of_it(delete_first: bool, below: str) -> None:
    town, base = town_with_a_visit()
    leader = Phone("leader")
    child = leader.change("i", "create", {"visit_id": "visit", "asked": "问"}, kind="interview", base=base)
    if below == "recorded-opinion":
        town.one(LEADER, child)
        given_fields = {"origin": "interview", "origin_id": "i", "village_id": "village-1", "opinion_kind": "praise"}
        given_fields |= {"area": "study", "about": "branch", "text": "好"}
        town.one(LEADER, leader.change("o", "create", given_fields, kind="opinion", base=base))
        base = town.head
        child = leader.change("o", "command", kind="opinion", command="record", base=base)
    outcomes = []
    for step in ("delete", "child") if delete_first else ("child", "delete"):
        outcomes.append(_delete(town, base).outcome if step == "delete" else town.one(LEADER, child).outcome)
    assert outcomes == ["applied", "conflict"]
    assert child.record in town.records
    _settle(town, False)
    assert not town.records["visit"].deleted


@given(st.lists(patches(), min_size=1, max_size=4))
def test_L10_every_edit_of_a_deleted_record_is_kept(edits: list[Wish]) -> None:
    town, base = town_with_a_visit()
    _delete(town, base)
    phone = Phone("leader")
    for edit in edits:
        send(town, phone, edit, base)
    [conflict] = town.conflicts("visit", "deleted")
    assert [side["value"] for side in conflict.fields["sides"]] == [edit.fields for edit in edits]
    _settle(town, True)
    assert town.records["visit"].deleted


def test_L10_a_delete_on_top_of_what_was_seen_deletes() -> None:
    town, base = town_with_a_visit()
    send(town, Phone("leader"), Wish("patch", {"narrative": "改"}), base)
    assert _delete(town, town.head).outcome == "applied"
    assert town.records["visit"].deleted


def test_L10_a_value_that_waits_in_a_conflict_is_an_edit_too() -> None:
    town, base = town_with_a_visit()
    send(town, Phone("secretary's tablet"), Wish("patch", {"narrative": "一"}), base)
    seen = town.head
    send(town, Phone("leader"), Wish("patch", {"narrative": "二"}), base)
    assert _delete(town, seen).outcome == "conflict"
    assert not town.records["visit"].deleted
    assert "二" in town.visible("visit", "narrative")


def test_L10_a_delete_by_one_who_saw_the_conflict_deletes() -> None:
    town, base = town_with_a_visit()
    send(town, Phone("secretary's tablet"), Wish("patch", {"narrative": "一"}), base)
    send(town, Phone("leader"), Wish("patch", {"narrative": "二"}), base)
    assert _delete(town, town.head).outcome == "applied"


def test_L10_an_edit_kept_for_a_deleted_record_survives_its_authors_own_delete() -> None:
    town, base = town_with_a_visit()
    other, mine = Phone("secretary's tablet"), Phone("secretary")
    town.one(SECRETARY, other.change("visit", "delete", base=base))
    town.one(SECRETARY, mine.change("visit", "patch", {"narrative": "二"}, base=base))
    town.one(SECRETARY, other.change("visit", "restore", base=town.head))
    assert town.one(SECRETARY, mine.change("visit", "delete", base=base)).outcome == "conflict"
    [conflict] = town.conflicts("visit", "deleted")
    assert [side["value"] for side in conflict.fields["sides"]] == [{"narrative": "二"}, True]
    _settle(town, False)
    assert town.records["visit"].fields["narrative"] == "二"
