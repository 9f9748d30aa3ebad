"""L1, L2, L3: what field-wise merging promises, whatever is edited, by whom, and on top of what."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.domain.canonical import same
from tests.laws.edits import GUARDED, Wish, disjoint, patches, send, set_edits, shown, town_with_a_visit, wishes
from tests.laws.town import LEADER, Phone, Town


@given(disjoint(3))
def test_L1_edits_of_different_fields_commute(edits: list[Wish]) -> None:
    one, two, three = edits
    ends = []
    for order in permutations([("leader", one), ("secretary", two), ("office", three)]):
        town, base = town_with_a_visit()
        for name, wish in order:
            send(town, Phone(name), wish, base)
        assert town.conflicts("visit") == []
        ends.append(shown(town))
    assert all(end == ends[0] for end in ends)


@given(set_edits(), set_edits())
def test_L1_edits_of_one_set_commute_even_of_the_same_element(one: Wish, two: Wish) -> None:
    ends = []
    for order in permutations([("leader", one), ("secretary", two)]):
        town, base = town_with_a_visit()
        for name, wish in order:
            send(town, Phone(name), wish, base)
        ends.append(shown(town)["companions"])
    added = {element for wish in (one, two) if wish.action == "add" for element in wish.fields["companions"]}
    assert ends[0] == ends[1]
    assert added <= ends[0], "an addition beats a removal that has not seen it"


class Reader:
    """A phone that pulls now and then, opens a form, and edits later on top of what it had seen.

    Shape:  `seen` are the numbers it has pulled up to; `frozen` field → base of an own edit not pulled back yet (5.4).
    """

    def __init__(self, name: str, head: int) -> None:
        self.phone, self.seen = Phone(name), [head]
        self.frozen: dict[str, int] = {}

    def pull(self, town: Town) -> None:
        self.seen.append(town.head)
        self.frozen.clear()

    def edit(self, town: Town, wish: Wish) -> list[tuple[str, int]]:
        """Sends the wish, one change for each field. Shape: (field, base) pairs."""
        opened = self.seen[max(0, len(self.seen) - 1 - wish.back)] if not self.frozen else self.seen[-1]
        sent = []
        for name, value in wish.fields.items():
            base = self.frozen.setdefault(name, opened)
            send(town, self.phone, Wish("patch", {name: value}), base)
            sent.append((name, base))
        return sent


STEPS = st.lists(st.tuples(st.sampled_from(["leader", "secretary", "office"]), patches() | st.none()), max_size=12)


@given(STEPS)
def test_L2_no_edited_value_is_lost(steps: list[tuple[str, Wish | None]]) -> None:
    """A value goes only when its own author writes the field again, or somebody who had seen it does."""
    town, head = town_with_a_visit()
    readers = {name: Reader(name, head) for name in ("leader", "secretary", "office")}
    owed: list[tuple[str, str, Any, int]] = []
    for name, wish in steps:
        reader = readers[name]
        if wish is None:
            reader.pull(town)
            continue
        for (field, base), value in zip(reader.edit(town, wish), wish.fields.values(), strict=True):
            owed = [one for one in owed if one[1] != field or not (one[0] == name or one[3] <= base)]
            owed.append((name, field, value, _said_at(town, field, value)))
    for _name, field, value, _seq in owed:
        assert any(same(value, one) for one in town.visible("visit", field)), (field, value)


def _said_at(town: Town, field: str, value: Any) -> int:
    """The number from which on a reader has seen the value: what the record says already is nobody's news."""
    visit = town.records["visit"]
    if not same(visit.fields.get(field), value):
        return town.head
    entry = visit.field_seqs.get(field)
    return entry.seq if entry is not None else 0


@given(STEPS)
def test_L2_a_guarded_value_that_was_not_seen_is_never_replaced(steps: list[tuple[str, Wish | None]]) -> None:
    town, head = town_with_a_visit()
    readers = {name: Reader(name, head) for name in ("leader", "secretary", "office")}
    for name, wish in steps:
        before = town.records["visit"]
        if wish is None:
            readers[name].pull(town)
            continue
        sent = readers[name].edit(town, wish)
        after = town.records["visit"]
        for field, base in sent:
            written = before.field_seqs.get(field)
            unseen = written is not None and written.writer != name and written.seq > base
            if unseen and field in GUARDED:
                assert same(after.fields.get(field), before.fields.get(field))


@given(disjoint(2))
def test_L3_an_untouched_side_gives_way(edits: list[Wish]) -> None:
    """Who did not touch a field takes the other's value, however old the base he edits something else on."""
    edit, later = edits
    if "companions" in edit.fields or "companions" in later.fields:
        return
    town, base = town_with_a_visit()
    send(town, Phone("leader"), edit, base)
    send(town, Phone("secretary"), later, base)
    fields = town.records["visit"].fields
    assert all(same(fields.get(name), value) for name, value in {**edit.fields, **later.fields}.items())
    assert town.conflicts("visit") == []


@given(st.lists(wishes(), min_size=1, max_size=8))
def test_L3_an_authors_chained_edits_never_conflict(chain: list[Wish]) -> None:
    town, base = town_with_a_visit()
    phone = Phone("leader")
    expected = shown(town)
    for wish in chain:
        send(town, phone, wish, base)
        if wish.action == "patch":
            expected |= wish.fields
        elif wish.action == "add":
            expected["companions"] |= set(wish.fields["companions"])
        else:
            expected["companions"] -= set(wish.fields["companions"])
    assert town.conflicts("visit") == []
    fields = shown(town)
    assert all(same(fields.get(name), value) for name, value in expected.items() if name != "companions")
    assert fields["companions"] == expected["companions"]


OWN = st.sampled_from(["一", "二", "三", ""])
CHAINS = st.lists(st.fixed_dictionaries({"narrative": OWN, "planned_for": OWN}), min_size=2, max_size=5)


@given(CHAINS.flatmap(lambda chain: st.tuples(st.just(chain), st.permutations(range(len(chain))))))
def test_L3_a_change_released_late_never_overwrites_its_authors_newer_one(drawn: tuple[Any, list[int]]) -> None:
    """In whatever order an author's own changes are judged, what he wrote last stands."""
    chain, order = drawn
    town, base = town_with_a_visit()
    phone = Phone("leader")
    changes = [phone.change("visit", "patch", fields, base=base) for fields in chain]
    for at in order:
        town.one(LEADER, changes[at])
    fields = town.records["visit"].fields
    assert {name: fields[name] for name in chain[-1]} == chain[-1]
    assert town.conflicts("visit") == []
