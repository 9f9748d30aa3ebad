"""Consent is withdrawn: what was said and who said it goes, the count stays; and nothing brings it back."""

from __future__ import annotations

from dataclasses import replace

from server.domain.canonical import same
from server.domain.conflicts import DELETED
from server.domain.judging.case import Case, NotApplied
from server.domain.judging.fields import write_fields
from server.domain.kinds import Transition
from server.domain.merge import stamped
from server.domain.records import Json, Record
from server.domain.withdrawal import (
    emptied_conflict,
    is_being_taken_back,
    kept_fields,
    says_it_again,
    withdrawn_behind,
)


def withdraw(case: Case, record: Record, step: Transition) -> None:
    """The record is in the target state without what the step erases; what it removes is a tombstone without content.

    It overrules whoever edited meanwhile: nobody's edit outweighs the word of the person who was heard.
    """
    decided: dict[str, Json] = {name: None for name in step.erases if record.fields.get(name) is not None}
    decided |= {**dict(step.sets), "state": step.target}
    changed = {name: value for name, value in decided.items() if not same(record.fields.get(name), value)}
    write_fields(case, record, {}, decided=changed)
    for child in case.work.children(record.id):
        if child.kind in step.removes:
            _remove(case, child)
            _empty_conflicts(case, record, child, step)
    _empty_conflicts(case, record, record, step)


def refuse_what_was_taken_back(case: Case) -> None:
    """Nothing, unless the change says again what was taken back.

    Raises: failed-guard
    """
    find = case.work.find
    withdrawn = withdrawn_behind(case.work.kinds, case.change, find)
    if withdrawn is not None and says_it_again(case.work.kinds, case.change, withdrawn, find):
        raise NotApplied("failed-guard", "the person who was heard withdrew consent; what was said is not kept")


def refuse_unproved_erasure(case: Case) -> None:
    """Nothing, unless the change says `erased` and no withdrawal emptied it: then its hash proves nothing.

    Raises: invalid-change
    """
    change, work = case.change, case.work
    if not change.erased or (work.find(change.record) is None and change.action != "create"):
        return
    if not is_being_taken_back(work.kinds, change, work.find, work.withdrawing):
        reason = "goes only with what a withdrawal of consent emptied"
        raise NotApplied("invalid-change", f"/erased {reason}", (("/erased", reason),))


def _remove(case: Case, record: Record) -> None:
    kept = kept_fields(case.work.kinds, record)
    if record.deleted and same(dict(record.fields), kept):
        return
    change = case.change
    entry = stamped(record.field_seqs, DELETED, change.replica, change.n, case.work.next_seq())
    seqs = {name: known for name, known in record.field_seqs.items() if name in kept} | {DELETED: entry}
    case.work.put(case.signed(replace(record, fields=kept, field_seqs=seqs, deleted=True, damaged="")))


def _empty_conflicts(case: Case, withdrawn: Record, record: Record, step: Transition) -> None:
    for child in case.work.children(record.id):
        if child.kind == "conflict":
            fields = emptied_conflict(child, withdrawn, step, case.actor.account)
            if not same(fields, dict(child.fields)):
                case.work.put(case.signed(replace(child, fields=fields)))
