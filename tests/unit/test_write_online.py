"""Online commands write records: only what changed gets a number, and phones merge against it."""

from __future__ import annotations

import pytest

from server.domain.judge import write_online
from server.domain.judging.verdicts import Departure, Judged, OnlineWrite, Township
from server.schemas.kinds.registry import KINDS
from tests.laws.town import CYCLE, OFFICE, OTHER_VILLAGE, SECRETARY, TOWN, VILLAGE, Phone, Town


@pytest.fixture
def town() -> Town:
    return Town()


def save(town: Town, *writes: OnlineWrite, command: str = "cmd:1") -> Judged:
    township = Township(TOWN, True, CYCLE, town.head)
    judged = write_online(KINDS, township, command, OFFICE.account, writes, town.records, now_ms=7)
    town.save(judged)
    return judged


def test_a_new_record_is_placed_and_stamped(town: Town) -> None:
    judged = save(town, OnlineWrite("branch", "branch", {"village_id": VILLAGE, "name": "支部"}))
    [row] = judged.records
    assert (row.seq, row.scope, row.parent, row.created_by) == (11, f"town:{TOWN}", VILLAGE, OFFICE.account)
    assert dict(row.fields) == {"is_demo": True, "village_id": VILLAGE, "name": "支部"}
    assert (row.field_seqs["name"].seq, row.field_seqs["name"].writer) == (11, "cmd:1")


def test_what_is_so_already_gets_no_number_and_what_changed_gets_one(town: Town) -> None:
    save(town, OnlineWrite("branch", "branch", {"village_id": VILLAGE, "name": "支部"}))
    assert save(town, OnlineWrite("branch", "branch", {"name": "支部"}), command="cmd:2").records == []
    assert town.head == 11
    [row] = save(town, OnlineWrite("branch", "branch", {"name": "总支"}), command="cmd:3").records
    assert row.fields["village_id"] == VILLAGE
    assert row.field_seqs["village_id"].seq == 11
    assert (row.field_seqs["name"].seq, row.field_seqs["name"].other_seq) == (12, 11)


def test_deleting_and_bringing_back(town: Town) -> None:
    save(town, OnlineWrite("branch", "branch", {"village_id": VILLAGE, "name": "支部"}))
    [gone] = save(town, OnlineWrite("branch", "branch", deleted=True), command="cmd:2").records
    assert gone.deleted and gone.fields["name"] == "支部"
    assert save(town, OnlineWrite("branch", "branch", deleted=True), command="cmd:3").records == []
    [back] = save(town, OnlineWrite("branch", "branch", deleted=False), command="cmd:4").records
    assert not back.deleted


def test_a_record_of_ones_own_belongs_to_the_named_author(town: Town) -> None:
    [row] = save(town, OnlineWrite("d", "digest", {"role": "pbo", "period": "2026-W47"}, author="acc-x")).records
    assert (row.scope, row.created_by, row.updated_by) == ("own:acc-x", "acc-x", OFFICE.account)


def test_what_waited_moves_when_its_village_is_known(town: Town) -> None:
    phone = Phone("phone")
    town.one(SECRETARY, phone.visit(village_id="village-3"))
    town.one(SECRETARY, phone.change("i", "create", {"visit_id": "visit"}, kind="interview"))
    save(town, OnlineWrite("village-3", "village", {"name": "新村"}))
    assert {town.records[one].scope for one in ("visit", "i")} == {"field:village-3"}
    assert town.records["visit"].parent is None
    assert [gone.record for gone in town.departures] == ["visit", "i"]


def test_a_set_is_written_element_by_element(town: Town) -> None:
    phone = Phone("phone")
    town.one(SECRETARY, phone.visit(companions=["p1", "p2"]))
    [row] = save(town, OnlineWrite("visit", "visit", {"companions": ["p2", "p3"]})).records
    seqs = {name: entry.seq for name, entry in row.field_seqs.items() if name.startswith("companions")}
    assert seqs == {"companions/p1": 12, "companions/p2": 11, "companions/p3": 12}


def test_a_visit_moved_online_departs_with_what_hangs_on_it(town: Town) -> None:
    phone = Phone("phone")
    town.one(SECRETARY, phone.visit())
    town.one(SECRETARY, phone.change("i", "create", {"visit_id": "visit"}, kind="interview"))
    save(town, OnlineWrite("visit", "visit", {"village_id": OTHER_VILLAGE}))
    assert {town.records[one].scope for one in ("visit", "i")} == {f"field:{OTHER_VILLAGE}"}
    assert town.departures == [Departure(13, f"field:{VILLAGE}", "visit"), Departure(15, f"field:{VILLAGE}", "i")]
    row = town.records["visit"]
    assert row.field_seqs["village_id"].seq == row.seq, "who has pulled the departure alone has not seen the row"


def test_a_phone_is_in_conflict_with_what_was_decided_online_meanwhile(town: Town) -> None:
    phone = Phone("phone")
    town.one(SECRETARY, phone.visit())
    save(town, OnlineWrite("visit", "visit", {"start_at": 6}))
    edit = phone.change("visit", "patch", {"start_at": 7}, base=11)
    assert town.one(SECRETARY, edit).outcome == "conflict"
