"""Creating and editing: create, patch, add, remove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from server.domain.canonical import same
from server.domain.judging.case import Case, NotApplied
from server.domain.judging.deletes import edit_deleted, note_ancestors
from server.domain.judging.fields import write_fields
from server.domain.merge import Edit, merge
from server.domain.records import Json, Record
from server.domain.scopes import awaited_of, parent_of
from server.domain.visits import faults_of


def create(case: Case) -> None:
    """The record is there, in its scope, and what waited for it hangs on it; on an id that exists it is a patch.

    Raises: change-not-allowed, invalid-change, failed-guard
    """
    work, change, kind = case.work, case.change, case.kind
    existing = work.find(change.record)
    if existing is not None:
        _create_again(case, existing)
        return
    parent = parent_of(kind, change.fields)
    blank = Record(
        id=change.record,
        kind=change.kind,
        scope="",
        seq=0,
        fields={**_server_fields(case, parent), **_empty_sets(change.fields)},
        parent=parent,
        created_by=case.actor.account,
        created_at_ms=work.now_ms,
        updated_by=case.actor.account,
        updated_at_ms=work.now_ms,
    )
    case.allow("create", kind, None, parent, change.fields)
    _refuse_set_elements(case, change.fields)
    given = {**change.fields, **_initial(case)}
    record = merge(kind, blank, Edit(change.replica, change.n, case.base, work.next_seq(), given)).record
    awaited = awaited_of(kind, record, work.find) if parent is None else None
    record = record if awaited is None else replace(record, parent=awaited)
    faults = faults_of(kind, record, set(record.fields))
    if faults:
        raise NotApplied("failed-guard", "; ".join(f"{at} {fault}" for at, fault in faults), tuple(faults))
    work.put(record, work.scope(record))
    work.follow(record.id)
    note_ancestors(case, parent)


def edit(case: Case) -> None:
    """The fields or elements are merged into the record; on a deleted record the edit waits in a conflict.

    Raises: depends-on, change-not-allowed, invalid-change, failed-guard
    """
    change = case.change
    record = case.target()
    case.allow(change.action, case.kind, record, record.parent, change.fields)
    _refuse_classes(case, change.fields)
    if record.deleted:
        edit_deleted(case, record)
        return
    apply_edit(case, record)
    note_ancestors(case, record.parent)


def apply_edit(case: Case, record: Record) -> None:
    """The edit itself, once it is allowed."""
    verb = case.change.action if case.change.action in ("add", "remove") else "patch"
    write_fields(case, record, case.change.fields, verb)


def _create_again(case: Case, record: Record) -> None:
    """A create of what exists is a patch by someone who has seen nothing of it."""
    record = case.target()
    case.base = 0
    specs = {name: case.kind.spec(name) for name in case.change.fields}
    fixed = [name for name, spec in specs.items() if spec is not None and spec.cls == "fixed"]
    other = [name for name in fixed if not same(record.fields.get(name), case.change.fields[name])]
    if other:
        raise NotApplied(
            "invalid-change",
            "the record exists and these fields are fixed: " + ", ".join(other),
            tuple((f"/fields/{name}", "is fixed at creation") for name in other),
        )
    states = {name for name, spec in specs.items() if spec is not None and spec.cls == "state"}
    fields = {name: value for name, value in case.change.fields.items() if name not in states and name not in fixed}
    case.allow("patch", case.kind, record, record.parent, fields)
    _refuse_set_elements(case, fields)
    if record.deleted:
        case.change = replace(case.change, fields=fields)
        edit_deleted(case, record)
        return
    write_fields(case, record, fields)
    note_ancestors(case, record.parent)


def _initial(case: Case) -> dict[str, Json]:
    kind, state = case.kind, case.change.fields.get("state")
    if not kind.initial:
        return {}
    if state is not None and state not in kind.initial:
        detail = "a new one is " + " or ".join(kind.initial)
        raise NotApplied("invalid-change", f"/fields/state {detail}", (("/fields/state", detail),))
    return {"state": state or kind.initial[0]}


def _server_fields(case: Case, parent: str | None) -> dict[str, Json]:
    """The cycle is the parent's, else the newest open one; a demo township's records say so."""
    above = next(iter(case.work.ancestors(parent)), None)
    cycle = above.fields.get("cycle_id") if above is not None else None
    fields: dict[str, Json] = {"is_demo": case.work.township.is_demo}
    if cycle or case.work.township.open_cycle:
        fields["cycle_id"] = cycle or case.work.township.open_cycle
    return fields


def _empty_sets(fields: Mapping[str, Json]) -> dict[str, Json]:
    return {name: value for name, value in fields.items() if value == []}


def _refuse_classes(case: Case, fields: Mapping[str, Json]) -> None:
    """A patch writes plain and guarded fields, add and remove write sets; the rest has its own way."""
    wanted = ("plain", "guarded") if case.change.action == "patch" else ("set",)
    faults = []
    for name in fields:
        spec = case.kind.spec(name)
        if spec is None or spec.server or spec.cls not in wanted:
            faults.append((f"/fields/{name}", f"does not go with {case.change.action}"))
    if faults:
        raise NotApplied("invalid-change", "; ".join(f"{at} {fault}" for at, fault in faults), tuple(faults))
    _refuse_set_elements(case, fields)


def _refuse_set_elements(case: Case, fields: Mapping[str, Json]) -> None:
    """An element is a scalar or an object with an id of its own, or nobody could tell which one is meant."""
    for name, value in fields.items():
        spec = case.kind.spec(name)
        if spec is None or spec.cls != "set":
            continue
        if not isinstance(value, list) or any(not _is_element(element) for element in value):
            detail = "takes a list of scalars, or of objects that each have an id"
            raise NotApplied("invalid-change", f"/fields/{name} {detail}", ((f"/fields/{name}", detail),))


def _is_element(element: Json) -> bool:
    if isinstance(element, dict):
        return isinstance(element.get("id"), str) and element["id"] != ""
    return isinstance(element, str | int) and not isinstance(element, bool)
