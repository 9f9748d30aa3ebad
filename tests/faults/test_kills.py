"""A short kill storm on each database, and its checker, which can fail: what was planted is found."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.faults.kills import storm
from tests.faults.kills_check import compare, not_dense, values_gone

Json = dict[str, Any]


def change(n: int, value: str = "看了记录") -> Json:
    return {
        "n": n,
        "change": f"c{n}",
        "hash": f"h{n}",
        "record": "r",
        "action": "patch",
        "fields": {"narrative": value},
    }


def outcome(n: int, **more: Any) -> Json:
    return {"n": n, "outcome": "applied", "seq": 10 + n, **more}


def row(n: int, **other: Any) -> Json:
    stored = {"replica_id": "a", "n": n, "change_id": f"c{n}", "hash": f"h{n}", "outcome": "applied", "seq": 10 + n}
    return stored | {"more": None} | other


LEDGER = {("a", n): (change(n), outcome(n)) for n in (1, 2)}


def test_a_ledger_that_the_history_bears_out_is_no_fault() -> None:
    assert compare(LEDGER, [row(1), row(2)]) == ([], [])
    assert not_dense(LEDGER) == []


def test_an_entry_that_was_never_sent_is_reported_lost() -> None:
    lost, doubled = compare(LEDGER, [row(1)])
    assert (len(lost), doubled) == (1, [])
    assert "a/2" in lost[0]


@pytest.mark.parametrize("other", [{"seq": 99}, {"outcome": "merged"}, {"hash": "another"}, {"change_id": "another"}])
def test_another_answer_than_was_given_is_reported_lost(other: Json) -> None:
    assert len(compare(LEDGER, [row(1), row(2, **other)])[0]) == 1


def test_a_doubled_row_is_reported_doubled() -> None:
    lost, doubled = compare(LEDGER, [row(1), row(2), row(3, change_id="c2")])
    assert lost == []
    assert any("2 times" in line for line in doubled)
    assert any("nobody was told" in line for line in doubled)
    assert compare(LEDGER, [row(1), row(2), row(2)])[1]


def test_a_hole_in_the_numbers_is_reported() -> None:
    assert not_dense({("a", n): LEDGER["a", 1] for n in (1, 3)}) == ["a"]


def head(value: str, seqs: Json) -> dict[str, Json]:
    fields = json.dumps({"narrative": value})
    return {"r": {"kind": "visit", "fields": fields, "field_seqs": json.dumps(seqs), "deleted": False}}


def test_a_value_that_is_nowhere_is_reported() -> None:
    ledger = {("a", 1): LEDGER["a", 1]}
    assert values_gone(ledger, head("看了记录", {"narrative": [11, "a", 1, 0]})) == []
    assert values_gone(ledger, head("后来", {"narrative": [12, "b", 1, 11]})) == []
    assert len(values_gone(ledger, head("别的", {"narrative": [11, "a", 1, 0]}))) == 1
    assert len(values_gone(ledger, head("别的", {"narrative": [5, "b", 1, 0]}))) == 1
    assert len(values_gone(ledger, {})) == 1


def test_a_side_about_a_deleted_record_holds_every_field_of_its_edit() -> None:
    gone = head("", {"deleted": [9, "b", 1, 0]})["r"] | {"deleted": True}
    side = {"replica": "a", "n": 1, "value": {"narrative": "看了记录"}}
    asked = {"kind": "conflict", "deleted": False, "field_seqs": "{}"}
    asked["fields"] = json.dumps({"record": "r", "field": "deleted", "sides": [side]})
    ledger = {("a", 1): LEDGER["a", 1]}
    assert values_gone(ledger, {"r": gone, "c": asked}) == []
    assert len(values_gone(ledger, {"r": gone})) == 1


@pytest.mark.parametrize(("database", "kills"), [("sqlite", 8), ("postgresql", 10)])
def test_L5_L6_L7_every_program_is_killed_and_nothing_is_lost_or_doubled(database: str, kills: int) -> None:
    told = storm(database, kills, changes=1_500, every_s=0.6)
    assert told.ok, "\n".join(told.lines())
    counted = {name: count for name, count in told.figures.items() if name.startswith("kills: ")}
    assert all(counted.values()) and sum(counted.values()) == kills, counted
    assert told.figures["changes acknowledged"] >= 1_500 and told.figures["effects done"]
