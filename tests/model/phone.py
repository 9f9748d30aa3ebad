"""The phone of the model: pwa/src/store, domain and sync/errands.ts rule for rule, without disk, key and clock.

Everything here survives a crash, but for what `reboot` clears. tests/vectors/phone.json holds the rules for bases and
for the first word with the server; pwa/tests/domain/phone.vectors.test.ts runs the same file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.domain.judging.verdicts import Verdict
from server.domain.records import Change
from server.feed.cursor import Cursor
from tests.model.account import Shown
from tests.model.feed import Gone, Page, Row
from tests.model.screen import shown_to
from tests.model.server import Sent
from tests.model.wish import Wish, parent_in, pieces, touches


@dataclass(frozen=True, slots=True)
class Own:
    """A change in the outbox. Shape: `gen` counts the replicas this install has been."""

    gen: int
    change: Change
    shown: Shown
    outcome: Verdict | None = None

    @property
    def n(self) -> int:
        return self.change.n


class Phone:
    """One install of the app."""

    def __init__(self, install: str, replica: str, account: str) -> None:
        self.install, self.replica, self.account = install, replica, account
        self.gen = self.n = self.acked = self.seq = self.pulled = self.saved = 0
        self.own: tuple[Own, ...] = ()
        self.rows: dict[str, Row] = {}
        self.before: dict[str, Row] = {}
        self.leaving: tuple[Gone, ...] = ()
        self.cursor: str | None = None
        self.place: Cursor | None = None
        self.epoch = "epoch-0"
        self.must_register: str | None = None
        self.scopes: tuple[str, ...] = ()
        self.durable = 0
        self.outdated = False
        self.reboot()

    def reboot(self) -> None:
        """The process was killed: what was only in memory is gone."""
        self.greeted = False
        self.new_epoch: str | None = None
        self.todo: tuple[tuple[str, int | None], ...] = ()

    def copy(self) -> Phone:
        """The same phone, free to go another way; also what a copied browser profile is."""
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__)
        twin.rows = dict(self.rows)
        return twin

    def save(self, wish: Wish, opened: int | None = None, clock_ms: int = 0) -> list[Own]:
        """The wish is in the outbox, as one change or, where its parts have different bases, as a group."""
        parts = self.with_bases(wish, self.seq if opened is None else opened)
        shown = shown_to(self, wish)
        group = f"group {self.install}/{self.saved}" if len(parts) > 1 else None
        made = [self._numbered(wish, base, fields, group, shown, clock_ms) for base, fields in parts]
        self.own += tuple(made)
        return made

    def with_bases(self, wish: Wish, opened: int) -> list[tuple[int, dict[str, Any]]]:
        """The fields by the base that is frozen for each of them (pwa/src/domain/change.ts, `withBases`)."""
        if wish.action == "create":
            return [(0, dict(wish.fields))]
        if self._chooses_blindly(wish):
            return [(0, dict(wish.fields))]
        if wish.action not in ("patch", "add", "remove"):
            return [(min(self.base_of(part, opened) for part in self._written_by(wish)), dict(wish.fields))]
        by_base: dict[int, dict[str, Any]] = {}
        for name, value in pieces(wish):
            base = min(self.base_of(part, opened) for part in touches(replace(wish, fields={name: value})))
            fields = by_base.setdefault(base, {})
            fields[name] = value if wish.action == "patch" else [*fields.get(name, ()), *value]
        return list(by_base.items())

    def base_of(self, part: tuple[str, str], opened: int) -> int:
        """That of the own change still laid over the part, else what the form was opened on (`Shelf.baseOf`)."""
        record, row, is_delete = part[0], self.rows.get(part[0]), part[1] == "deleted"
        ids = self.below(record) if is_delete else {record}
        if row is None or any(map(self._is_back_unseen, ids)):
            return 0
        if row.record.deleted and not is_delete and opened >= row.record.seq:
            return 0
        own = [one for id_ in ids for one in self.held_over(id_)]
        over = own if is_delete else [one for one in own if part in self.parts_of(one.change)]
        return min([opened, *(one.change.base for one in over)])

    def _is_back_unseen(self, record: str) -> bool:
        """Deleted in the mirror, and brought back by a change that waits: nobody here has seen what it holds."""
        row = self.rows.get(record)
        if row is None or not row.record.deleted:
            return False
        return any(one.change.action in ("restore", "settle") for one in self.held_over(record))

    def overlay(self, record: str) -> list[Own]:
        """Own changes still laid over a record."""
        alone = record not in self.rows
        mine = [one for one in self.own if record in self.records_of(one.change)]
        return [one for one in mine if not self.is_dropped(one) or (alone and _is_quarantined(one))]

    def is_dropped(self, one: Own) -> bool:
        """Its outcome is known, confirmed by the feed, and in the mirror (DESIGN 5.3)."""
        if one.outcome is None:
            return False
        confirmed = one.gen < self.gen or self.acked >= one.n
        return confirmed and (one.outcome.seq is None or self.seq >= one.outcome.seq)

    def waiting(self) -> list[Own]:
        """What still has to go up, in order."""
        return [one for one in self.own if one.outcome is None]

    def batch(self, most: int) -> list[Sent]:
        """The first waiting changes; a group is never split, and the first unit always goes."""
        waiting = self.waiting()
        count = 0
        while count < len(waiting):
            end = count + 1
            group = waiting[count].change.group
            while group and end < len(waiting) and waiting[end].change.group == group:
                end += 1
            if count and end > most:
                break
            count = end
        return [Sent(one.change, one.shown) for one in waiting[:count]]

    @property
    def head(self) -> int:
        """What the server is known to have: a pull that starts later and ends has brought it all."""
        return max((own.outcome.seq or 0 for own in self.own if own.outcome), default=0)

    def heard(self, gen: int, verdicts: Iterable[Verdict]) -> None:
        """Each outcome is beside its change."""
        by_n = {verdict.n: verdict for verdict in verdicts}
        if gen == self.gen:
            self.own = tuple(
                replace(one, outcome=by_n[one.n]) if one.gen == gen and one.n in by_n else one for one in self.own
            )

    def take(self, page: Page, head: int) -> None:
        """The page is in the mirror together with the cursor (store/mirror.ts, `decide`)."""
        if page.dropped:
            dropped = set(page.dropped)
            self.rows = {id_: row for id_, row in self.rows.items() if row.record.scope not in dropped}
        self.before = {**self.rows, **self.before} if page.more else {}
        self.leaving += tuple(line for line in page.lines if isinstance(line, Gone))
        for row in (line for line in page.lines if isinstance(line, Row)):
            if row.record.id not in self.rows or self.rows[row.record.id].record.seq <= row.record.seq:
                self.rows[row.record.id] = row
        if not page.more:
            self._leave()
        self.pulled = max([self.pulled, *(one.seq if isinstance(one, Gone) else one.record.seq for one in page.lines)])
        self.cursor, self.place, self.acked, self.scopes = page.text, page.cursor, page.acked, page.scopes
        if not page.more:
            self.seq = max(self.seq, self.pulled, head)

    def _leave(self) -> None:
        """What left a scope on any page of this walk goes, unless its new row has come (store/mirror.ts)."""
        for line in self.leaving:
            known = self.rows.get(line.record)
            if known and known.record.scope == line.scope and known.record.seq <= line.seq:
                del self.rows[line.record]
        self.leaving = ()

    def empty_mirror(self, epoch: str, must_register: str | None) -> None:
        """Mirror and cursor are gone, the outbox is as it was (L16)."""
        self.rows, self.before, self.leaving, self.cursor, self.place = {}, {}, (), None, None
        self.acked = self.seq = self.pulled = 0
        self.epoch, self.must_register = epoch, must_register

    def forget_outcomes(self, start: int) -> None:
        """Every own change from a number on is to be sent again."""
        self.own = tuple(
            replace(one, outcome=None) if one.gen == self.gen and one.n >= start else one for one in self.own
        )

    def prune(self) -> bool:
        """What a backup covers is gone from the phone, a month later (domain/keeping.ts). Whether anything went."""
        covered = {one.gen: one.n for one in self.own if one.outcome and 0 < (one.outcome.seq or 0) <= self.durable}
        stays = {id_ for one in self.own if not self._is_covered(one, covered) for id_ in self.records_of(one.change)}
        before, self.own = self.own, tuple(one for one in self.own if stays & {*self.records_of(one.change)})
        return len(self.own) < len(before)

    def _is_covered(self, one: Own, covered: Mapping[int, int]) -> bool:
        """Shape: `covered` gen → its last number whose seq the backup has: what wrote nothing lies before one."""
        if one.outcome is None or not self.is_dropped(one) or _is_quarantined(one):
            return False
        seq = one.outcome.seq
        return one.n < covered.get(one.gen, 0) if seq is None else seq <= self.durable

    def become(self, replica: str) -> None:
        """A new replica takes over: same changes, same ids, new numbers from 1 (store/renumber.ts)."""
        everything = self.must_register == "all"
        moved = [one for one in self.own if everything or not self.is_dropped(one) or _is_quarantined(one)]
        kept = tuple(one for one in self.own if one not in moved)
        self.gen += 1
        self.replica, self.n, self.acked, self.must_register = replica, len(moved), 0, None
        self.own = kept + tuple(
            Own(self.gen, replace(one.change, replica=replica, n=n), one.shown) for n, one in enumerate(moved, start=1)
        )
        self.greeted = False

    def _chooses_blindly(self, wish: Wish) -> bool:
        """A choice over a field of a record that is deleted here, whatever page that came with (store/edits.ts)."""
        record, field = self._target(wish.action, wish.record) or ("", "")
        return field not in ("", "deleted") and record in self.rows and self.rows[record].record.deleted

    def parts_of(self, change: Change) -> set[tuple[str, str]]:
        """The parts of records that a change of this phone writes."""
        return self._written_by(Wish(change.record, change.kind, change.action, change.fields, change.command))

    def records_of(self, change: Change) -> tuple[str, ...]:
        """The record, and for a settle the one in conflict."""
        target = self._target(change.action, change.record)
        return (change.record, target[0]) if target else (change.record,)

    def _written_by(self, wish: Wish) -> set[tuple[str, str]]:
        target = self._target(wish.action, wish.record)
        return {*touches(wish), *([target] if target else ())}

    def _target(self, action: str, record: str) -> tuple[str, str] | None:
        row = self.rows.get(record) if action == "settle" else None
        return (row.record.fields["record"], row.record.fields["field"]) if row else None

    def held_over(self, record: str) -> list[Own]:
        """Own changes still laid over a record that were not refused."""
        return [one for one in self.overlay(record) if not _is_quarantined(one)]

    def below(self, record: str) -> set[str]:
        """The record and all that hangs on it."""
        found, todo = {record}, [record]
        while todo:
            above = todo.pop()
            rows = [(id_, row.record.kind, row.record.fields) for id_, row in self.rows.items()]
            made = [(own.change.record, own.change.kind, own.change.fields) for own in self.own]
            children = {id_ for id_, kind, fields in (*rows, *made) if parent_in(kind, fields) == above}
            todo += children - found
            found |= children
        return found

    def _numbered(
        self, wish: Wish, base: int, fields: Mapping[str, Any], group: str | None, shown: Shown, clock_ms: int
    ) -> Own:
        self.n, self.saved = self.n + 1, self.saved + 1
        name = f"{self.install}/{self.saved}"
        change = Change(
            self.replica, self.n, name, name, 1, wish.record, wish.kind, wish.action, base, fields,
            clock_ms, 0, "{}", wish.command, group,
        )  # fmt: skip
        return Own(self.gen, change, shown)


def _is_quarantined(one: Own) -> bool:
    return one.outcome is not None and one.outcome.outcome == "quarantined"
