"""The model check as a whole: families over processes, with the bound and the number of states for whoever reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from tests.model.explore import EDITS_EACH, LOST_ANSWERS, Found, explore, free, scenarios, shown, start
from tests.model.families import FAMILIES, Family
from tests.model.moves import Scenario
from tests.model.phone import Phone
from tests.model.server import Server
from tests.model.space import Space

MOST_KEPT = 2_000_000
"""Steps remembered by one process before it begins a new memory."""
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
    """One search for each line of the bound: of the family's core where all edit twice, else of all its edits."""
    return tuple(
        (free(family.core if min(lengths) == EDITS_EACH else family.edits, lengths), lost) for lengths, lost in bound
    )


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
    """Family by family, each in a process of its own, what was met."""
    parts = [Part(one, bounded(one, SLICE if slice_only else WHOLE)) for one in FAMILIES]
    with ProcessPoolExecutor(processes) as pool:
        yield from zip(FAMILIES, pool.map(search, parts), strict=True)


def shortest(family: Family, server: type[Server] = Server, phone: type[Phone] = Phone) -> Found:
    """What breaks a law with the fewest edits, by the shortest way there."""
    space = Space()
    begin = start(space, server, phone)
    total = Found()
    for lengths in sorted(_lengths(), key=sum):
        for scenario in scenarios(family, lengths):
            total.add(explore(space, begin, scenario))
        if total.broken:
            break
    return total


def report(slice_only: bool, results: Iterable[tuple[Family, Found]]) -> bool:
    """Prints the bound, a line a family and the sum; whether every law held."""
    for lengths, lost in SLICE if slice_only else WHOLE:
        print(f"3 phones, {lengths} edits, {lost} lost answers: every order of edits, pushes and pulls")
    total = Found()
    for family, found in results:
        print(_line(family.name, found), flush=True)
        if found.broken:
            print("  BROKEN: " + "; ".join(found.broken), "    " + shown(found.trace), sep="\n")
        total.add(found)
    print(_line("all", total))
    return not total.broken


def _line(name: str, found: Found) -> str:
    return f"  {name:9} {found.scenarios:>6,} searches  {found.states:>11,} states  {found.steps:,} steps"


def _lengths() -> list[Lengths]:
    most = range(EDITS_EACH + 1)
    return [(one, two, third) for one in most for two in most for third in most if one <= two and one + two + third]
