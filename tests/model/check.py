"""The model check as a whole: families over processes, with the bound and the number of states for whoever reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import groupby

from tests.model.explore import EDITS_EACH, LOST_ANSWERS, Found, explore, free, scenarios, shown, start
from tests.model.families import FAMILIES, Family
from tests.model.moves import Scenario
from tests.model.phone import Phone
from tests.model.server import Server
from tests.model.space import Space

MOST_KEPT = 500_000
"""Steps remembered by one process before it begins a new memory."""
SCENARIOS_A_PART = 8
Lengths = tuple[int, int, int]
Bound = Sequence[tuple[Lengths, int]]
"""(how many edits each phone makes, how many answers are lost)."""
SLICE: Bound = (((1, 1, 1), 0), ((0, 1, 2), LOST_ANSWERS), ((1, 2, 0), LOST_ANSWERS))
WHOLE: Bound = (((EDITS_EACH, EDITS_EACH, EDITS_EACH), 0), ((1, 1, 1), LOST_ANSWERS))


@dataclass(frozen=True, slots=True)
class Part:
    """Work for one process."""

    family: Family
    scenarios: tuple[tuple[Scenario, int], ...]
    server: type[Server] = Server
    phone: type[Phone] = Phone


def bounded(family: Family, bound: Bound) -> tuple[tuple[Scenario, int], ...]:
    """What is searched within a bound: where all edit twice every script of the family's core, else all its edits.

    A script at a time keeps the memory small where most states are met once: all scripts of one search are the same.
    """
    found: list[tuple[Scenario, int]] = []
    for lengths, lost in bound:
        if min(lengths) == EDITS_EACH:
            found += [(script, lost) for script in scenarios(family.core, lengths)]
        else:
            found.append((free(family.edits, lengths), lost))
    return tuple(found)


def search(part: Part) -> Found:
    """The part's scenarios one after the other, until a law is broken."""
    space = Space()
    begin = start(space, part.server, part.phone)
    total = Found()
    for scenario, lost in part.scenarios:
        if space.size > MOST_KEPT:
            space = Space()
            begin = start(space, part.server, part.phone)
        total.add(explore(space, (*begin[:5], lost), scenario))
        if total.broken:
            break
    return total


def check(slice_only: bool = False, processes: int = 2) -> Iterator[tuple[Family, Found]]:
    """Family by family what was met, a few scenarios of it at a time in one process."""
    scenarios_of = {one: bounded(one, SLICE if slice_only else WHOLE) for one in FAMILIES}
    parts = [Part(one, some) for one, every in scenarios_of.items() for some in _batches(every, SCENARIOS_A_PART)]
    with ProcessPoolExecutor(processes) as pool:
        for part, found in zip(parts, pool.map(search, parts), strict=True):
            yield part.family, found


def shortest(family: Family, server: type[Server] = Server, phone: type[Phone] = Phone) -> Found:
    """What breaks a law with the fewest edits, by the shortest way there."""
    space = Space()
    begin = start(space, server, phone)
    total = Found()
    for lengths in sorted(_lengths(), key=sum):
        for scenario in scenarios(family.edits, lengths):
            total.add(explore(space, begin, scenario))
        if total.broken:
            break
    return total


def report(slice_only: bool, results: Iterable[tuple[Family, Found]]) -> bool:
    """Prints the bound, a line a family and the sum; whether every law held."""
    for lengths, lost in SLICE if slice_only else WHOLE:
        print(f"3 phones, {lengths} edits, {lost} lost answers: every order of edits, pushes and pulls")
    total = Found()
    for family, parts in groupby(results, lambda one: one[0]):
        of_family = Found()
        for _family, found in parts:
            of_family.add(found)
            if found.broken:
                print("  BROKEN: " + "; ".join(found.broken), "    " + shown(found.trace), sep="\n")
        print(_line(family.name, of_family), flush=True)
        total.add(of_family)
    print(_line("all", total))
    return not total.broken


def _line(name: str, found: Found) -> str:
    return f"  {name:9} {found.scenarios:>6,} searches  {found.states:>11,} states  {found.steps:,} steps"


def _batches(every: Sequence[tuple[Scenario, int]], size: int) -> Iterator[tuple[tuple[Scenario, int], ...]]:
    for at in range(0, len(every), size):
        yield tuple(every[at : at + size])


def _lengths() -> list[Lengths]:
    most = range(EDITS_EACH + 1)
    return [(one, two, third) for one in most for two in most for third in most if one <= two and one + two + third]
