"""Renumbering: only what a known change wrote takes its new name, and only such records get a new number."""

from __future__ import annotations

from server.domain.records import FieldSeq, Record
from server.domain.renumber import Renumbering, restamp

OLD, NEW = ("old", 7), ("new", 1)


def record(name: str, **given: object) -> Record:
    values = {"kind": "visit", "scope": "s", "seq": 5, "fields": {"a": 1}} | given
    return Record(id=name, **values)  # type: ignore[arg-type] # a test's shorthand


def test_a_field_it_wrote_takes_the_new_name_and_keeps_its_seq() -> None:
    known = record("r", field_seqs={"a": FieldSeq(5, *OLD, 3), "b": FieldSeq(4, "other", 7, 0)})
    (after,) = restamp([known], [Renumbering(OLD, NEW)], head=10)
    assert after.seq == 11
    assert after.field_seqs == {"a": FieldSeq(5, *NEW, 3), "b": FieldSeq(4, "other", 7, 0)}


def test_a_record_that_others_have_overwritten_since_stays_as_it_is() -> None:
    known = record("r", field_seqs={"a": FieldSeq(6, "other", 2, 5)})
    assert restamp([known], [Renumbering(OLD, NEW)], head=10) == []


def test_a_side_of_a_conflict_takes_the_new_name() -> None:
    sides = [{"replica": "old", "n": 7, "value": "x"}, {"replica": "old", "n": 8, "value": "y"}]
    conflict = record("c", kind="conflict", fields={"sides": sides, "status": "open"})
    (after,) = restamp([conflict], [Renumbering(OLD, NEW)], head=3)
    assert after.fields["sides"] == [{"replica": "new", "n": 1, "value": "x"}, sides[1]]


def test_numbers_are_given_one_by_one() -> None:
    records = [record(name, field_seqs={"a": FieldSeq(5, *OLD, 0)}) for name in "abc"]
    assert [after.seq for after in restamp(records, [Renumbering(OLD, NEW)], head=20)] == [21, 22, 23]
