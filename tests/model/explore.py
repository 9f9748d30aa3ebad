"""Breadth first over every interleaving: three phones, two edits each, pushes, pulls and a lost answer.

With one edit to choose from at each place a scenario is a script; with all of a family it is one search, in which what
two scripts share is met once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement, product

from server.domain.permissions import Actor
from tests.model.cast import DEPUTY, SECRETARY
from tests.model.families import VISIT, new_opinion, new_visit
from tests.model.moves import NOBODY, Place, Rules, Scenario, Step, is_end, moves, rested
from tests.model.phone import Phone
from tests.model.server import Server
from tests.model.space import Broken, Space, State
from tests.model.sync import fetch, push

AUTHOR = ("z", SECRETARY)
INSTALLS = (("a", SECRETARY), ("aa", SECRETARY), ("b", DEPUTY))
"""Two phones of one person, whose names may be exchanged, and a companion's."""
EDITS_EACH, LOST_ANSWERS = 2, 1
Script = tuple[str, ...]


@dataclass(slots=True)
class Found:
    """What a search has met.

    Shape:  `trace` leads by the shortest way to what is `broken`, if anything is; `ends` the states without work left
    """

    states: int = 0
    steps: int = 0
    scenarios: int = 0
    broken: Broken = ()
    trace: list[Step] = field(default_factory=list)
    ends: set[State] = field(default_factory=set)

    def add(self, other: Found) -> None:
        """Both together; the first broken law stays."""
        self.states, self.steps = self.states + other.states, self.steps + other.steps
        self.scenarios += other.scenarios
        self.ends |= other.ends
        if other.broken and (not self.broken or len(other.trace) < len(self.trace)):
            self.broken, self.trace = other.broken, other.trace


def scenarios(edits: Script, lengths: tuple[int, int, int]) -> list[Scenario]:
    """Who does what, with so many edits each; once for each pair that differs only in which of the twins does it."""
    one, two, third = (list(product(edits, repeat=length)) for length in lengths)
    twins = combinations_with_replacement(one, 2) if lengths[0] == lengths[1] else product(one, two)
    return [(_script(left), _script(right), _script(last)) for left, right in twins for last in third]


def free(edits: Script, lengths: tuple[int, int, int]) -> Scenario:
    """Every phone chooses every edit as it goes: one search for what would be many scripts."""
    one, two, third = ((edits,) * length for length in lengths)
    return one, two, third


def start(space: Space, server_type: type[Server] = Server, phone_type: type[Phone] = Phone) -> State:
    """A visit and a draft opinion that their author's two other phones and, as far as he may, the companion know."""
    server = server_type()
    author, *phones = (_enrolled(server, phone_type, *one) for one in (AUTHOR, *INSTALLS))
    for wish in (new_visit(VISIT, "初稿"), new_opinion()):
        author.save(wish)
    push(author, server, "well", 20)
    for phone in phones:
        fetch(phone, server, "well", 500)
    one, two, third = (space.phone(phone) for phone in phones)
    return space.server(server), one, two, third, Place((0, 0, 0), NOBODY, 0).number(), LOST_ANSWERS


def explore(space: Space, begin: State, scenario: Scenario, reduced: bool = True) -> Found:
    """Every state of a scenario, until one breaks a law."""
    rules = Rules(scenario, begin, reduced)
    parents: dict[State, tuple[State, Step] | None] = {begin: None}
    level, found = [begin], Found(scenarios=1)
    while level:
        following: list[State] = []
        for state in level:
            for step, after, broken in moves(space, state, rules):
                found.steps += 1
                if after in parents:
                    continue
                parents[after] = (state, step)
                broken += space.broken(after) + rested(space, after, scenario)
                if broken:
                    return Found(len(parents), found.steps, 1, broken, _trace(parents, after))
                if is_end(space, after, scenario):
                    found.ends.add(after)
                following.append(after)
        level = following
    found.states = len(parents)
    return found


def shown(trace: Sequence[Step]) -> str:
    """A trace for a person to read."""
    return " · ".join(f"{INSTALLS[who][0]} {what}" for who, what in trace)


def _script(edits: Script) -> tuple[Script, ...]:
    return tuple((edit,) for edit in edits)


def _enrolled(server: Server, phone_type: type[Phone], name: str, actor: Actor) -> Phone:
    server.enrol(name, actor, name)
    return phone_type(name, name, actor.account)


def _trace(parents: dict[State, tuple[State, Step] | None], end: State) -> list[Step]:
    steps: list[Step] = []
    at = parents[end]
    while at is not None:
        steps.append(at[1])
        at = parents[at[0]]
    return steps[::-1]
