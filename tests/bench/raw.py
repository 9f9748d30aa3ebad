"""The same rows by the bare driver in the same database: the limit of this machine."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from typing import Any

import psycopg

from server.store.records import COLUMNS
from tests.bench.server import Bench

NAMES = ", ".join(COLUMNS)
TABLE = (
    "CREATE TABLE bare_records (township_id text, id text, kind text, scope text, seq bigint, fields text, "
    "field_seqs text, deleted boolean, parent text, created_by text, created_at_ms bigint, updated_by text, "
    "updated_at_ms bigint, PRIMARY KEY (township_id, id))"
)
ROWS = 8_000


def inserts_per_s(bench: Bench, batch: int) -> float:
    """Rows of `records` a second that `executemany` writes in transactions of `batch`, into a table with a key only."""
    mark = "?" if bench.database == "sqlite" else "%s"
    statement = f"INSERT INTO bare_records ({NAMES}) VALUES ({', '.join([mark] * len(COLUMNS))})"
    with closing(connection_to(bench)) as connection:
        cursor = connection.cursor()
        rows = cursor.execute(f"SELECT {NAMES} FROM records WHERE kind = 'visit' LIMIT {ROWS}").fetchall()
        cursor.execute(TABLE)
        connection.commit()
        began = time.perf_counter()
        for start in range(0, len(rows), batch):
            cursor.executemany(statement, rows[start : start + batch])
            connection.commit()
        seconds = time.perf_counter() - began
        cursor.execute("DROP TABLE bare_records")
        connection.commit()
    return len(rows) / seconds


def selects_per_s(bench: Bench) -> float:
    """Rows a second that one SELECT of the stored texts brings into this process."""
    with closing(connection_to(bench)) as connection:
        cursor = connection.cursor()
        began = time.perf_counter()
        rows: Sequence[Any] = cursor.execute("SELECT fields FROM records ORDER BY seq").fetchall()
        return len(rows) / (time.perf_counter() - began)


def connection_to(bench: Bench) -> Any:
    """A connection of the bare driver, durable as the product's are."""
    url = bench.server.database_url
    if bench.database == "sqlite":
        connection = sqlite3.connect(url.removeprefix("sqlite:///"))
        connection.execute("PRAGMA synchronous=FULL")
        return connection
    return psycopg.connect(url.replace("postgresql+psycopg", "postgresql"))
