"""A conflict is a record: both values stay visible until a person settles it. DESIGN.md 5.4 and 5.6."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from server.domain.canonical import same
from server.domain.ids import derived_id
from server.domain.records import Json, Record

DELETED = "deleted"
"""The field name under which deleting and restoring are in conflict with editing."""

ABOVE = "deleted-above"
"""Why its author is asked about private work: what it hangs on was deleted by somebody who cannot see it."""

Side = Mapping[str, Json]


def side_of(
    replica: str, n: int, account: str | None, value: Json, base: int | None, captured_at_ms: int | None
) -> dict[str, Json]:
    """One of the values in a conflict, with who offers it and what he had seen."""
    return {
        "replica": replica,
        "n": n,
        "account": account,
        "value": value,
        "base": base,
        "captured_at_ms": captured_at_ms,
    }


def new_conflict(record: Record, field: str, side: Side, reason: str | None = None) -> Record:
    """An open conflict over a field; its id follows from the first side, the same wherever found."""
    fields: dict[str, Json] = {
        "record": record.id,
        "record_kind": record.kind,
        "field": field,
        "sides": [side],
        "status": "open",
    }
    if reason is not None:
        fields["reason"] = reason
    return Record(
        id=derived_id("conflict", record.id, field, side["replica"], side["n"]),
        kind="conflict",
        scope=record.scope,
        seq=0,
        fields=fields,
        parent=record.id,
    )


def new_question(record: Record, side: Side) -> Record:
    """An open question over private work: true deletes it too, false brings back what it hangs on."""
    question = new_conflict(record, DELETED, side, ABOVE)
    return replace(question, id=derived_id("conflict", record.id, ABOVE, side["replica"], side["n"]))


def open_over(children: Iterable[Record], field: str) -> Record | None:
    """The open conflict over a field among what hangs on its record; there is never more than one."""
    for child in children:
        if child.kind == "conflict" and child.fields["field"] == field and child.fields["status"] == "open":
            return child
    return None


def with_side(conflict: Record, side: Side) -> Record | None:
    """The conflict with one more side; the same replica's later change on the same base replaces its side.

    Shape:  None if a later change of the same replica already stands there
    """
    sides: list[Json] = list(conflict.fields["sides"])
    at = place_of(sides, side)
    if at is None:
        sides.append(side)
    elif sides[at]["n"] < side["n"]:
        sides[at] = side
    else:
        return None
    return replace(conflict, fields={**conflict.fields, "sides": sides})


def with_one_more(conflict: Record, side: Side) -> Record:
    """The conflict with one more side, whoever else stands there: edits of a deleted record are kept each in full."""
    return replace(conflict, fields={**conflict.fields, "sides": [*conflict.fields["sides"], side]})


def place_of(sides: Sequence[Side], side: Side) -> int | None:
    """Where the same replica already offers a value on the same base; an edit kept in full is no place for a delete."""
    for at, known in enumerate(sides):
        is_same_sort = isinstance(known["value"], dict) == isinstance(side["value"], dict)
        if known["replica"] == side["replica"] and known["base"] == side["base"] and is_same_sort:
            return at
    return None


def is_agreed(conflict: Record, head: Json) -> bool:
    """Whether every side has come to say what the record says."""
    return all(same(side["value"], head) for side in conflict.fields["sides"])


def seen_and_unseen(conflict: Record, seen: Json) -> tuple[list[Side], list[Side]]:
    """The sides a person chose among, and those that came later and stay open."""
    named = {(side.get("replica"), side.get("n")) for side in seen if isinstance(side, dict)}
    chosen: list[Side] = []
    later: list[Side] = []
    for side in conflict.fields["sides"]:
        (chosen if (side["replica"], side["n"]) in named else later).append(side)
    return chosen, later


def settled(conflict: Record, account: str | None, value: Json, later: Sequence[Side] = ()) -> Record:
    """The conflict after a person chose a value; a side he had not seen keeps it open."""
    if later:
        return replace(conflict, fields={**conflict.fields, "sides": list(later)})
    decided = {"status": "settled", "settled_by": account, "settled_value": value}
    return replace(conflict, fields={**conflict.fields, **decided})


def settled_for_others(account: str, before: Mapping[str, Record], after: Iterable[Record]) -> list[Record]:
    """The conflicts that this account settled and had no side in: a decision between the words of other people."""
    return [
        conflict
        for conflict in after
        if conflict.kind == "conflict"
        and conflict.fields.get("status") == "settled"
        and conflict.fields.get("settled_by") == account
        and conflict.fields.get("reason") != ABOVE
        and all(side.get("account") != account for side in conflict.fields.get("sides") or ())
        and (conflict.id not in before or before[conflict.id].fields.get("status") != "settled")
    ]
