"""Who wrote which value: an account of L2, kept beside the judge and closed at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.canonical import same
from server.domain.judging.verdicts import Verdict
from server.domain.records import Change, Record, Refused
from server.schemas.kinds.registry import KINDS
from tests.laws.town import Town


@dataclass(frozen=True)
class Entry:
    """A value somebody wrote. Shape: `said_at` is the number from which on a reader has seen it."""

    replica: str
    n: int
    record: str
    field: str
    value: Any
    said_at: int


class Ledger:
    """The values that must be visible: all that were written and not written over by someone who knew them."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def note(self, town: Town, before: Mapping[str, Record], done: Iterable[tuple[Change | Refused, Verdict]]) -> None:
        """These verdicts have been given, in this order."""
        for change, verdict in done:
            if not isinstance(change, Change) or verdict.outcome == "quarantined":
                continue
            if change.action in ("patch", "create"):
                for field, value in _texts(change):
                    self._write(change, change.record, field, value, verdict.seq or town.head)
            elif change.action == "settle":
                self._settle(change, before.get(change.record) or town.records[change.record], verdict, town)

    def lost(self, town: Town) -> list[Entry]:
        """The values nobody can see any more."""
        return [entry for entry in self.entries if not _is_visible(town, entry)]

    def _write(self, change: Change, record: str, field: str, value: Any, said_at: int) -> None:
        if any(one.n > change.n for one in self._of(record, field) if one.replica == change.replica):
            return
        known = [one for one in self._of(record, field) if one.replica == change.replica or one.said_at <= change.base]
        self._close(known)
        agreed = [one.said_at for one in self._of(record, field) if same(one.value, value)]
        entry = Entry(change.replica, change.n, record, field, value, min([said_at, *agreed]))
        self.entries.append(entry)

    def _settle(self, change: Change, conflict: Record, verdict: Verdict, town: Town) -> None:
        record, field = conflict.fields["record"], conflict.fields["field"]
        named = {(side["replica"], side["n"]) for side in change.fields["sides"]}
        if verdict.outcome == "conflict":
            return
        if field == "deleted":
            if change.fields["value"] is True:
                self._close([one for one in self.entries if one.record == record and (one.replica, one.n) in named])
            return
        self._close([one for one in self._of(record, field) if (one.replica, one.n) in named])
        self._write(change, record, field, change.fields["value"], verdict.seq or town.head)

    def _of(self, record: str, field: str) -> list[Entry]:
        return [one for one in self.entries if (one.record, one.field) == (record, field)]

    def _close(self, entries: list[Entry]) -> None:
        self.entries = [one for one in self.entries if one not in entries]


def _texts(change: Change) -> Iterable[tuple[str, Any]]:
    """What L2 is about: sets have laws of their own, a fixed field changes only by a command."""
    specs = {name: KINDS[change.kind].spec(name) for name in change.fields}
    kept = {name for name, spec in specs.items() if spec is not None and spec.cls in ("plain", "guarded")}
    return [(name, value) for name, value in change.fields.items() if name in kept]


def _is_visible(town: Town, entry: Entry) -> bool:
    record = town.records.get(entry.record)
    if record is None:
        return False
    head = record.fields.get(entry.field)
    shown = [head]
    for conflict in town.conflicts(entry.record):
        for side in conflict.fields["sides"]:
            if conflict.fields["field"] == entry.field:
                shown.append(side["value"])
            elif conflict.fields["field"] == "deleted" and isinstance(side["value"], dict):
                shown.append(side["value"].get(entry.field))
    return any(same(one, entry.value) for one in shown)
