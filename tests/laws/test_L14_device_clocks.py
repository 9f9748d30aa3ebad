"""L14: no device clock decides anything: whatever the clocks say, the same rows and the same verdicts come out."""

from __future__ import annotations

import dataclasses
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.domain.records import Record
from tests.laws.edits import Wish, town_with_a_visit, wishes
from tests.laws.town import LEADER, OFFICE, SECRETARY, Phone

CLOCKS = st.tuples(st.integers(0, 2**53 - 1), st.integers(-(2**53) + 1, 2**53 - 1))
STEPS = st.lists(
    st.tuples(st.sampled_from(["leader", "secretary", "office"]), wishes(), CLOCKS), min_size=1, max_size=8
)
ACTORS = {"leader": LEADER, "secretary": SECRETARY, "office": OFFICE}


def _run(steps: list[tuple[str, Wish, tuple[int, int]]]) -> tuple[list[Any], dict[str, Record]]:
    town, base = town_with_a_visit()
    phones = {name: Phone(name) for name in ACTORS}
    verdicts = []
    for name, wish, (captured, offset) in steps:
        more = {"captured_at_ms": captured, "clock_offset_ms": offset}
        change = phones[name].change("visit", wish.action, wish.fields, base=base, **more)
        verdicts.append(town.one(ACTORS[name], change))
    return verdicts, {one.id: _without_clock(one) for one in town.records.values()}


def _without_clock(record: Record) -> Record:
    """A side shows when its author's clock said it was written; shown, never compared."""
    if record.kind != "conflict":
        return record
    sides = [{**side, "captured_at_ms": None} for side in record.fields["sides"]]
    return dataclasses.replace(record, fields={**record.fields, "sides": sides})


@given(STEPS, st.randoms())
def test_L14_permuted_clocks_change_nothing(steps: list[Any], random: Any) -> None:
    clocks = [clock for _name, _wish, clock in steps]
    random.shuffle(clocks)
    permuted = [(name, wish, clock) for (name, wish, _old), clock in zip(steps, clocks, strict=True)]
    assert _run(steps) == _run(permuted)
