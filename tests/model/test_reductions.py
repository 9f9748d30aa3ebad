"""What the reduced search leaves out hides nothing: on a small bound it ends where the whole one ends."""

from __future__ import annotations

import re

import pytest

from tests.model.explore import explore, free, start
from tests.model.families import FAMILIES, Family
from tests.model.space import Space, State

SMALL = [(family, (1, 1, 1)) for family in FAMILIES if family.name != "fields"]
SMALL += [(family, (2, 1, 0)) for family in FAMILIES if family.name in ("deletes", "scopes", "texts")]
Ending = tuple[str, ...]


@pytest.mark.parametrize(("family", "lengths"), SMALL, ids=lambda one: getattr(one, "name", str(one)))
def test_a_reduced_search_ends_where_the_whole_one_does(family: Family, lengths: tuple[int, int, int]) -> None:
    space = Space()
    begin = (*start(space)[:5], 0)
    scenario = free(family.core, lengths)
    whole, reduced = (explore(space, begin, scenario, is_reduced) for is_reduced in (False, True))
    assert (whole.broken, reduced.broken) == ((), ())
    assert _endings(space, whole.ends) == _endings(space, reduced.ends)
    assert len(reduced.ends) > 3
    assert 2 * reduced.states < whole.states


def _endings(space: Space, ends: set[State]) -> set[Ending]:
    """What records and conflicts say and what became of each change, under either name of the twins."""
    found = {_ending(space, state) for state in ends}
    return found | {tuple(sorted(map(_exchanged, one))) for one in found}


def _ending(space: Space, state: State) -> Ending:
    server = space.servers[state[0]]
    rows = [
        repr((row.kind, row.fields.get("record", row.id), row.scope, row.deleted, sorted(row.fields.items())))
        for row in server.records.values()
    ]
    answers = [
        f"{one.item.change} {one.item.n} {one.verdict.outcome} {len(one.verdict.conflicts)}"
        for numbers in server.numbers.values()
        for one in numbers
    ]
    return tuple(sorted(rows + answers))


def _exchanged(words: str) -> str:
    """The same of the other twin: `a` is called `aa` and `aa` is called `a`."""
    return re.sub(r"\baa?\b", lambda name: "aa" if name[0] == "a" else "a", words)
