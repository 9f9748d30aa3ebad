"""Deleting, restoring, and the rule that a delete never beats an edit (L10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from server.domain.conflicts import DELETED, new_conflict, open_over, with_one_more
from server.domain.judging.above import answer_below, ask_author, ask_authors, close_question, is_private, is_unseen
from server.domain.judging.case import Case, NotApplied
from server.domain.judging.fields import challenge, put_conflict
from server.domain.merge import is_contested, is_touched, stamped
from server.domain.records import Json, Record
from server.domain.visits import SUBMITTED


def delete(case: Case) -> None:
    """The record is deleted, unless somebody else wrote to it or to what hangs on it since: then a person decides.

    Laws:   L10
    Raises: depends-on, change-not-allowed, failed-guard
    """
    record = case.target()
    case.allow("delete", case.kind, record, record.parent, {})
    if record.deleted or _is_superseded(case, record):
        return
    if record.fields.get("state") in SUBMITTED:
        raise NotApplied("failed-guard", f"it is {record.fields['state']} and used elsewhere")
    if is_edited_by_others(case, record):
        case.concurrent = True
        challenge(case, record, DELETED, True, "delete-after-edit")
    else:
        set_deleted(case, record, True)


def restore(case: Case) -> None:
    """The record is there again, as it was.

    Raises: depends-on, change-not-allowed
    """
    record = case.target()
    case.allow("restore", case.kind, record, record.parent, {})
    if record.deleted and not _is_superseded(case, record):
        set_deleted(case, record, False)


def set_deleted(case: Case, record: Record, deleted: bool) -> Record:
    """The record is deleted or not, and it is remembered who said so; whoever has private work below is asked."""
    if deleted != record.deleted:
        (ask_authors if deleted else answer_below)(case, record)
    work, change = case.work, case.change
    entry = stamped(record.field_seqs, DELETED, change.replica, change.n, work.next_seq())
    return work.put(case.signed(replace(record, deleted=deleted, field_seqs={**record.field_seqs, DELETED: entry})))


def is_edited_by_others(case: Case, record: Record) -> bool:
    """Whether anybody else wrote since the base: to the record, to what hangs on it, or into a conflict over these.

    Not what lies in other people's own scope: the answer would tell the author of the delete that it is there (L15).
    """
    below = [one for one in case.work.descendants(record.id) if not is_unseen(case, one)]
    writer = case.change.replica
    return any(is_touched(one, writer, case.base) or _is_challenged(case, one) for one in (record, *below))


def _is_challenged(case: Case, record: Record) -> bool:
    """Whether an open conflict over the record has changed since the base and holds somebody else's value (L10)."""
    return any(
        any(side["replica"] != case.change.replica for side in conflict.fields["sides"])
        for conflict in case.work.children(record.id)
        if conflict.kind == "conflict" and conflict.fields["status"] == "open" and conflict.seq > case.base
    )


def edit_deleted(case: Case, record: Record) -> None:
    """The edit of a deleted record is kept in full in a conflict; one tap restores the record with it (L10)."""
    change = case.change
    side: dict[str, Json] = case.side(dict(change.fields))
    if change.action not in ("patch", "create"):
        side |= {"action": change.action} | ({"command": change.command} if change.command else {})
    _keep_edit(case, record, side)


def note_ancestors(case: Case, parent: str | None) -> None:
    """A write below a record that somebody else deleted meanwhile asks a person whether it comes back (L10)."""
    change = case.change
    lost = [
        record
        for record in case.work.ancestors(parent)
        if record.deleted and is_contested(record.field_seqs, DELETED, change.replica, case.base)
    ]
    written = case.work.find(change.record)
    if lost and written is not None:
        if is_private(written):
            ask_author(case, written)
            return
        close_question(case, written)
    for record in lost:
        _keep_edit(case, record, case.side({}))


def _keep_edit(case: Case, record: Record, side: Mapping[str, Json]) -> None:
    case.concurrent = True
    conflict = open_over(case.work.children(record.id), DELETED)
    if conflict is None:
        put_conflict(case, new_conflict(record, DELETED, side, "edit-after-delete"))
    elif side["value"] == {} and any(_says_the_same(known, side) for known in conflict.fields["sides"]):
        case.opened.append(conflict.id)
    else:
        put_conflict(case, with_one_more(conflict, side))


def _says_the_same(known: Mapping[str, Json], side: Mapping[str, Json]) -> bool:
    return bool(known["replica"] == side["replica"] and known["value"] == {})


def _is_superseded(case: Case, record: Record) -> bool:
    """An own later word on the same question stands."""
    entry = record.field_seqs.get(DELETED)
    return entry is not None and entry.writer == case.change.replica and entry.n > case.change.n
