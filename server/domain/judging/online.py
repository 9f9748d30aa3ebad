"""What an online command writes: decided where the network is, so it overrules; phones merge against it."""

from __future__ import annotations

from dataclasses import replace

from server.domain.canonical import same
from server.domain.conflicts import DELETED
from server.domain.judging.verdicts import OnlineWrite
from server.domain.judging.working import Working
from server.domain.kinds import Kind
from server.domain.merge import element_key, stamped
from server.domain.records import FieldSeq, Json, Record
from server.domain.scopes import parent_of, scope_of


def write(work: Working, writer: str, account: str, wanted: OnlineWrite) -> None:
    """The record is as wanted; if it was so already nothing is written."""
    kind = work.kinds[wanted.kind]
    before = work.find(wanted.record)
    start = before or _blank(work, account, wanted)
    end = replace(start, fields={**start.fields, **wanted.fields})
    end = replace(end, parent=wanted.parent or parent_of(kind, end.fields, end.parent))
    scope = _scope(work, kind, end) if before is None or _moves(before, end) else start.scope
    if before is not None and scope != before.scope:
        work.depart(before)
    record = _with_deleted(work, _with_fields(work, kind, start, writer, wanted), writer, wanted)
    if record is before:
        return
    work.put(replace(record, parent=end.parent, scope=scope, updated_by=account, updated_at_ms=work.now_ms))
    if before is None or scope != before.scope:
        work.follow(record.id)


def _blank(work: Working, account: str, wanted: OnlineWrite) -> Record:
    fields: dict[str, Json] = {"is_demo": True} if work.township.is_demo else {}
    if work.kinds[wanted.kind].offline and work.township.open_cycle:
        fields["cycle_id"] = work.township.open_cycle
    return Record(
        id=wanted.record,
        kind=wanted.kind,
        scope="",
        seq=0,
        fields=fields,
        created_by=wanted.author or account,
        created_at_ms=work.now_ms,
    )


def _with_fields(work: Working, kind: Kind, record: Record, writer: str, wanted: OnlineWrite) -> Record:
    changed = {name: value for name, value in wanted.fields.items() if not same(record.fields.get(name), value)}
    if not changed:
        return record
    seqs = dict(record.field_seqs)
    for name, value in changed.items():
        spec = kind.spec(name)
        if spec is not None and spec.cls == "set":
            seqs |= _elements(work, record, name, value, writer)
        else:
            seqs[name] = stamped(seqs, name, writer, 0, work.next_seq())
    return replace(record, fields={**record.fields, **changed}, field_seqs=seqs)


def _elements(work: Working, record: Record, name: str, value: Json, writer: str) -> dict[str, FieldSeq]:
    """The memory of those elements that came or went."""
    before = {element_key(element): element for element in record.fields.get(name) or ()}
    after = {element_key(element): element for element in value or ()}
    differing = [key for key in {**before, **after} if not same(before.get(key), after.get(key))]
    names = [f"{name}/{key}" for key in differing]
    return {one: stamped(record.field_seqs, one, writer, 0, work.next_seq()) for one in names}


def _with_deleted(work: Working, record: Record, writer: str, wanted: OnlineWrite) -> Record:
    if wanted.deleted is None or wanted.deleted == record.deleted:
        return record
    entry = stamped(record.field_seqs, DELETED, writer, 0, work.next_seq())
    return replace(record, deleted=wanted.deleted, field_seqs={**record.field_seqs, DELETED: entry})


def _moves(before: Record, after: Record) -> bool:
    """Whether anything that a scope is made of has changed."""
    return before.parent != after.parent or any(
        before.fields.get(name) != after.fields.get(name) for name in ("state", "village_id")
    )


def _scope(work: Working, kind: Kind, record: Record) -> str:
    """A command has looked its village up itself; only phones may name one that nobody knows."""
    if kind.scope in ("field_of_village", "opinion"):
        return scope_of(kind, record, work.township.id, lambda village: Record(village, "village", "", 0))
    return scope_of(kind, record, work.township.id, work.find)
