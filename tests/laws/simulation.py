"""Phones and a server in memory: each phone has a mirror, an outbox and an overlay, and keeps the protocol's rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from server.domain.ids import derived_id
from server.domain.judging.verdicts import Verdict
from server.domain.permissions import Actor, Role, scopes_of
from server.domain.records import Change, Record, Refused
from server.domain.sums import scope_sums
from tests.laws.ledger import Ledger
from tests.laws.town import OTHER_VILLAGE, SECRETARY, TOWN, VILLAGE, Phone, Town

DEPUTY = Actor("acc-deputy", "person-deputy", (Role("committee_secretary"),))
ACTORS = (("a1", SECRETARY), ("a2", SECRETARY), ("b", DEPUTY))


class Server:
    """The town, every stored outcome, and what waits for a record that has not come."""

    def __init__(self) -> None:
        self.town, self.ledger = Town(), Ledger()
        self.stored: dict[str, list[Verdict]] = {name: [] for name, _actor in ACTORS}
        self.waiting: dict[tuple[str, int], tuple[Change, Actor]] = {}
        self.released: dict[tuple[str, int], Verdict] = {}

    def push(self, name: str, actor: Actor, changes: list[Change]) -> list[Verdict]:
        """The stored outcomes of what was seen, fresh ones for the rest; a gap is refused as a whole."""
        seen = self.stored[name]
        assert [change.n for change in changes] == list(range(changes[0].n, changes[0].n + len(changes)))
        assert changes[0].n <= len(seen) + 1, "a phone never leaves a gap"
        fresh = [change for change in changes if change.n > len(seen)]
        if fresh:
            before = dict(self.town.records)
            judged = self.town.push(actor, fresh, list(self.waiting.values()))
            done = [*judged.verdicts, *judged.released]
            seen += [verdict for _item, verdict in judged.verdicts]
            self.ledger.note(self.town, before, done)
            self._keep_waiting(actor, done)
            self.released |= {(change.replica, change.n): verdict for change, verdict in judged.released}
        return [seen[change.n - 1] for change in changes]

    def _keep_waiting(self, actor: Actor, done: Iterable[tuple[Change | Refused, Verdict]]) -> None:
        for change, verdict in done:
            assert isinstance(change, Change)
            waits = verdict.problem is not None and verdict.problem.slug == "depends-on"
            self.waiting.pop((change.replica, change.n), None)
            if waits:
                self.waiting[(change.replica, change.n)] = (change, actor)

    def rows(self, scopes: frozenset[str], after: int) -> list[tuple[int, Record | tuple[str, str]]]:
        """What a phone that holds these scopes has not seen, in the order of the feed."""
        rows: list[tuple[int, Record | tuple[str, str]]] = [
            (row.seq, row) for row in self.town.records.values() if row.scope in scopes and row.seq > after
        ]
        rows += [(gone.seq, (gone.record, gone.scope)) for gone in self.town.departures if gone.scope in scopes]
        return sorted((row for row in rows if row[0] > after), key=lambda row: row[0])


class Replica:
    """One phone. Everything here survives a crash, because everything here was written before it was shown."""

    def __init__(self, server: Server, name: str, actor: Actor) -> None:
        self.server, self.name, self.actor, self.phone = server, name, actor, Phone(name)
        self.scopes = scopes_of(actor, TOWN, (VILLAGE, OTHER_VILLAGE))
        self.mirror: dict[str, Record] = {}
        self.cursor = self.acked = 0
        self.outbox: list[Change] = []
        self.overlay: list[Change] = []
        self.outcomes: dict[int, Verdict] = {}
        self.edited: set[str] = set()

    def save(self, record: str, action: str, fields: dict[str, Any], parts: Iterable[str], **more: Any) -> None:
        """One edit: its base is the mirror's seq, but for parts with an own edit not yet in the mirror (5.4)."""
        if action == "create" and record in self.edited:
            return  # nobody edits a thing first and makes it afterwards
        self.edited.add(record)
        touched = set(parts)
        frozen = [one.base for one in self.overlay if one.record == record and touched & set(_parts(one))]
        change = self.phone.change(record, action, fields, base=min([*frozen, self.cursor]), **more)
        self.outbox.append(change)
        self.overlay.append(change)

    def push(self, count: int, fate: str) -> None:
        """A request that may be lost on its way, or whose answer may be, or that goes twice."""
        batch = self.outbox[:count]
        if not batch or fate == "lost":
            return
        verdicts = self.server.push(self.name, self.actor, batch)
        if fate == "twice":
            assert self.server.push(self.name, self.actor, batch) == verdicts
        if fate != "unheard":
            self.outcomes |= {verdict.n: verdict for verdict in verdicts}
            self.outbox = self.outbox[len(batch) :]

    def pull(self, page: int) -> bool:
        """One page, applied together with the cursor. Shape: whether there is more."""
        rows = self.server.rows(self.scopes, self.cursor)
        more = len(rows) > page
        for seq, row in rows[:page]:
            self.cursor = seq
            if isinstance(row, Record):
                self.mirror[row.id] = row
            elif row[0] in self.mirror and self.mirror[row[0]].scope == row[1]:
                del self.mirror[row[0]]
        if not more:
            self.cursor = self.server.town.head
        self.acked = len(self.server.stored[self.name])
        self.overlay = [change for change in self.overlay if not self._is_in_mirror(change)]
        return more

    def _is_in_mirror(self, change: Change) -> bool:
        verdict = self.outcomes.get(change.n)
        return verdict is not None and self.acked >= change.n and (verdict.seq is None or self.cursor >= verdict.seq)

    def sums(self) -> dict[str, dict[str, int | str]]:
        """The phone's half of a receipt."""
        return {scope: _sum(self.mirror.values(), scope) for scope in self.scopes}

    def server_sums(self) -> dict[str, dict[str, int | str]]:
        """The server's half."""
        return {scope: _sum(self.server.town.records.values(), scope) for scope in self.scopes}


def _sum(records: Iterable[Record], scope: str) -> dict[str, int | str]:
    live = ((scope, derived_id(row.id), row.seq) for row in records if row.scope == scope and not row.deleted)
    return scope_sums([scope], live)[scope]


def _parts(change: Change) -> list[str]:
    if change.action in ("delete", "restore"):
        return ["deleted"]
    if change.action == "settle":
        return ["value"]
    if change.action in ("add", "remove"):
        return [f"companions/{one}" for one in change.fields["companions"]]
    return [*change.fields, *(["state"] if change.action == "command" else [])]
