"""The demo's phones: they number and hash their changes like any other, and push them like any other."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from server.demo.edits import Edit
from server.demo.ids import demo_id
from server.demo.names import phone_id
from server.domain.canonical import canonical, change_hash
from server.domain.records import Change, Refused
from server.schemas.changes import read_changes
from server.schemas.envelope import read_push
from server.schemas.kinds.registry import SCHEMA_VERSION

Answers = Sequence[dict[str, Any]]


@dataclass(slots=True)
class Phone:
    """One phone with its counter. Shape: `n` is the last number it used."""

    key: str
    n: int = 0

    @property
    def id(self) -> str:
        return phone_id(self.key)

    def number(self, edits: Sequence[Edit], seen: Seen) -> list[Change | Refused]:
        """The edits as the server's customs read them, each under its own number."""
        raw = [self._raw(edit, seen) for edit in edits]
        body = json.dumps({"changes": raw}, ensure_ascii=False).encode()
        return read_changes(self.id, read_push(body))

    def _raw(self, edit: Edit, seen: Seen) -> dict[str, Any]:
        self.n += 1
        record, fields = edit.record, dict(edit.fields)
        if edit.action == "settle":
            record, fields = seen.conflicts[edit.record].id, fields | {"sides": [seen.conflicts[edit.record].side]}
        change = {
            "change": demo_id(f"change/{self.key}/{self.n}", edit.at_ms),
            "schema_version": SCHEMA_VERSION,
            "record": record,
            "kind": edit.kind,
            "action": edit.action,
            "base": seen.base(edit),
            "fields": fields,
            "captured_at_ms": edit.at_ms,
            "clock_offset_ms": 0,
            **({"command": edit.command} if edit.command else {}),
        }
        return {"n": self.n, "hash": change_hash(canonical(change)), **change}


@dataclass(frozen=True, slots=True)
class OpenConflict:
    """A conflict as the pushing phone was told of it. Shape: side is {replica, n} of the change that opened it."""

    id: str
    seq: int
    side: dict[str, Any]


@dataclass(slots=True)
class Seen:
    """What the server had answered so far. Shape: `created` record → seq of its create; `conflicts` by record."""

    created: dict[str, int] = field(default_factory=dict)
    conflicts: dict[str, OpenConflict] = field(default_factory=dict)

    def base(self, edit: Edit) -> int:
        """The number of the feed on which the form was opened."""
        if edit.action == "settle":
            return self.conflicts[edit.record].seq
        return self.created[edit.record] if edit.seen else 0

    def learn(self, phone: Phone, edits: Sequence[Edit], outcomes: Answers) -> None:
        """The answers to these edits are known."""
        for edit, outcome in zip(edits, outcomes, strict=True):
            if edit.action == "create":
                self.created[edit.record] = outcome["seq"]
            if outcome["outcome"] == "conflict":
                side = {"replica": phone.id, "n": outcome["n"]}
                self.conflicts[edit.record] = OpenConflict(outcome["conflicts"][0], outcome["seq"], side)
