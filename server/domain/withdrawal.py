"""Consent taken back: which content goes for good, from the record, from the history, and from what comes too late.

The same rules run on the phone (pwa/src/domain/withdrawal.ts); both are held to tests/vectors/withdrawal.json.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from server.domain.conflicts import DELETED
from server.domain.kinds import Kind, Kinds, Transition
from server.domain.records import Change, Json, Record, Refused

Lookup = Callable[[str], Record | None]


def taking_back(kind: Kind) -> Transition | None:
    """The command of this kind that takes content back, if it has one."""
    return next((step for step in kind.transitions.values() if step.erases), None)


def is_taken_back(kinds: Kinds, record: Record) -> bool:
    """Whether what the record said was taken back."""
    step = taking_back(kinds[record.kind])
    return step is not None and record.fields.get("state") == step.target


def withdrawn_behind(kinds: Kinds, item: Change | Refused, find: Lookup) -> Record | None:
    """The record whose content was taken back, where this change speaks of it or of what was removed with it."""
    record = find(item.record) if item.record else None
    if record is not None and record.kind == "conflict":
        record = find(str(record.parent))
    if record is not None and is_taken_back(kinds, record):
        return record
    name, parent = (record.kind, record.parent) if record is not None else (item.kind, _named_parent(kinds, item))
    above = find(parent) if parent else None
    step = taking_back(kinds[above.kind]) if above is not None else None
    return above if above is not None and step and name in step.removes and is_taken_back(kinds, above) else None


def says_it_again(kinds: Kinds, change: Change, withdrawn: Record, find: Lookup) -> bool:
    """Whether the change would bring back what was taken back."""
    step = taking_back(kinds[withdrawn.kind])
    if step is None:
        return False
    if change.record == withdrawn.id:
        return bool(_gone(step) & set(change.fields))
    record = find(change.record)
    if record is not None and record.kind == "conflict" and record.parent == withdrawn.id:
        return record.fields.get("field") in _gone(step)
    return change.action != "delete"


def kept_fields(kinds: Kinds, record: Record) -> dict[str, Json]:
    """What a record that goes with the withdrawal keeps: what it hangs on and where it belongs."""
    kind = kinds[record.kind]
    specs = {name: kind.spec(name) for name in record.fields}
    return {name: record.fields[name] for name, spec in specs.items() if spec is not None and spec.cls == "fixed"}


def emptied_conflict(conflict: Record, withdrawn: Record, step: Transition, account: str) -> dict[str, Json]:
    """The fields of a conflict after the withdrawal: its sides say nothing of it any more, and nobody has to settle it.

    Shape:  where the question is whether the record itself stays, that stays open
    """
    fields = dict(conflict.fields)
    if conflict.parent == withdrawn.id and fields["field"] == DELETED:
        fields["sides"] = [{**side, "value": _without(side["value"], step.erases)} for side in fields["sides"]]
    elif conflict.parent != withdrawn.id or fields["field"] in _gone(step):
        fields["sides"] = [{**side, "value": None} for side in fields["sides"]]
        fields |= {"status": "settled", "settled_by": fields.get("settled_by") or account, "settled_value": None}
    return fields


def emptied_change(kinds: Kinds, sent: Mapping[str, Any]) -> dict[str, Any]:
    """A change as it was sent, without what was taken back; `erased` says so, since its hash no longer fits.

    Shape:  the object of docs/wire.md without n and hash; one that says nothing of it comes back as it is
    """
    fields = sent.get("fields")
    if not isinstance(fields, dict):
        return dict(sent)
    left = _left(kinds, str(sent.get("kind")), fields)
    return dict(sent) if left == fields else {**sent, "fields": left, "erased": True}


def is_emptied(kinds: Kinds, name: str, fields: Mapping[str, Any]) -> bool:
    """Whether a change with these fields may say that a withdrawal emptied it: nothing is left to take back."""
    kind = kinds.get(name)
    steps = [step for step in map(taking_back, kinds.values()) if step is not None]
    of_family = name == "conflict" or (kind is not None and taking_back(kind) is not None)
    of_family = of_family or any(name in step.removes for step in steps)
    return of_family and _left(kinds, name, fields) == fields


def emptied_payload(sent: Any) -> Any:
    """What quarantine keeps of a change about taken back content: everything but its fields."""
    return {**sent, "fields": {}, "erased": True} if isinstance(sent, dict) and sent.get("fields") else sent


def is_being_taken_back(kinds: Kinds, change: Change, find: Lookup, commanded: Collection[str]) -> bool:
    """Whether the withdrawal that emptied this change is on record, said by the change, or commanded beside it.

    Shape:  `commanded` are the records that a command of the same push takes back; a create in emptied form stands for
            itself, since after a restore its withdrawal may come with the next push
    """
    record = find(change.record)
    if record is not None and record.kind == "conflict":
        record = find(str(record.parent))
    if record is None and taking_back(kinds[change.kind]) is not None:
        return True
    if record is None or taking_back(kinds[record.kind]) is None:
        parent = record.parent if record is not None else _named_parent(kinds, change)
        record = find(parent) if parent else None
    return record is not None and (record.id in commanded or _is_said_withdrawn(kinds, change, record))


def taken_back_by(kinds: Kinds, changes: Iterable[Change]) -> frozenset[str]:
    """The records that a command among these takes back."""
    steps = (
        (change.record, kinds[change.kind].transitions.get(change.command or ""))
        for change in changes
        if change.kind in kinds
    )
    return frozenset(record for record, step in steps if step is not None and step.erases)


def _is_said_withdrawn(kinds: Kinds, change: Change, record: Record) -> bool:
    step = taking_back(kinds[record.kind])
    said = {**record.fields, **(change.fields if change.record == record.id else {})}
    return step is not None and (
        is_taken_back(kinds, record) or all(said.get(name) == value for name, value in step.sets)
    )


def family(kinds: Kinds, withdrawn: Record, records: Iterable[Record]) -> set[str]:
    """The ids whose history speaks of what was taken back: the record, what was removed with it, their conflicts."""
    step = taking_back(kinds[withdrawn.kind])
    if step is None:
        return set()
    known = list(records)
    people = {one.id for one in known if one.parent == withdrawn.id and one.kind in step.removes}
    conflicts = [one for one in known if one.kind == "conflict" and not one.damaged]
    about = {one.id for one in conflicts if one.parent in people}
    about |= {one.id for one in conflicts if one.parent == withdrawn.id and one.fields["field"] in _gone(step)}
    return {withdrawn.id, *people, *about}


def _gone(step: Transition) -> set[str]:
    return {*step.erases, *(name for name, _value in step.sets)}


def _left(kinds: Kinds, name: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    if name == "conflict":
        return {**fields, "value": None} if "value" in fields else dict(fields)
    kind = kinds.get(name)
    step = taking_back(kind) if kind is not None else None
    if kind is not None and step is None:
        specs = {field: kind.spec(field) for field in fields}
        return {field: fields[field] for field, spec in specs.items() if spec is not None and spec.cls == "fixed"}
    if step is None:
        return {}
    kept = {field: value for field, value in fields.items() if field not in step.erases}
    return kept | {field: value for field, value in step.sets if field in kept}


def _without(value: Json, gone: Collection[str]) -> Json:
    return {name: inner for name, inner in value.items() if name not in gone} if isinstance(value, dict) else value


def _named_parent(kinds: Kinds, item: Change | Refused) -> str | None:
    kind = kinds.get(item.kind or "")
    if kind is None or kind.parent_field is None or not isinstance(item, Change):
        return None
    parent = item.fields.get(kind.parent_field)
    return parent if isinstance(parent, str) else None
