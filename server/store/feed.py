"""The feed in order: rows of some scopes after a number, as the texts they are stored in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from server.store.bulk import among, listed, sql
from server.store.database import is_sqlite
from server.store.records import readable_fields
from server.store.sealing import MARK

FEED_ROLE = "zoufang_feed"
ROWS_AT_A_TIME = 1_000
_ROW = "seq, kind, id, scope, fields, deleted, created_by, created_at_ms, updated_by, updated_at_ms"


class OpenedRow(NamedTuple):
    """A row whose fields lay sealed, with the columns of any other; no fields where nobody can open them."""

    seq: int
    kind: str
    id: str
    scope: str
    fields: str | None
    deleted: bool
    created_by: str
    created_at_ms: int
    updated_by: str
    updated_at_ms: int


FeedRow = Row[Any] | OpenedRow


def behind_the_wall(connection: Connection, township_id: str, scopes: Sequence[str]) -> None:
    """Until this transaction ends it reads as a role that PostgreSQL itself shows nothing but these scopes (L15)."""
    if is_sqlite(connection):
        return
    connection.execute(
        sql(
            "SELECT set_config('zoufang.township', :township, true), set_config('zoufang.scopes', :scopes, true), "
            "set_config('role', :role, true)"
        ),
        {"township": township_id, "scopes": json.dumps(list(scopes)), "role": FEED_ROLE},
    )


def rows_after(
    connection: Connection, township_id: str, scopes: Sequence[str], after: int, until: int, limit: int, live: bool
) -> Sequence[FeedRow]:
    """Up to `limit` records with after < seq ≤ until, in order; with `live`, deleted ones are left out."""
    condition = among(connection, "scope", "scopes")
    alive = " AND NOT deleted" if live else ""
    rows = connection.execute(
        sql(
            f"SELECT {_ROW} FROM records WHERE township_id = :township AND seq > :after AND seq <= :until "
            f"AND {condition}{alive} ORDER BY seq LIMIT :limit"
        ),
        _bound(connection, township_id, scopes, after, until, limit),
    ).all()
    return [_opened(township_id, row) if row.fields.startswith(MARK) else row for row in rows]


def departures_after(
    connection: Connection, township_id: str, scopes: Sequence[str], after: int, until: int, limit: int
) -> Sequence[Row[Any]]:
    """Up to `limit` records that left one of the scopes with after < seq ≤ until, in order: (seq, record, scope)."""
    condition = among(connection, "scope", "scopes")
    return connection.execute(
        sql(
            "SELECT seq, record, scope FROM departures WHERE township_id = :township AND seq > :after "
            f"AND seq <= :until AND {condition} ORDER BY seq LIMIT :limit"
        ),
        _bound(connection, township_id, scopes, after, until, limit),
    ).all()


def live_rows(connection: Connection, township_id: str, scopes: Sequence[str]) -> Iterable[Row[Any]]:
    """(scope, id, seq) of every record that is not deleted, read one by one: a township may be large."""
    condition = among(connection, "scope", "scopes")
    return connection.execute(
        sql(f"SELECT scope, id, seq FROM records WHERE township_id = :township AND {condition} AND NOT deleted"),
        {"township": township_id, "scopes": listed(connection, scopes)},
        execution_options={"yield_per": ROWS_AT_A_TIME},
    )


def _opened(township_id: str, row: Row[Any]) -> OpenedRow:
    opened = OpenedRow._make(row)
    return opened._replace(fields=readable_fields(township_id, opened.id, row.fields))


def _bound(
    connection: Connection, township_id: str, scopes: Sequence[str], after: int, until: int, limit: int
) -> dict[str, Any]:
    return {
        "township": township_id,
        "scopes": listed(connection, scopes),
        "after": after,
        "until": until,
        "limit": limit,
    }
