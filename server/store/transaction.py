"""One writing turn of one township: its head row is locked first, everything is saved together or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, text

from server.domain.judging.verdicts import Departure, Effect
from server.domain.problems import Problem
from server.domain.records import Record
from server.domain.replicas import Tenant
from server.store.bulk import insert_rows
from server.store.database import writing
from server.store.effects import insert_effects
from server.store.records import load_family, save_records
from server.store.townships import load_tenant
from server.store.wall import of_one_township


@dataclass(slots=True)
class Transaction:
    """What a command may do while it holds the township's head.

    Shape:  `head` is the last number given out; `save` moves it.
    """

    connection: Connection
    tenant: Tenant
    head: int

    @property
    def township_id(self) -> str:
        return self.tenant.id

    def load_records(self, ids: Iterable[str]) -> dict[str, Record]:
        """These records with their children and conflicts."""
        return load_family(self.connection, self.township_id, set(ids))

    def save(self, records: Iterable[Record], departures: Iterable[Departure], head: int) -> None:
        """The records stand as given, the departures are in the feed, the head is `head`."""
        save_records(self.connection, self.township_id, records, head)
        columns = {"township_id": "text", "seq": "bigint", "scope": "text", "record": "text"}
        rows = [
            {"township_id": self.township_id, "seq": gone.seq, "scope": gone.scope, "record": gone.record}
            for gone in departures
        ]
        insert_rows(self.connection, "departures", columns, rows)
        self.head = head

    def add_effects(self, effects: Iterable[Effect], now_ms: int) -> None:
        """The night shift finds this work once the transaction is committed, and never otherwise."""
        insert_effects(self.connection, self.township_id, effects, now_ms)

    def save_settings(self, settings: dict[str, object]) -> None:
        """The township's machinery settings (gaps, durable_seq) are these."""
        self.connection.execute(
            text("UPDATE townships SET settings = :settings WHERE id = :township"),
            {"settings": json.dumps(settings), "township": self.township_id},
        )


@contextmanager
def transaction(township_id: str) -> Iterator[Transaction]:
    """A writing turn; committed at the end, rolled back on any exception.

    Laws:   L4 (PostgreSQL sequences are not commit-ordered; the locked head row is)
    Raises: not-found, busy, storage-full
    """
    with writing() as connection:
        tenant = load_tenant(connection, township_id, lock=True)
        if tenant is None:
            raise Problem("not-found", "there is no such township")
        of_one_township(connection, township_id)
        yield Transaction(connection, tenant, tenant.head)


@contextmanager
def writing_in(township_id: str) -> Iterator[Connection]:
    """A write of one township that has no number in the feed and needs no turn: its head row is not locked.

    Raises: busy, storage-full
    """
    with writing() as connection:
        of_one_township(connection, township_id)
        yield connection
