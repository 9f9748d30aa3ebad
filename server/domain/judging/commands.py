"""Named transitions: the only way a state changes, each with its guard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from server.domain.canonical import same
from server.domain.judging.case import Case, NotApplied
from server.domain.judging.deletes import edit_deleted, note_ancestors
from server.domain.judging.fields import write_fields
from server.domain.judging.withdrawals import withdraw
from server.domain.kinds import Transition
from server.domain.merge import is_contested
from server.domain.records import Json, Record
from server.domain.visits import awaited_children

BEYOND = {"completed": ("synced", "locked")}
"""States that the server reaches from a target by itself: a command that aims at the target has nothing left to do."""


def command(case: Case) -> None:
    """The record is in the command's target state, if its guard holds; already there, only what it carries is merged.

    Raises: depends-on, invalid-change, change-not-allowed, failed-guard
    """
    record = case.target()
    name = case.change.command or ""
    step = case.kind.transitions.get(name)
    if step is None:
        raise NotApplied("invalid-change", f"{case.kind.name} has no command {name}", (("/command", "is unknown"),))
    case.allow(name, case.kind, record, record.parent, case.change.fields)
    if record.deleted and not step.erases:
        edit_deleted(case, record)
        return
    apply_command(case, record)
    note_ancestors(case, record.parent)


def apply_command(case: Case, record: Record) -> None:
    """The command itself, once it is allowed."""
    step = case.kind.transitions[case.change.command or ""]
    if step.command == "move":
        _move(case, record, step)
        return
    merged, decided = _carried(case, record)
    if _is_reached(record, step):
        merged = {name: value for name, value in merged.items() if not same(record.fields.get(name), value)}
    else:
        _require_source(record, step)
        decided["state"] = step.target
    if step.erases:
        withdraw(case, record, step)
        return
    changed = {name: value for name, value in decided.items() if record.fields.get(name) != value}
    write_fields(case, record, merged, decided=changed)


def note_arrivals(case: Case) -> None:
    """A completed visit is `synced` once everything its author's phone knew to belong to it has arrived."""
    record = case.work.find(case.change.record)
    above = case.work.ancestors(record.parent) if record is not None else []
    for visit in (record, *above):
        children = awaited_children(visit) if visit is not None and visit.kind == "visit" else None
        if visit is not None and children is not None and all(case.work.find(child) for child in children):
            _sync(case, visit)


def _sync(case: Case, visit: Record) -> None:
    """The server's own step keeps the writer of `completed`: nobody is in conflict with a formality."""
    entry = visit.field_seqs.get("state")
    seqs = {**visit.field_seqs, "state": entry._replace(seq=case.work.next_seq())} if entry else visit.field_seqs
    case.work.put(replace(visit, fields={**visit.fields, "state": "synced"}, field_seqs=seqs))


def _carried(case: Case, record: Record) -> tuple[dict[str, Json], dict[str, Json]]:
    """What the command brings along: ordinary fields to merge, and those only a command writes."""
    merged: dict[str, Json] = {}
    decided: dict[str, Json] = {}
    for name, value in case.change.fields.items():
        spec = case.kind.spec(name)
        if spec is not None and spec.cls == "state":
            before = record.fields.get(name)
            decided[name] = _union(before, value) if isinstance(value, list) else value if before is None else before
        else:
            merged[name] = value
    return merged, decided


def _union(before: Json, value: Iterable[Json]) -> list[Json]:
    known = list(before) if isinstance(before, list) else []
    return known + [element for element in value if element not in known]


def _is_reached(record: Record, step: Transition) -> bool:
    state = record.fields.get("state")
    return state == step.target or state in BEYOND.get(step.target, ())


def _require_source(record: Record, step: Transition) -> None:
    state = record.fields.get("state")
    if state not in step.sources:
        raise NotApplied("failed-guard", f"it is {state}; {step.command} is possible from {', '.join(step.sources)}")


def _move(case: Case, record: Record, step: Transition) -> None:
    """The visit was to another village: it and all that hangs on it move there."""
    village = case.change.fields.get("village_id")
    known = case.work.find(village) if isinstance(village, str) else None
    if known is None or known.kind != "village":
        raise NotApplied("failed-guard", "there is no such village", (("/fields/village_id", "is no village"),))
    before = record.fields.get("village_id")
    if village == before:
        return
    _require_source(record, step)
    if is_contested(record.field_seqs, "village_id", case.change.replica, case.base):
        raise NotApplied("failed-guard", "somebody else has moved it meanwhile")
    _move_opinions(case, record.id, before, village)
    moved = replace(record, parent=None) if case.kind.parent_field is None else record
    write_fields(case, moved, {}, decided={"village_id": village})


def _move_opinions(case: Case, parent: str, before: Json, village: Json) -> None:
    """An opinion names its village itself; its scope follows when its row does."""
    for child in [*case.work.descendants(parent)]:
        if child.fields.get("village_id") == before:
            moved = replace(child, fields={**child.fields, "village_id": village})
            scope = case.work.scope(moved)
            if scope != child.scope:
                case.work.depart(child)
            case.work.put(replace(moved, scope=scope))
            case.work.follow(child.id)
