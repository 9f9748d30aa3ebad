"""Breadth first over every interleaving: three phones, two edits each, pushes, pulls and a lost answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement, product

from tests.model.cast import DEPUTY, SECRETARY
from tests.model.families import Family, new_opinion, new_visit
from tests.model.phone import Phone
from tests.model.server import Server
from tests.model.space import Broken, Space, State
from tests.model.sync import fetch, push

INSTALLS = (("a", SECRETARY), ("aa", SECRETARY), ("b", DEPUTY))
"""Two phones of one person, whose names may be exchanged, and a companion's."""
EDITS_EACH, LOST_ANSWERS = 2, 1
Script = tuple[str, ...]
Scenario = tuple[Script, Script, Script]
Step = tuple[int, str]
"""(which phone, an edit's name or push, unheard, pull)."""


@dataclass(slots=True)
class Found:
    """What a search has met. Shape: `trace` leads by the shortest way to what is `broken`, if anything is."""

    states: int = 0
    steps: int = 0
    scenarios: int = 0
    broken: Broken = ()
    trace: list[Step] = field(default_factory=list)

    def add(self, other: Found) -> None:
        """Both together; the first broken law stays."""
        self.states, self.steps = self.states + other.states, self.steps + other.steps
        self.scenarios += other.scenarios
        if other.broken and (not self.broken or len(other.trace) < len(self.trace)):
            self.broken, self.trace = other.broken, other.trace


def scenarios(family: Family, lengths: tuple[int, int, int]) -> list[Scenario]:
    """Who does what, with so many edits each; once for each pair that differs only in which of the twins does it."""
    one, two, third = (list(product(family.edits, repeat=length)) for length in lengths)
    twins = combinations_with_replacement(one, 2) if lengths[0] == lengths[1] else product(one, two)
    return [(*pair, last) for pair in twins for last in third]


def start(space: Space, server_type: type[Server] = Server, phone_type: type[Phone] = Phone) -> State:
    """A visit and a draft opinion that their author's other phone and, as far as he may, the companion have seen."""
    server = server_type()
    phones = []
    for name, actor in INSTALLS:
        server.enrol(name, actor, name)
        phones.append(phone_type(name, name, actor.account))
    from tests.model.families import VISIT

    for wish in (new_visit(VISIT, "初稿"), new_opinion()):
        phones[0].save(wish)
    push(phones[0], server, "well", 20)
    for phone in phones:
        fetch(phone, server, "well", 500)
    one, two, third = (space.phone(phone) for phone in phones)
    return space.server(server), one, two, third, 0, LOST_ANSWERS


def explore(space: Space, begin: State, scenario: Scenario) -> Found:
    """Every state of a scenario, until one breaks a law."""
    parents: dict[State, tuple[State, Step] | None] = {begin: None}
    level, found = [begin], Found(scenarios=1)
    while level:
        following: list[State] = []
        for state in level:
            for step, after, broken in _steps(space, state, scenario):
                found.steps += 1
                if after in parents:
                    continue
                parents[after] = (state, step)
                broken += space.broken(after) + _rested(space, after, scenario)
                if broken:
                    return Found(len(parents), found.steps, 1, broken, _trace(parents, after))
                following.append(after)
        level = following
    found.states = len(parents)
    return found


def _steps(space: Space, state: State, scenario: Scenario) -> Iterator[tuple[Step, State, Broken]]:
    """What may happen next, without the orders that make no difference.

    An edit is seen by nobody before its phone speaks to the server: it is made right before that. A pull after the last
    edit changes nothing but that phone: `_rested` makes it once, at the end.
    """
    server, *phones, done, losses = state
    owner = done // 27
    for who, phone in enumerate(phones):
        count = done // 3**who % 3
        if owner and owner != who + 1:
            continue
        if count < len(scenario[who]):
            after = space.edited(phone, scenario[who][count])
            now = done % 27 + 3**who + 27 * (who + 1)
            yield (who, scenario[who][count]), _with(state, who, server, after, now, losses), ()
            at, after = space.pulled(server, phone)
            yield (who, "pull"), _with(state, who, at, after, done % 27, losses), ()
        if space.waits(phone):
            at, after, broken = space.pushed(server, phone, "well")
            yield (who, "push"), _with(state, who, at, after, done % 27, losses), broken
            if losses:
                at, after, broken = space.pushed(server, phone, "unheard")
                yield (who, "unheard"), _with(state, who, at, after, done % 27, losses - 1), broken


def _rested(space: Space, state: State, scenario: Scenario) -> Broken:
    """What is broken once the phones that have nothing more to do have pulled."""
    server, *phones, done, _losses = state
    broken: Broken = ()
    for who, phone in enumerate(phones):
        if done // 3**who % 3 == len(scenario[who]) and not space.waits(phone):
            broken += space.rested(server, phone)
    return broken


def _with(state: State, who: int, server: int, phone: int, done: int, losses: int) -> State:
    phones = list(state[1:4])
    phones[who] = phone
    return server, phones[0], phones[1], phones[2], done, losses


def _trace(parents: dict[State, tuple[State, Step] | None], end: State) -> list[Step]:
    steps: list[Step] = []
    at = parents[end]
    while at is not None:
        steps.append(at[1])
        at = parents[at[0]]
    return steps[::-1]


def shown(trace: Sequence[Step]) -> str:
    """A trace for a person to read."""
    return " · ".join(f"{INSTALLS[who][0]} {what}" for who, what in trace)
