"""Lists in and rows in, one statement each, on both databases."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, TextClause, text

from server.store.database import is_sqlite


@lru_cache(maxsize=512)
def sql(statement: str) -> TextClause:
    """The statement, parsed once; for those that run with every request."""
    return text(statement)


def among(connection: Connection, column: str, name: str) -> str:
    """The condition that a column has one of the values bound with `listed`."""
    return (
        f"{column} IN (SELECT value FROM json_each(:{name}))" if is_sqlite(connection) else f"{column} = ANY(:{name})"
    )


def listed(connection: Connection, values: Iterable[str]) -> Any:
    """A list of texts as the parameter that `among` takes."""
    return json.dumps(list(values)) if is_sqlite(connection) else list(values)


def insert_rows(
    connection: Connection,
    table: str,
    columns: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
    update_on: Sequence[str] = (),
) -> None:
    """All rows are in the table, in one statement; with `update_on` (its key) existing ones take the new values.

    Shape:  `columns` name → SQL type (text, bigint, boolean). To PostgreSQL one JSON text carries all rows (a quarter
            less CPU than `executemany`); SQLite, which is no way off, takes them as they are for half of that.
    """
    if not rows:
        return
    into, known = f"INSERT INTO {table} ({', '.join(columns)})", _on_conflict(columns, update_on)
    if is_sqlite(connection):
        values = f"VALUES ({', '.join('?' * len(columns))})"
        connection.exec_driver_sql(f"{into} {values}{known}", [tuple(row[name] for name in columns) for row in rows])
        return
    connection.execute(sql(f"{into} {_recordset(columns)}{known}"), {"rows": _json(rows)})


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""As it is: escaped, a Chinese text is twice as long, and PostgreSQL takes a third longer over it."""


def _on_conflict(columns: Iterable[str], update_on: Sequence[str]) -> str:
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in update_on)
    return f" ON CONFLICT ({', '.join(update_on)}) DO UPDATE SET {updates}" if update_on else ""


def _recordset(columns: Mapping[str, str]) -> str:
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    names = ", ".join(f"r.{name}" for name in columns)
    return f"SELECT {names} FROM json_to_recordset(CAST(:rows AS json)) AS r({typed})"
