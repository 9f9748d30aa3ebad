"""Servers and phones as numbers: equal states are one state, and what a step leads to is worked out once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from server.domain.records import Record
from tests.model.families import EDITS, is_possible
from tests.model.laws import broken_between, broken_on_server, broken_order
from tests.model.phone import Own, Phone
from tests.model.server import Server, Stored
from tests.model.sync import fetch, push

State = tuple[int, int, int, int, int, int]
"""(server, three phones, edits done as base-3 digits and who is in the middle of one, answers that may be lost)."""
Broken = tuple[str, ...]


class Space:
    """The states met so far. Shape: `servers` and `phones` by number; a step's result is kept for ever."""

    def __init__(self) -> None:
        self.servers: list[Server] = []
        self.phones: list[Phone] = []
        self._server_of: dict[Any, int] = {}
        self._phone_of: dict[Any, int] = {}
        self._record_of: dict[Any, int] = {}
        self._seen: dict[int, tuple[Record, int]] = {}
        self._steps: dict[tuple[Any, ...], Any] = {}

    @property
    def size(self) -> int:
        """How many steps are remembered."""
        return len(self._steps)

    def server(self, server: Server) -> int:
        """The number of this server state."""
        key = self._server_key(server)
        if key not in self._server_of:
            self._server_of[key] = len(self.servers)
            self.servers.append(server)
        return self._server_of[key]

    def phone(self, phone: Phone) -> int:
        """The number of this phone state."""
        key = self._phone_key(phone)
        if key not in self._phone_of:
            self._phone_of[key] = len(self.phones)
            self.phones.append(phone)
        return self._phone_of[key]

    def edited(self, phone: int, edit: str) -> int:
        """The phone after an edit; the same where there is nothing to edit."""
        return self._once(("edit", phone, edit), lambda: self._edit(phone, edit))

    def pushed(self, server: int, phone: int, fate: str) -> tuple[int, int, Broken]:
        """Server and phone after a push of the whole outbox."""
        return self._once((fate, server, phone), lambda: self._push(server, phone, fate))

    def pulled(self, server: int, phone: int) -> tuple[int, int]:
        """Server and phone after a pull that brought everything."""
        return self._once(("pull", server, phone), lambda: self._pull(server, phone))

    def waits(self, phone: int) -> bool:
        """Whether the phone has anything to push."""
        return self._once(("waits", phone), lambda: bool(self.phones[phone].waiting()))

    def rested(self, server: int, phone: int) -> Broken:
        """What is broken once this phone has pulled."""
        return self._once(("rested", server, phone), lambda: self._rest(server, phone))

    def broken(self, state: State) -> Broken:
        """Every law that does not hold in this state."""
        server, *phones = state[:4]
        found = self._once(("server", server), lambda: tuple(broken_on_server(self.servers[server])))
        for phone in phones:
            found += self._once(("between", server, phone), partial(self._between, server, phone))
        for pair in ((0, 1), (0, 2), (1, 2)):
            one, other = (phones[at] for at in pair)
            found += self._once(("order", server, one, other), partial(self._order, server, one, other))
        return found

    def _once(self, key: tuple[Any, ...], work: Callable[[], Any]) -> Any:
        if key not in self._steps:
            self._steps[key] = work()
        return self._steps[key]

    def _edit(self, number: int, edit: str) -> int:
        phone = self.phones[number].copy()
        wish = EDITS[edit](phone)
        if wish is None or not is_possible(phone, wish):
            return number
        phone.save(wish)
        return self.phone(phone)

    def _push(self, at: int, number: int, fate: str) -> tuple[int, int, Broken]:
        server, phone = self.servers[at].copy(), self.phones[number].copy()
        before = len(phone.waiting())
        push(phone, server, fate, 20)
        stuck = fate == "well" and len(phone.waiting()) == before
        broken = (f"L6: {phone.install} pushes and is not answered",) if stuck else ()
        return self.server(server), self.phone(phone), broken

    def _pull(self, at: int, number: int) -> tuple[int, int]:
        server, phone = self.servers[at].copy(), self.phones[number].copy()
        fetch(phone, server, "well", 500)
        return self.server(server), self.phone(phone)

    def _rest(self, at: int, number: int) -> Broken:
        server, phone = self.servers[at].copy(), self.phones[number].copy()
        fetch(phone, server, "well", 500)
        return tuple(broken_between(server, phone))

    def _between(self, server: int, phone: int) -> Broken:
        return tuple(broken_between(self.servers[server], self.phones[phone]))

    def _order(self, server: int, one: int, other: int) -> Broken:
        return tuple(broken_order(self.servers[server], (self.phones[one], self.phones[other])))

    def _server_key(self, server: Server) -> Any:
        numbers = tuple((name, tuple(map(_stored_key, rows))) for name, rows in server.numbers.items())
        return (
            server.head,
            frozenset(map(self._record, server.records.values())),
            server.departures,
            numbers,
            frozenset((at, one.slug, one.status) for at, one in server.held.items()),
            frozenset(server.account.entries),
            frozenset(server.account.writes.items()),
            server.broken,
            server.secret_key(),
        )

    def _phone_key(self, phone: Phone) -> Any:
        return (
            phone.install,
            (phone.n, phone.saved, phone.acked, phone.seq, phone.pulled, phone.cursor, phone.todo),
            frozenset(self._record(row.record) for row in phone.rows.values()),
            tuple(map(_own_key, phone.own)),
        )

    def _record(self, record: Record) -> int:
        """The number of a row's content; rows are values, so each object is looked at once."""
        known = self._seen.get(id(record))
        if known is None:
            content = (
                record.id, record.seq, record.scope, record.deleted, record.parent,
                frozen(record.fields), frozenset(record.field_seqs.items()),
            )  # fmt: skip
            known = self._seen[id(record)] = (record, self._record_of.setdefault(content, len(self._record_of)))
        return known[1]


def frozen(value: Any) -> Any:
    """A JSON value as something that can be a key."""
    if isinstance(value, Mapping):
        return tuple(sorted((name, frozen(one)) for name, one in value.items()))
    return tuple(map(frozen, value)) if isinstance(value, list | tuple) else value


def _own_key(own: Own) -> Any:
    change = own.change
    outcome = own.outcome and (own.outcome.outcome, own.outcome.seq)
    return own.gen, own.n, change.record, change.action, change.base, frozen(change.fields), _shown(own), outcome


def _shown(own: Own | Stored) -> Any:
    return frozenset(own.shown.items())


def _stored_key(stored: Stored) -> Any:
    item = stored.item
    base, fields = getattr(item, "base", 0), frozen(getattr(item, "fields", {}))
    verdict = stored.verdict
    return item.change, item.n, base, fields, verdict.outcome, verdict.seq, verdict.conflicts
