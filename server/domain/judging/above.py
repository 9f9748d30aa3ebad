"""Deleting over private work asks its author alone: whoever deletes cannot see it and must not learn of it."""

from __future__ import annotations

from dataclasses import replace

from server.domain.conflicts import ABOVE, DELETED, new_question, open_over, settled, side_of
from server.domain.judging.case import Case
from server.domain.merge import is_touched
from server.domain.records import Record


def is_private(record: Record) -> bool:
    """Whether its author alone holds the record."""
    return record.scope.startswith("own:")


def is_unseen(case: Case, record: Record) -> bool:
    """Whether the record is the private work of somebody else than the change's author."""
    return is_private(record) and record.created_by != case.actor.account


def ask_authors(case: Case, record: Record) -> None:
    """Whoever has private work below the record is asked in his own scope whether it comes back; the outcome is silent.

    A draft was never seen by who deletes; a name goes with its interview, unless it was written since.
    The questions come before the deletion's own row, which the deleter's outcome names.

    Laws:   L10, L15
    """
    for below in [*case.work.descendants(record.id)]:
        if below.deleted or not is_unseen(case, below):
            continue
        is_draft = case.work.kinds[below.kind].scope == "opinion"
        if is_draft or is_touched(below, case.change.replica, case.base):
            last = max(below.field_seqs.values())
            _ask(case, below, side_of(last.writer, last.n, below.created_by, {}, None, None))


def ask_author(case: Case, record: Record) -> None:
    """The author of this change, who wrote privately below what somebody deleted, is asked; his outcome says so."""
    asked = _ask(case, record, case.side({}))
    case.opened.append(asked.id)


def answer_below(case: Case, record: Record) -> None:
    """The record is about to come back: whoever was asked because of it, and of nothing else, is asked no longer."""
    for below in [*case.work.descendants(record.id)]:
        others = [one for one in case.work.ancestors(below.parent) if one.id != record.id]
        if not any(one.deleted for one in others):
            close_question(case, below)


def close_question(case: Case, record: Record) -> None:
    """Nobody is asked any more what becomes of the private work."""
    question = open_over(case.work.children(record.id), DELETED)
    if question is not None and question.fields.get("reason") == ABOVE:
        case.work.put(case.signed(settled(question, case.actor.account, False)))


def _ask(case: Case, record: Record, side: dict[str, object]) -> Record:
    known = open_over(case.work.children(record.id), DELETED)
    if known is not None:
        return known
    by, now_ms = record.created_by, case.work.now_ms
    question = new_question(record, side)
    return case.work.put(replace(question, created_by=by, created_at_ms=now_ms, updated_by=by, updated_at_ms=now_ms))
