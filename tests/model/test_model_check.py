"""The model check within the bound of every test run; `python -m tests.model check` goes further."""

from __future__ import annotations

import pytest

from tests.model.check import SLICE, Part, bounded, search, shortest
from tests.model.explore import INSTALLS, shown
from tests.model.families import EDITS, FAMILIES, Family
from tests.model.phone import Phone
from tests.model.plants import BaseMovedByAnswers, NumbersBeforeCommit, PoisonRefused
from tests.model.server import Server

BY_NAME = {family.name: family for family in FAMILIES}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_L9_every_state_within_the_bound_obeys_every_law(family: Family) -> None:
    found = search(Part(family, bounded(family, SLICE)))
    assert found.broken == (), shown(found.trace)
    assert found.scenarios == len(SLICE)
    assert found.states > 2_000, "most of the search was cut off"
    assert len(found.ends) > 50


def test_every_edit_is_tried_by_some_family() -> None:
    assert {edit for family in FAMILIES for edit in family.edits} == set(EDITS)


@pytest.mark.parametrize(
    ("family", "server", "phone", "law", "most_steps"),
    [
        ("texts", Server, BaseMovedByAnswers, "L2", 6),
        ("texts", NumbersBeforeCommit, Phone, "L4", 3),
        ("texts", PoisonRefused, Phone, "L6", 2),
    ],
    ids=["base-advanced-on-acknowledgement", "cursor-from-a-bare-sequence", "blocking-poison-change"],
)
def test_L9_a_planted_fault_is_found_within_the_bound(
    family: str, server: type[Server], phone: type[Phone], law: str, most_steps: int
) -> None:
    in_slice = search(Part(BY_NAME[family], bounded(BY_NAME[family], SLICE), server, phone))
    assert any(words.startswith(law) for words in in_slice.broken), in_slice
    least = shortest(BY_NAME[family], server, phone)
    assert any(words.startswith(law) for words in least.broken), least
    assert len(least.trace) <= most_steps, shown(least.trace)
    assert {INSTALLS[who][0] for who, _what in least.trace} <= {"a", "aa", "b"}
