"""What a person has before him when he saves: never what his own change hides, never what a deleted row had."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from server.domain.conflicts import DELETED
from server.domain.records import Record
from tests.model.account import Shown, spoken
from tests.model.feed import Row

if TYPE_CHECKING:
    from tests.model.phone import Phone
    from tests.model.wish import Wish


def shown_to(phone: Phone, wish: Wish) -> Mapping[tuple[str, str], frozenset[str]]:
    """What the author has seen of everything that this wish could write over."""
    if wish.action in ("delete", "restore"):
        return _all_of(phone, phone.below(wish.record) | _asked_about(phone))
    if wish.action != "settle":
        return {(wish.record, name): _known(phone, wish.record, name) for name in wish.fields}
    row = phone.rows[wish.record]
    record, field = row.record.fields["record"], row.record.fields["field"]
    if field != "deleted":
        return {(record, field): _known(phone, record, field)}
    return {**_all_of(phone, phone.below(record)), (wish.record, "sides"): frozenset(_sides_of(row, field))}


def _all_of(phone: Phone, records: Iterable[str]) -> Shown:
    wanted = set(records)
    names = {(id_, name) for id_ in wanted if id_ in phone.rows for name in phone.rows[id_].record.fields}
    names |= {part for own in phone.own if own.change.record in wanted for part in phone.parts_of(own.change)}
    names |= {(one.parent, name) for one in _conflicts_over(phone, wanted) for name in _fields_of(one)}
    return {part: _known(phone, *part) for part in names} | _deletions(phone, wanted)


def _asked_about(phone: Phone) -> set[str]:
    """What was deleted and has left the phone, which forgot where it hung; the question is still on its list."""
    rows = (row.record for row in phone.rows.values() if row.record.kind == "conflict")
    return {row.parent for row in rows if row.parent is not None and row.parent not in phone.rows}


def _deletions(phone: Phone, records: Iterable[str]) -> Shown:
    """Who deleted what is gone already: nobody sees its values, but whoever deleted it had them before him."""
    gone = {id_: row for id_ in records if (row := phone.rows.get(id_)) is not None and row.record.deleted}
    return {
        (id_, DELETED): frozenset(tag for name, tag in row.tags if name == DELETED and tag) for id_, row in gone.items()
    }


def _known(phone: Phone, record: str, field: str) -> frozenset[str]:
    part = (record, field)
    mine = [own.change for own in phone.own if record in phone.records_of(own.change)]
    mine = [change for change in mine if part in phone.parts_of(change)]
    tags = {change.change for change in mine} | {spoken(one.fields[field]) for one in mine if field in one.fields}
    for own in phone.own:
        tags |= own.shown.get(part, frozenset())  # who has seen a value once has seen it
    covered = any(part in phone.parts_of(own.change) for own in phone.held_over(record))
    for row in (phone.rows.get(record), phone.before.get(record)):  # `before`: until a page of this walk came
        if row is not None and not row.record.deleted and not covered:
            tags |= {tag for name, tag in row.tags if name == field and tag} | {spoken(row.record.fields.get(field))}
    for other in phone.rows.values():
        conflict = other.record
        if conflict.kind == "conflict" and conflict.parent == record and conflict.fields["field"] in (field, "deleted"):
            tags |= _sides_of(other, field)
    return frozenset(tags)


def _conflicts_over(phone: Phone, wanted: set[str]) -> Iterable[Record]:
    return (row.record for row in phone.rows.values() if row.record.kind == "conflict" and row.record.parent in wanted)


def _fields_of(conflict: Record) -> Iterable[str]:
    """The fields whose values its card shows; a deleted record's card shows whole edits."""
    values = [side["value"] for side in conflict.fields["sides"] if isinstance(side["value"], dict)]
    return {name for value in values for name in value} if conflict.fields["field"] == "deleted" else ()


def _sides_of(row: Row, field: str) -> set[str]:
    """What a conflict's card shows of a field: the changes behind its sides, and their values."""
    tags = {tag for name, tag in row.tags if name.startswith("side") and tag}
    values: list[Any] = [side["value"] for side in row.record.fields["sides"]]
    return tags | {spoken(one.get(field) if isinstance(one, dict) else one) for one in values}
