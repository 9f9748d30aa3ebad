"""Random edits of one visit, for the laws of merging."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from server.domain.records import Change
from tests.laws.town import LEADER, SECRETARY, Phone, Town

PLAIN, GUARDED = ("planned_for",), ("narrative", "branch_summary", "area_notes.study", "area_notes.duty", "geo.lat")
SETS, ELEMENTS = ("companions",), ("person-1", "person-2", "person-3")
VALUES = st.none() | st.sampled_from(["", "甲", "乙", "丙😀"])


@dataclass(frozen=True)
class Wish:
    """One edit before it has an author. Shape: `back` is how many own pulls ago its form was opened (0: just now)."""

    action: str
    fields: dict[str, Any]
    back: int = 0


def patches(names: tuple[str, ...] = PLAIN + GUARDED) -> st.SearchStrategy[Wish]:
    fields = st.dictionaries(st.sampled_from(names), VALUES, min_size=1, max_size=min(3, len(names)))
    return st.builds(Wish, st.just("patch"), fields, st.integers(0, 3))


def set_edits(elements: tuple[str, ...] = ELEMENTS) -> st.SearchStrategy[Wish]:
    listed = st.lists(st.sampled_from(elements), min_size=1, max_size=min(2, len(elements)), unique=True)
    fields = st.fixed_dictionaries({"companions": listed})
    return st.builds(Wish, st.sampled_from(["add", "remove"]), fields, st.integers(0, 3))


def wishes() -> st.SearchStrategy[Wish]:
    return patches() | set_edits()


@st.composite
def disjoint(draw: st.DrawFn, parts: int) -> list[Wish]:
    """Edits no two of which touch the same field or element."""
    names, elements = draw(st.permutations(PLAIN + GUARDED)), draw(st.permutations(ELEMENTS))
    shares = [(tuple(names[at::parts]), tuple(elements[at::parts])) for at in range(parts)]
    return [draw(patches(fields) | set_edits(listed)) for fields, listed in shares]


def town_with_a_visit() -> tuple[Town, int]:
    """A township with one visit that everybody has seen, and the number it was seen at."""
    town = Town()
    town.one(SECRETARY, Phone("first").visit(narrative="初稿", companions=[LEADER.person, "person-1"]))
    return town, town.head


def send(town: Town, phone: Phone, wish: Wish, base: int) -> Change:
    """The wish as the phone's next change, judged."""
    change = phone.change("visit", wish.action, wish.fields, base=base)
    town.one(LEADER if phone.name == "leader" else SECRETARY, change)
    return change


def shown(town: Town) -> dict[str, Any]:
    """What the visit says, sets without their order."""
    fields = dict(town.records["visit"].fields)
    return fields | {name: frozenset(fields.get(name) or ()) for name in SETS}
