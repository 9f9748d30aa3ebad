"""L15: every change of every kind by every role; writes.md says who may, and a new kind or action needs a row there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from flask import Flask
from sqlalchemy import text

from server.schemas.kinds.registry import KINDS
from server.store.database import reading
from server.store.transaction import transaction
from tests.matrix.cast import Place, Somebody, found_place
from tests.matrix.stage import Scene, fields_of, scene
from tests.matrix.table import rows_of, who_may_write
from tests.phone import Json

RELATIONS = ("author", "visitor", "companion", "reader", "stranger")
COMMON = frozenset({"create", "patch", "settle", "delete", "restore"})


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the table. Shape: `detail` is the field or nothing."""

    kind: str
    action: str
    detail: str
    relation: str
    who: frozenset[str]


def cells() -> Iterator[Cell]:
    for kind, action, *who in rows_of("writes.md"):
        verb, _, detail = action.partition(" ")
        for relation, words in zip(RELATIONS, who, strict=True):
            yield Cell(kind, verb, detail, relation, who_may_write(words))


CELLS = tuple(cells())


def test_L15_every_kind_and_action_of_a_phone_has_a_row() -> None:
    for kind in KINDS.values():
        listed = {cell.action for cell in CELLS if cell.kind == kind.name}
        sets = {"add", "remove"} if any(spec.cls == "set" for spec in kind.fields.values()) else set()
        assert listed == (COMMON | sets | set(kind.transitions) if kind.offline else set()), kind.name
    assert {cell.kind for cell in CELLS} <= set(KINDS)


def test_L15_a_change_is_taken_from_whom_the_table_names_and_from_nobody_else(
    app: Flask, place: Place, cast: list[Somebody]
) -> None:
    wrong, asked = [], 0
    for somebody in cast:
        scenes = [
            (cell, village, scene(place, somebody, cell.kind, cell.action, cell.relation, village))
            for cell in CELLS
            for village in villages_of(cell, place)
        ]
        put(place, [made for _cell, _village, made in scenes])
        told = push_all(place, somebody, [(cell, made) for cell, _village, made in scenes])
        for (cell, village, _made), outcome in zip(scenes, told, strict=True):
            asked += 1
            allowed = somebody.is_one_of(cell.who) and somebody.name != "revoked"
            allowed &= not (somebody.barred and village == place.home)
            if not as_expected(outcome, allowed):
                where = "home" if village == place.home else "away"
                slug = outcome.get("problem", {}).get("detail", outcome["outcome"])
                wrong.append((somebody.name, cell.kind, cell.action, cell.detail, cell.relation, where, slug))
    assert wrong == []
    assert asked == len(cast) * sum(len(villages_of(cell, place)) for cell in CELLS)


def test_L15_another_townships_records_are_never_found(app: Flask, place: Place, cast: list[Somebody]) -> None:
    foreign = found_place("别处镇", "990101102")
    for somebody in (one for one in cast if one.name in ("committee_secretary", "pbo", "leader", "branch_secretary")):
        near = [cell for cell in CELLS if cell.action != "create" and cell.relation == "visitor"]
        made = [scene(foreign, somebody, cell.kind, cell.action, cell.relation, foreign.home) for cell in near]
        put(foreign, made)
        before = contents(foreign)
        told = push_all(place, somebody, list(zip(near, made, strict=True)))
        assert {one["problem"]["type"].partition("#")[2] for one in told} == {"depends-on"}
        assert contents(foreign) == before


def villages_of(cell: Cell, place: Place) -> tuple[str, ...]:
    """At home and away; in the strange village nobody takes part in any visit."""
    return (place.strange,) if cell.relation == "stranger" else (place.home, place.away)


def as_expected(outcome: Json, allowed: bool) -> bool:
    if allowed:
        return outcome["outcome"] != "quarantined"
    return outcome["outcome"] == "quarantined" and outcome["problem"]["type"].endswith("#change-not-allowed")


def put(place: Place, scenes: list[Scene]) -> None:
    """The records of these scenes are there."""
    with transaction(place.id) as tx:
        records = [record for made in scenes for record in made.records]
        numbered = [replace(record, seq=tx.head + at) for at, record in enumerate(records, start=1)]
        tx.save(numbered, [], numbered[-1].seq)


def push_all(place: Place, somebody: Somebody, wanted: list[tuple[Cell, Scene]]) -> list[Json]:
    """Somebody's phone, which has seen everything, pushes one change for each; the outcomes in that order."""
    phone = somebody.phone
    with transaction(place.id) as tx:
        phone.head = tx.head
    changes = [
        phone.change(*_action(cell), made.target, made.target_kind, **_more(cell), fields=fields_of(cell, made, place))
        for cell, made in wanted
    ]
    return [one for at in range(0, len(changes), 200) for one in phone.push(*changes[at : at + 200])]


def _action(cell: Cell) -> tuple[str]:
    return (cell.action if cell.action in COMMON | {"add", "remove"} else "command",)


def _more(cell: Cell) -> Json:
    return {} if _action(cell)[0] != "command" else {"command": cell.action}


def contents(place: Place) -> list[str]:
    with reading() as connection:
        found = connection.execute(text("SELECT * FROM records WHERE township_id = :t"), {"t": place.id})
        return sorted(map(str, found))
