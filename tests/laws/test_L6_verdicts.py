"""L6 in the judge: one verdict a change, groups whole; L5 as far as judging goes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain import judge
from server.domain.judging.case import Case
from server.domain.records import Change, Refused
from tests.laws.edits import VALUES, town_with_a_visit
from tests.laws.town import BRANCH, LEADER, OFFICE, REVOKED, SECRETARY, VILLAGE, Phone, Town

RECORDS = ("visit", "visit-2", "check", "interview", "opinion", "nowhere", VILLAGE)
KIND_NAMES = ("visit", "record_check", "interview", "interviewee", "opinion", "village", "conflict", "no-such-kind")
ACTIONS = ("create", "patch", "delete", "restore", "add", "remove", "command", "settle", "no-such-action")
COMMANDS = (None, None, "complete", "start", "move", "record", "no-such-command")
NAMES = ("village_id", "visitor_id", "visit_id", "narrative", "companions", "state", "value", "sides", "start_at")
LISTS = st.lists(st.sampled_from(RECORDS) | st.just({"id": "x"}), max_size=2)
FIELDS = st.dictionaries(st.sampled_from(NAMES), VALUES | st.sampled_from(RECORDS) | LISTS | st.just(7), max_size=3)
VISITS = st.just({"village_id": VILLAGE, "visitor_id": "person-secretary", "start_at": 5})
ITEMS = st.lists(
    st.tuples(
        st.sampled_from(RECORDS),
        st.sampled_from(("visit", *KIND_NAMES)),
        st.sampled_from(("create", *ACTIONS)),
        FIELDS | VISITS,
        st.sampled_from(COMMANDS),
        st.sampled_from([None, None, None, "group-1", "group-2"]),
        st.integers(0, 40),
        st.integers(0, 9),
    ),
    min_size=1,
    max_size=8,
)


def _items(phone: Phone, drawn: list[Any]) -> list[Change | Refused]:
    items: list[Change | Refused] = []
    for record, kind, action, fields, command, group, base, luck in drawn:
        change = phone.change(record, action, fields, kind=kind, command=command, group=group, base=base)
        refused = Refused(
            phone.name, change.n, None, "", record, kind, "invalid-change", "unreadable", "{}", group=group
        )
        items.append(refused if luck == 0 else change)
    return items


@settings(max_examples=300)
@given(ITEMS, st.sampled_from([SECRETARY, OFFICE, LEADER, BRANCH, REVOKED]))
def test_L6_every_change_has_exactly_one_verdict(drawn: list[Any], actor: Any) -> None:
    town, _seen = town_with_a_visit()
    items = _items(Phone("phone"), drawn)
    head = town.head
    judged = town.push(actor, items)
    assert [item.n for item in items] == [verdict.n for _item, verdict in judged.verdicts]
    for item, (judged_item, verdict) in zip(items, judged.verdicts, strict=True):
        assert judged_item is item
        assert (verdict.outcome == "quarantined") == (verdict.problem is not None)
        assert verdict.seq is None or head < verdict.seq <= judged.head
        assert verdict.outcome != "conflict" or verdict.conflicts
        assert all(town.records[conflict].kind == "conflict" for conflict in verdict.conflicts)
    assert judged.faults == []
    if actor is REVOKED:
        assert {verdict.outcome for _item, verdict in judged.verdicts} == {"quarantined"}
        assert (judged.records, judged.departures, judged.head) == ([], [], head)


@given(ITEMS)
def test_L6_a_group_is_applied_whole_or_not_at_all(drawn: list[Any]) -> None:
    grouped = [(*one[:5], "group", *one[6:]) for one in drawn]
    town, head = town_with_a_visit()
    before = dict(town.records)
    judged = town.push(SECRETARY, _items(Phone("phone"), grouped))
    outcomes = {verdict.outcome == "quarantined" for _item, verdict in judged.verdicts}
    assert len(outcomes) == 1
    if outcomes == {True}:
        assert (town.records, town.head, town.departures) == (before, head, [])


@given(ITEMS, ITEMS)
def test_L6_what_is_quarantined_leaves_no_trace(drawn: list[Any], poison: list[Any]) -> None:
    """A batch with quarantined groups among the others ends as the batch without them."""
    phone, twin = Phone("phone"), Phone("phone")
    bad = [(*one[:5], "poison", *one[6:7], 0) for one in poison]
    items = _items(phone, drawn)
    with_poison, without = town_with_a_visit()[0], town_with_a_visit()[0]
    with_poison.push(SECRETARY, [*_items(Phone("other"), bad), *items])
    without.push(SECRETARY, _items(twin, drawn))
    assert (with_poison.records, with_poison.head) == (without.records, without.head)


@pytest.mark.parametrize("poison", range(5))
def test_L6_a_fault_of_the_server_costs_one_group_and_names_it(monkeypatch: pytest.MonkeyPatch, poison: int) -> None:
    town, head = town_with_a_visit()
    phone = Phone("phone")
    groups = [None, "group", "group", None, None]
    items = [
        phone.change("visit", "patch", {"narrative": str(at)}, group=group, base=head)
        for at, group in enumerate(groups)
    ]

    def break_on_it(case: Case) -> None:
        judge.edits.edit(case)
        if case.change.n == items[poison].n:
            raise ZeroDivisionError

    monkeypatch.setitem(judge.ACTIONS, "patch", break_on_it)
    judged = town.push(LEADER, items)
    hit = {1, 2} if poison in (1, 2) else {poison}
    slugs = [verdict.problem.slug if verdict.problem else verdict.outcome for _item, verdict in judged.verdicts]
    assert slugs == ["server-fault" if at in hit else "applied" for at in range(5)]
    assert "ZeroDivisionError" in judged.faults[0]
    assert town.records["visit"].fields["narrative"] == ("3" if poison == 4 else "4")
    assert town.head == head + 5 - len(hit)


def test_L5_the_same_work_under_other_ids_adds_nothing() -> None:
    town = Town()
    phone, profile = Phone("phone"), Phone("restored-profile")
    town.push(SECRETARY, [phone.visit(narrative="走访"), phone.change("visit", "patch", {"branch_summary": "小结"})])
    before = {one: record.fields for one, record in town.records.items()}
    again = [profile.visit(narrative="走访"), profile.change("visit", "patch", {"branch_summary": "小结"})]
    judged = town.push(SECRETARY, again)
    assert [verdict.outcome for _item, verdict in judged.verdicts] == ["merged", "merged"]
    assert {one: record.fields for one, record in town.records.items()} == before
