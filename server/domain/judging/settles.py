"""A person settles a conflict: the choice is a change like any other, and a value he had not seen stays open."""

from __future__ import annotations

from dataclasses import replace

from server.domain.canonical import same
from server.domain.conflicts import ABOVE, DELETED, Side, seen_and_unseen, settled
from server.domain.judging.case import Case, NotApplied, refuse_damaged
from server.domain.judging.commands import apply_command
from server.domain.judging.deletes import edit_deleted, is_edited_by_others, set_deleted
from server.domain.judging.edits import apply_edit
from server.domain.judging.fields import challenge, write_fields
from server.domain.merge import is_contested
from server.domain.permissions import Actor, reaches
from server.domain.records import Json, Record


def settle(case: Case) -> None:
    """The field has the chosen value and the sides that were seen are closed.

    A settle that lost a race (somebody else wrote the field since) is an ordinary edit of a guarded field.

    Laws:   L2
    Raises: depends-on, change-not-allowed, invalid-change, failed-guard
    """
    conflict = case.target()
    if conflict.kind != "conflict":
        raise NotApplied("invalid-change", "only a conflict can be settled", (("/kind", "is no conflict"),))
    record = case.work.find(conflict.fields["record"])
    if record is None:
        raise NotApplied("depends-on", "the record in conflict has not arrived")
    refuse_damaged(record)
    name, value = conflict.fields["field"], case.change.fields.get("value")
    written = {} if name == DELETED else {name.partition("/")[0]: value}
    case.allow("settle", case.work.kinds[record.kind], record, record.parent, written)
    if name == DELETED:
        _settle_deleted(case, conflict, record, value)
    else:
        _settle_field(case, conflict, record, name, value)


def _settle_field(case: Case, conflict: Record, record: Record, name: str, value: Json) -> None:
    base_name, slash, _key = name.partition("/")
    fields = {base_name: [value]} if slash else {name: value}
    verb = "add" if slash else "patch"
    after = write_fields(case, record, fields, verb, guarded=True)
    # A settle that lost a race was challenged like any edit: the conflict stays open, with his choice as one more side.
    if _is_value(after, base_name, slash, value):
        _close(case, conflict, value)


def _is_value(record: Record, name: str, slash: str, value: Json) -> bool:
    head = record.fields.get(name)
    return any(same(one, value) for one in head or ()) if slash else same(head, value)


def _settle_deleted(case: Case, conflict: Record, record: Record, value: Json) -> None:
    """true deletes the record; false keeps or restores it and applies the edits that were kept for it."""
    if not isinstance(value, bool):
        raise NotApplied("invalid-change", "/fields/value takes true or false", (("/fields/value", "is no flag"),))
    raced = is_contested(record.field_seqs, DELETED, case.change.replica, case.base)
    if value and not record.deleted and is_edited_by_others(case, record):
        challenge(case, record, DELETED, True, "delete-after-edit")
        return
    if not value and record.deleted and raced:
        edit_deleted(_without_fields(case), record)
        return
    if not value and conflict.fields.get("reason") == ABOVE:
        _bring_back_above(case, record)
    if record.deleted != value or not raced:
        set_deleted(case, record, value)
    if not value:
        chosen, _later = seen_and_unseen(conflict, case.change.fields.get("sides"))
        for side in chosen:
            _replay(case, record.id, side)
    _close(case, conflict, value)


def _bring_back_above(case: Case, record: Record) -> None:
    """What the private work hangs on is there again: its author was asked, so he may, as long as he may read it.

    Raises: change-not-allowed
    Source: docs/decisions/0046-deleted-over-a-draft.md
    """
    for above in case.work.ancestors(record.parent):
        if not above.deleted:
            continue
        if not reaches(case.actor, above, case.work.ancestors(above.parent)):
            raise NotApplied("change-not-allowed", f"the {above.kind} is not, or no longer, for this account to read")
        set_deleted(case, above, False)


def _close(case: Case, conflict: Record, value: Json) -> None:
    """The conflict as the person leaves it; written only if that changes it."""
    now = case.work.find(conflict.id) or conflict
    _chosen, later = seen_and_unseen(now, case.change.fields.get("sides"))
    after = settled(now, case.actor.account, value, later if now.fields["status"] == "open" else ())
    if not same(dict(after.fields), dict(now.fields)):
        case.work.put(case.signed(after))


def _replay(case: Case, record: str, side: Side) -> None:
    """The edit that a deleted record could not take, as its author made it."""
    current = case.work.find(record)
    if current is None or not isinstance(side["value"], dict) or not side["value"]:
        return
    action = side.get("action", "patch")
    change = replace(
        case.change,
        replica=side["replica"],
        n=side["n"],
        kind=current.kind,
        record=record,
        action=action,
        command=side.get("command"),
        fields=side["value"],
        captured_at_ms=side["captured_at_ms"] or 0,
    )
    inner = Case(case.work, Actor(str(side["account"]), None, ()), change, case.work.base(side["base"] or 0))
    (apply_command if action == "command" else apply_edit)(inner, current)
    case.opened += inner.opened
    case.settled += inner.settled


def _without_fields(case: Case) -> Case:
    """The same case as a wish that the record be there, with nothing to write."""
    bare = replace(case.change, fields={}, action="patch")
    return Case(case.work, case.actor, bare, case.base, case.opened, case.settled, True)
