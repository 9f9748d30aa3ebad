"""The records while a batch is judged: every write takes the next number of the feed, and a failed group is undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from server.domain.judging.verdicts import Departure, Township
from server.domain.kinds import Kinds
from server.domain.locking import with_lateness
from server.domain.records import Record
from server.domain.scopes import awaited_of, scope_of
from server.domain.sealed import is_sealed

Mark = tuple[int, int, int]


class Working:
    """What is known of the township plus what this batch has written so far."""

    def __init__(
        self,
        kinds: Kinds,
        township: Township,
        known: Mapping[str, Record],
        now_ms: int,
        withdrawing: Collection[str] = (),
    ) -> None:
        self.kinds, self.township, self.now_ms = kinds, township, now_ms
        self.withdrawing = withdrawing
        self.head = township.head
        self.departures: list[Departure] = []
        self._known = known
        self._written: dict[str, Record] = {}
        self._undo: list[tuple[str, Record | None]] = []
        self._children: dict[str, set[str]] = defaultdict(set)
        for record in known.values():
            if record.parent is not None:
                self._children[record.parent].add(record.id)

    @property
    def records(self) -> list[Record]:
        """The final rows, in the order of their numbers."""
        return sorted(self._written.values(), key=lambda record: record.seq)

    def find(self, record: str) -> Record | None:
        """The record as it is now."""
        return self._written.get(record) or self._known.get(record)

    def children(self, parent: str) -> list[Record]:
        """What hangs on a record, oldest first, conflicts included but for those that nobody can open."""
        found = (self.find(child) for child in self._children.get(parent, ()))
        here = (child for child in found if child is not None and child.parent == parent and _is_open(child))
        return sorted(here, key=lambda child: (child.seq, child.id))

    def descendants(self, record: str) -> Iterator[Record]:
        """Everything below a record, but for conflicts."""
        for child in self.children(record):
            if child.kind != "conflict":
                yield child
                yield from self.descendants(child.id)

    def ancestors(self, parent: str | None) -> list[Record]:
        """The known records above, nearest first."""
        found: list[Record] = []
        while parent is not None and (record := self.find(parent)) is not None and record not in found:
            found.append(record)
            parent = record.parent
        return found

    def next_seq(self) -> int:
        """The number the next row will have."""
        return self.head + 1

    def put(self, record: Record, scope: str | None = None) -> Record:
        """The record as the newest row of the feed, in another scope where one is given."""
        self.head += 1
        record = with_lateness(self.find(record.id), record, self.township.locked_before_ms)
        scope = record.scope if scope is None else scope
        stored = replace(
            record, seq=self.head, scope=scope, sealed=bool(record.damaged) or is_sealed(self.kinds, record)
        )
        self._undo.append((record.id, self._written.get(record.id)))
        self._written[record.id] = stored
        if stored.parent is not None:
            self._children[stored.parent].add(record.id)
        return stored

    def depart(self, record: Record) -> None:
        """The record leaves its scope; its row in the new one follows under a higher number."""
        self.head += 1
        self.departures.append(Departure(self.head, record.scope, record.id))

    def scope(self, record: Record) -> str:
        """The scope that the record's kind gives it now."""
        return scope_of(self.kinds[record.kind], record, self.township.id, self.find)

    def follow(self, parent: str) -> None:
        """Everything that hangs on a record lives where its kind puts it, now that the record is there or has moved."""
        for child in self.children(parent):
            scope = self.scope(child)
            hangs_on = child.parent
            if awaited_of(self.kinds[child.kind], child, self.find) is None and _waits(self.kinds, child):
                hangs_on = None
            if scope != child.scope:
                self.depart(child)
            if scope != child.scope or hangs_on != child.parent:
                self.put(replace(child, scope=scope, parent=hangs_on))
                self.follow(child.id)

    def base(self, base: int) -> int:
        """What a base is worth: nothing above the head; inside a restore's gap, the last number before it."""
        if base > self.township.head:
            return 0
        for start, end in self.township.gaps:
            if start < base <= end:
                return start
        return base

    def mark(self) -> Mark:
        """A point to come back to."""
        return self.head, len(self.departures), len(self._undo)

    def rollback(self, mark: Mark) -> None:
        """Everything is as it was at the mark."""
        self.head, departed, undone = mark
        del self.departures[departed:]
        while len(self._undo) > undone:
            record, before = self._undo.pop()
            del self._written[record]
            if before is not None:
                self._written[record] = before


def _is_open(record: Record) -> bool:
    return record.kind != "conflict" or not record.damaged


def _waits(kinds: Kinds, record: Record) -> bool:
    """Whether the record hangs on something only until that is known (a visit on its village)."""
    kind = kinds[record.kind]
    return kind.parent_field is None and kind.scope == "field_of_village"
