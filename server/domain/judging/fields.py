"""Writing fields into a record under judgement: the merge, its guards, and the conflicts it opens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from server.domain.canonical import same
from server.domain.conflicts import is_agreed, new_conflict, open_over, place_of, settled, side_of, with_side
from server.domain.judging.case import Case, NotApplied
from server.domain.merge import Displaced, Edit, Merged, merge, stamped
from server.domain.records import Json, Record
from server.domain.visits import faults_of


def write_fields(
    case: Case,
    record: Record,
    fields: Mapping[str, Json],
    verb: str = "patch",
    decided: Mapping[str, Json] | None = None,
    *,
    guarded: bool = False,
) -> Record:
    """The record with these fields merged in and the `decided` ones (state, what goes with it) set; conflicts are open.

    Shape:  `guarded` treats a plain field as guarded
    Laws:   L1, L2, L3
    Raises: failed-guard
    """
    work, change = case.work, case.change
    scope = work.scope(replace(record, fields={**record.fields, **decided})) if decided else record.scope
    if scope != record.scope:
        work.depart(record)
    edit = Edit(change.replica, change.n, case.base, work.next_seq(), fields, verb, guarded)
    merged = merge(work.kinds[record.kind], record, edit)
    case.concurrent = case.concurrent or merged.concurrent
    after = _decide(case, merged.record, decided or {})
    _refuse_faults(case, after, {*merged.written, *(decided or {})})
    if after is not record:
        after = work.put(case.signed(replace(after, scope=scope)))
    if scope != record.scope:
        work.follow(record.id)
    for name, value in merged.challenges.items():
        challenge(case, after, name, value)
    for name, gone in merged.displaced.items():
        _keep_displaced(case, record, after, name, gone)
    _agree(case, after, fields, merged)
    return after


def challenge(case: Case, record: Record, name: str, value: Json, reason: str | None = None) -> None:
    """The value stands in the open conflict over the field; there is one now if there was none."""
    side = case.side(value)
    conflict = open_over(case.work.children(record.id), name)
    if conflict is None:
        put_conflict(case, new_conflict(record, name, side, reason))
        return
    joined = with_side(conflict, side)
    if joined is not None:
        put_conflict(case, joined)


def put_conflict(case: Case, conflict: Record) -> None:
    """The conflict is a row of the feed, in the scope of its record, and the change's outcome names it."""
    if not conflict.created_by:
        conflict = replace(conflict, created_by=case.actor.account, created_at_ms=case.work.now_ms)
    case.work.put(case.signed(conflict))
    (case.opened if conflict.fields["status"] == "open" else case.settled).append(conflict.id)


def _decide(case: Case, record: Record, decided: Mapping[str, Json]) -> Record:
    if not decided:
        return record
    seqs = dict(record.field_seqs)
    for name in decided:
        seqs[name] = stamped(seqs, name, case.change.replica, case.change.n, case.work.next_seq())
    return replace(record, fields={**record.fields, **decided}, field_seqs=seqs)


def _refuse_faults(case: Case, record: Record, touched: set[str]) -> None:
    faults = faults_of(case.work.kinds[record.kind], record, touched)
    if faults:
        detail = "; ".join(f"{pointer} {fault}" for pointer, fault in faults)
        raise NotApplied("failed-guard", detail, tuple(faults))


def _keep_displaced(case: Case, before: Record, record: Record, name: str, gone: Displaced) -> None:
    """The plain value that gave way stays listed, in a conflict that is settled already."""
    known = gone.by.seq == before.seq
    account = before.updated_by if known else None
    side = side_of(gone.by.writer, gone.by.n, account, gone.value, None, before.updated_at_ms if known else None)
    conflict = settled(new_conflict(record, name, side, "later-edit"), case.actor.account, record.fields.get(name))
    put_conflict(case, conflict)


def _agree(case: Case, record: Record, fields: Mapping[str, Json], merged: Merged) -> None:
    """An author who comes to write what the record says takes his own side back."""
    met = {*merged.challenges, *merged.superseded}
    for name, value in fields.items():
        conflict = open_over(case.work.children(record.id), name) if name not in met else None
        if conflict is None or not same(record.fields.get(name), value):
            continue
        side = case.side(value)
        joined = with_side(conflict, side) if place_of(conflict.fields["sides"], side) is not None else None
        if joined is not None:
            agreed = is_agreed(joined, value)
            put_conflict(case, settled(joined, case.actor.account, value) if agreed else joined)
