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

    Shape:  `columns` name → SQL type (text, bigint, boolean). One JSON text carries all rows: measured 27k rows/s
            against 11.7k with `insertmanyvalues`.
    """
    if not rows:
        return
    names = ", ".join(columns)
    statement = f"INSERT INTO {table} ({names}) {_recordset(connection, columns)}"
    if update_on:
        updates = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in update_on)
        statement += f" ON CONFLICT ({', '.join(update_on)}) DO UPDATE SET {updates}"
    connection.execute(sql(statement), {"rows": _json(rows)})


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""As it is: escaped, a Chinese text is twice as long, and PostgreSQL takes a third longer over it."""


def _recordset(connection: Connection, columns: Mapping[str, str]) -> str:
    if is_sqlite(connection):
        values = ", ".join(f"r.value ->> '$.{name}'" for name in columns)
        return f"SELECT {values} FROM json_each(:rows) AS r WHERE true"
    typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    names = ", ".join(f"r.{name}" for name in columns)
    return f"SELECT {names} FROM json_to_recordset(CAST(:rows AS json)) AS r({typed})"
