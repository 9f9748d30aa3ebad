"""What may happen next in a search, without the orders that make no difference.

What a reduced search leaves out, and why nothing hides behind it (tests/model/test_reductions.py):
1. An edit is seen by nobody before its phone speaks to the server, so it is made right before that.
2. A pull changes nothing but its phone, and a later pull brings what it brought: it is made only where the phone edits
   upon it before it speaks again. What the last pull of all shows is asked of each phone by `rested`.
3. The twins begin as one phone under two names: where both have the same choices, the first to move is the first one.
A push with an empty outbox is nothing in any search.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.model.space import Broken, Space, State

Choices = tuple[tuple[str, ...], ...]
Scenario = tuple[Choices, Choices, Choices]
"""For each phone, for each of its edits in their order: what it may be."""
Step = tuple[int, str]
"""(which phone, an edit's name or push, unheard, pull)."""
Move = tuple[Step, State, Broken]
NOBODY = 3


@dataclass(frozen=True, slots=True)
class Rules:
    """What is searched. Shape: `begin` the first state; `reduced` without the orders that make no difference."""

    scenario: Scenario
    begin: State
    reduced: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where a search stands. Shape: `owner` has edited and speaks next; `debts` have pulled and edit next, as bits."""

    edits: tuple[int, int, int]
    owner: int
    debts: int

    @classmethod
    def of(cls, state: State) -> Place:
        """As it lies in a state's number."""
        rest, third = divmod(state[4], 27)
        return cls((third % 3, third // 3 % 3, third // 9), rest % 4, rest // 4)

    def number(self) -> int:
        """As it lies in a state."""
        one, two, third = self.edits
        return one + 3 * two + 9 * third + 27 * (self.owner + 4 * self.debts)

    def edited(self, who: int, owns: bool) -> Place:
        """One edit further."""
        one, two, third = (count + (at == who) for at, count in enumerate(self.edits))
        return Place((one, two, third), who if owns else self.owner, self.debts & ~(1 << who))

    def spoken(self, who: int, owes: bool = False) -> Place:
        """The phone has spoken to the server."""
        return replace(self, owner=NOBODY, debts=self.debts | (owes << who))


def moves(space: Space, state: State, rules: Rules) -> Iterator[Move]:
    """Every step that a search takes from here, and where it leads."""
    place = Place.of(state)
    for who in range(3):
        if rules.reduced and (place.owner not in (NOBODY, who) or (who == 1 and _is_second(state, place, rules))):
            continue
        yield from _edits(space, state, rules, place, who)
        if not place.debts >> who & 1:
            yield from _words(space, state, rules, place, who)


def rested(space: Space, state: State, scenario: Scenario) -> Broken:
    """What is broken once the phones that have nothing more to do have pulled."""
    done = Place.of(state).edits
    broken: Broken = ()
    for who, phone in enumerate(state[1:4]):
        if done[who] == len(scenario[who]) and not space.waits(phone):
            broken += space.rested(state[0], phone)
    return broken


def is_end(space: Space, state: State, scenario: Scenario) -> bool:
    """Whether all edits are made and nothing waits."""
    done = Place.of(state).edits
    return all(count == len(choices) for count, choices in zip(done, scenario, strict=True)) and not any(
        space.waits(phone) for phone in state[1:4]
    )


def _is_second(state: State, place: Place, rules: Rules) -> bool:
    """Whether the second twin would move before the first."""
    return rules.scenario[0] == rules.scenario[1] and not place.edits[0] and state[1] == rules.begin[1]


def _edits(space: Space, state: State, rules: Rules, place: Place, who: int) -> Iterator[Move]:
    count, choices = place.edits[who], rules.scenario[who]
    if count < len(choices):
        for edit in choices[count]:
            before, after = state[1 + who], space.edited(state[1 + who], edit)
            place_after = place.edited(who, rules.reduced and after != before)
            yield (who, edit), _with(state, who, state[0], after, place_after), ()


def _words(space: Space, state: State, rules: Rules, place: Place, who: int) -> Iterator[Move]:
    server, phone, losses = state[0], state[1 + who], state[5]
    has_more = place.edits[who] < len(rules.scenario[who])
    if has_more or not rules.reduced:
        at, after = space.pulled(server, phone)
        yield (who, "pull"), _with(state, who, at, after, place.spoken(who, rules.reduced)), ()
    if space.waits(phone):
        at, after, broken = space.pushed(server, phone, "well")
        yield (who, "push"), _with(state, who, at, after, place.spoken(who)), broken
        if losses:
            at, after, broken = space.pushed(server, phone, "unheard")
            yield (who, "unheard"), (*_with(state, who, at, after, place.spoken(who))[:5], losses - 1), broken


def _with(state: State, who: int, server: int, phone: int, place: Place) -> State:
    one, two, third = (phone if at == who else other for at, other in enumerate(state[1:4]))
    return server, one, two, third, place.number(), state[5]
