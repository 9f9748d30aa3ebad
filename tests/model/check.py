"""The model check as a whole: families over processes, with the bound and the number of states for whoever reads it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from tests.model.explore import EDITS_EACH, LOST_ANSWERS, Found, Scenario, explore, scenarios, shown, start
from tests.model.families import FAMILIES, Family
from tests.model.phone import Phone
from tests.model.server import Server
from tests.model.space import Space

MOST_KEPT = 2_000_000
"""Steps remembered by one process before it begins a new memory."""
Bound = Sequence[tuple[tuple[int, int, int], int]]
"""(how many edits each phone makes, how many answers are lost)."""
SLICE: Bound = (((1, 1, 1), 0), ((0, 1, 2), LOST_ANSWERS), ((1, 2, 0), LOST_ANSWERS))
WHOLE: Bound = (((EDITS_EACH, EDITS_EACH, EDITS_EACH), LOST_ANSWERS),)


@dataclass(frozen=True, slots=True)
class Part:
    """Work for one process. Shape: `until_s` on the monotonic clock; 0 for as long as it takes."""

    family: Family
    scenarios: tuple[tuple[Scenario, int], ...]
    until_s: float = 0
    server: type[Server] = Server
    phone: type[Phone] = Phone


def bounded(family: Family, bound: Bound) -> list[tuple[Scenario, int]]:
    """Every scenario of a family within the bound, once for all that differ only in names."""
    return [(one, lost) for lengths, lost in bound for one in scenarios(family, lengths)]


def search(part: Part) -> Found:
    """The part's scenarios one after the other, until a law is broken or the time is over."""
    space = Space()
    begin = start(space, part.server, part.phone)
    total = Found()
    for scenario, lost in part.scenarios:
        if part.until_s and time.monotonic() > part.until_s:
            break
        if space.size > MOST_KEPT:
            space = Space()
            begin = start(space, part.server, part.phone)
        total.add(explore(space, (*begin[:5], lost), scenario))
        if total.broken:
            break
    return total


def check(bound: Bound, seconds: float = 0, processes: int = 2, seed: int = 1) -> Iterator[tuple[Family, int, Found]]:
    """Family by family: how many scenarios it has, and what was met.

    Shape:  with `seconds` a random part of the scenarios is searched, each family for its share of the time
    """
    with ProcessPoolExecutor(processes) as pool:
        for family in FAMILIES:
            todo = bounded(family, bound)
            random.Random(seed).shuffle(todo)
            until_s = time.monotonic() + seconds / len(FAMILIES) if seconds else 0
            parts = [Part(family, tuple(todo[at::processes]), until_s) for at in range(processes)]
            found = Found()
            for one in pool.map(search, parts):
                found.add(one)
            yield family, len(todo), found


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


def report(bound: Bound, results: Iterable[tuple[Family, int, Found]]) -> bool:
    """Prints a line a family and the sum; whether every law held."""
    for lengths, lost in bound:
        print(f"3 phones, {lengths} edits, {lost} lost answers: every order of pushes and pulls")
    total, scenarios_in_all = Found(), 0
    for family, count, found in results:
        print(_line(family.name, found, count))
        scenarios_in_all += count
        if found.broken:
            least = shortest(family)
            least = least if least.broken else found
            print("  BROKEN: " + "; ".join(least.broken), "    " + shown(least.trace), sep="\n")
        total.add(found)
    print(_line("all", total, scenarios_in_all))
    return not total.broken


def _line(name: str, found: Found, of: int) -> str:
    share = f"{found.scenarios:>6,} of {of:,} scenarios"
    return f"  {name:9} {share}  {found.states:>11,} states  {found.steps:,} steps"


def _lengths() -> list[tuple[int, int, int]]:
    most = range(EDITS_EACH + 1)
    return [(one, two, third) for one in most for two in most for third in most if one <= two and one + two + third]
