"""Who wrote which value, and who had it on his screen: the account behind L2 and L3, closed in every state.

It knows nothing of bases and numbers, or a wrong base would excuse itself: a value may go only when the one who wrote
over it had been shown it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.domain.canonical import same
from server.domain.conflicts import DELETED
from server.domain.judging.verdicts import Verdict
from server.domain.records import Change, Record
from server.schemas.kinds.registry import KINDS

Shown = Mapping[tuple[str, str], frozenset[str]]
"""(record, field) → what the author had before him when he saved: ids of changes, and their values (`spoken`)."""


SOMEBODY = "somebody"


@dataclass(frozen=True, slots=True)
class Act:
    """A change and what became of it. Shape: `author` its install, `base` as the server counts it."""

    change: Change
    author: str
    shown: Shown
    verdict: Verdict
    base: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A value that must be visible. Shape: `change` wrote it, on the install `author`, who had `known` before him."""

    change: str
    author: str
    record: str
    field: str
    value: Any
    known: frozenset[str] = dataclasses.field(default=frozenset(), compare=False)

    def is_in(self, known: frozenset[str]) -> bool:
        """Whether who had this before him knows the value: itself, its words, or what its author made of it."""
        return self.change in known or spoken(self.value) in known or any(map(self._is_behind, known))

    def has_had(self, act: Act) -> bool:
        """Whether who wrote this had the act before him, or what its author made of it."""
        one = act.change.change
        return one in self.known or any(is_later(tag, act.author, one) for tag in self.known)

    def _is_behind(self, tag: str) -> bool:
        return is_later(tag, self.author, self.change)


def spoken(value: Any) -> str:
    """A value as it is remembered among what was shown."""
    return f"= {value!r}"


class Account:
    """The values that must be visible, and every write that anybody else could be in conflict with."""

    def __init__(self) -> None:
        self.entries: tuple[Entry, ...] = ()
        self.writes: dict[tuple[str, str], tuple[tuple[int, str], ...]] = {}
        self.copied: frozenset[str] = frozenset()
        """Installs whose profile was copied: what one of the two sends under a new number is the other's no more."""
        self.copies: Mapping[str, tuple[str, int]] = {}
        """A copy → the install it was made from, and how many changes that had saved: they are the copy's own past."""
        self.latest: dict[tuple[str, str, str], int] = {}
        """(record, field, install) → the number of its last change of it that counted."""
        self.undone: dict[str, Shown] = {}
        """What the authors of changes that a restore took back had before them: who saw such a change knows it too."""

    def copy(self) -> Account:
        """The same, free to go another way."""
        twin = Account()
        twin.entries, twin.writes, twin.copied = self.entries, dict(self.writes), self.copied
        twin.undone, twin.copies, twin.latest = self.undone, self.copies, dict(self.latest)
        return twin

    def take_back(self, lost: Mapping[str, Shown]) -> None:
        """A restore took these changes back, but not what people have seen of them."""
        self.undone = {**self.undone, **lost}

    def note(self, act: Act, records: Mapping[str, Record]) -> list[str]:
        """The change has had this verdict and the records are so now. Shape: which laws that broke, in words."""
        change, verdict = act.change, act.verdict
        broken = self._opposed_by_himself(act, records)
        if change.action in ("create", "patch"):
            for field, value in texts_of(change):
                self._agree(act, records.get(change.record), field)
                self._write(act, change.record, field, value)
        elif change.action == "settle":
            self._settle(act, records)
        elif change.action == "delete" and verdict.outcome != "conflict" and verdict.seq is not None:
            broken += self._deleted_unseen(act, records)
        return broken

    def lost(self, records: Mapping[str, Record], conflicts: Mapping[str, Sequence[Record]]) -> list[Entry]:
        """The values that nobody can see any more."""
        return [one for one in self.entries if not _is_visible(one, records, conflicts.get(one.record, ()))]

    def _write(self, act: Act, record: str, field: str, value: Any) -> None:
        known = self._known(act, (record, field))
        here = [one for one in self.entries if (one.record, one.field) == (record, field)]
        number = number_of(act.change.change)
        if self.latest.get((record, field, act.author), 0) > number:
            return  # released late: what its author has written since stands
        self.latest[(record, field, act.author)] = number
        if act.verdict.seq is not None:
            self.writes[(record, field)] = (*self.writes.get((record, field), ()), (act.verdict.seq, act.author))
        if any(one.has_had(act) for one in here):
            return  # it comes late, and whoever wrote what stands had it before him
        kept = [
            one for one in self.entries if one not in here or not (self._is_own(one, act.author) or one.is_in(known))
        ]
        self.entries = (*kept, Entry(act.change.change, act.author, record, field, value, known))

    def _agree(self, act: Act, record: Record | None, field: str) -> None:
        """An old word that comes late and is what stands by now has two authors; neither changes it unseen."""
        memory = record.field_seqs.get(field) if record is not None else None
        if memory is not None and act.verdict.seq is not None and memory.other_seq == act.verdict.seq:
            written = self.writes.get((act.change.record, field), ())
            self.writes[(act.change.record, field)] = (*written, (act.verdict.seq, act.author))

    def _is_own(self, entry: Entry, author: str) -> bool:
        """Whether the author wrote it himself, or the profile that he is a copy of did before the copying."""
        if entry.author == author:
            return True
        original, saved = self.copies.get(author, ("", 0))
        return entry.author == original and number_of(entry.change) <= saved

    def _settle(self, act: Act, records: Mapping[str, Record]) -> None:
        conflict = records[act.change.record]
        record, field = conflict.fields["record"], conflict.fields["field"]
        if field != "deleted":
            self._write(act, record, field, act.change.fields["value"])
        elif act.change.fields["value"] is False:
            self._replayed(act, conflict, records[record])
        elif act.verdict.outcome != "conflict":
            known = frozenset().union(*(self._known(act, part) for part in act.shown))
            self.entries = tuple(one for one in self.entries if one.record != record or not one.is_in(known))

    def _replayed(self, act: Act, conflict: Record, record: Record) -> None:
        """The edits that the deleted record could not take are written now, whoever made them.

        The record is as the whole push left it: what is above the choice lies over an edit that came back with it.
        """
        chosen = {(side["replica"], side["n"]) for side in act.change.fields["sides"]}
        edits = [side["value"] for side in conflict.fields["sides"] if (side["replica"], side["n"]) in chosen]
        named = {name for edit in edits if isinstance(edit, dict) for name in edit}
        seq = act.verdict.seq or 0
        for name, entry in record.field_seqs.items():
            came_back = (entry.writer, entry.n) in chosen or (name in named and entry.seq > seq)
            if came_back or name in named:  # named only: the same was there already, and now two have said it
                written = self.writes.get((record.id, name), ())
                self.writes[(record.id, name)] = (*written, (seq, SOMEBODY))
            if came_back:
                self._give_way(record, name, self._known(act, (record.id, name)))

    def _give_way(self, record: Record, field: str, known: frozenset[str]) -> None:
        """Whoever brought an edit back had these values before him: they may go, but for the one that now stands."""
        stands = record.fields.get(field)
        self.entries = tuple(
            one
            for one in self.entries
            if (one.record, one.field) != (record.id, field) or same(stands, one.value) or not one.is_in(known)
        )

    def _deleted_unseen(self, act: Act, records: Mapping[str, Record]) -> list[str]:
        """L10: a delete that goes through has had every value on the screen, but for other people's drafts."""
        record = act.change.record
        return [
            f"L10: {act.change.change} deletes {one.field} = {one.value!r} of {one.change}, which it was never shown"
            for one in self.entries
            if (one.record == record or _hangs_on(records, one.record, record))
            and not records[one.record].scope.startswith("own:")
            and not (one.record != record and _is_put_away(one, records[one.record]))
            and one.author != act.author
            and not one.is_in(self._known(act, (one.record, one.field)) | self._known_when_deleted(act, one))
        ]

    def _known(self, act: Act, part: tuple[str, str]) -> frozenset[str]:
        """What the author had before him of a part, and what those had who wrote what he saw in a time that is lost."""
        known, todo = set(), set(act.shown.get(part, ()))
        while todo:
            known |= todo
            todo = {tag for one in todo if one in self.undone for tag in self.undone[one].get(part, ())} - known
        return frozenset(known)

    def _known_when_deleted(self, act: Act, entry: Entry) -> frozenset[str]:
        """What those had before them whose deletion the author saw, if a restore has taken that deletion back since."""
        lost = [self.undone[tag] for tag in act.shown.get((entry.record, DELETED), ()) if tag in self.undone]
        return frozenset().union(*(shown.get((entry.record, entry.field), frozenset()) for shown in lost))

    def _opposed_by_himself(self, act: Act, records: Mapping[str, Record]) -> list[str]:
        """L3: a field is in conflict only if another install wrote it after the base."""
        broken: list[str] = []
        if act.author.partition("+")[0] in self.copied:
            return broken
        for conflict in (records[one] for one in act.verdict.conflicts):
            record, field = conflict.fields["record"], conflict.fields["field"]
            if field == "deleted" or record != act.change.record or field not in act.change.fields:
                continue
            writes = self.writes.get((record, field), ())
            if not any(seq > act.base and author != act.author for seq, author in writes):
                broken.append(f"L3: {act.change.change} is in conflict over {field}, which nobody else wrote")
        return broken


def is_later(tag: str, author: str, change: str) -> bool:
    """Whether what was shown is a later change of this author."""
    name, slash, _n = tag.partition("/")
    return not tag.startswith("= ") and bool(slash) and name == author and number_of(tag) > number_of(change)


def number_of(change: str) -> int:
    """When its install saved it, counted from its first."""
    return int(change.partition("/")[2])


def texts_of(change: Change) -> Iterable[tuple[str, Any]]:
    """What L2 is about: sets have laws of their own, a fixed field changes only by a command."""
    kind = KINDS[change.kind]
    for name, value in change.fields.items():
        spec = kind.spec(name)
        if spec is not None and spec.cls in ("plain", "guarded"):
            yield name, value


def _is_put_away(entry: Entry, record: Record) -> bool:
    """Deleted on its own before, by somebody who had seen the value: what was written since is not in the row."""
    return record.deleted and same(record.fields.get(entry.field), entry.value)


def _is_visible(entry: Entry, records: Mapping[str, Record], conflicts: Iterable[Record]) -> bool:
    record = records.get(entry.record)
    if record is None:
        return False
    if same(record.fields.get(entry.field), entry.value):
        return True
    return any(_says(conflict, side["value"], entry) for conflict in conflicts for side in conflict.fields["sides"])


def _says(conflict: Record, value: Any, entry: Entry) -> bool:
    if conflict.fields["field"] == "deleted":
        return isinstance(value, dict) and same(value.get(entry.field), entry.value)
    return bool(conflict.fields["field"] == entry.field and same(value, entry.value))


def _hangs_on(records: Mapping[str, Record], record: str, above: str) -> bool:
    row = records.get(record)
    while row is not None and row.parent is not None:
        if row.parent == above:
            return True
        row = records.get(row.parent)
    return False
