"""The wall between townships: on PostgreSQL whoever writes sees and touches the rows of one township only."""

from __future__ import annotations

from sqlalchemy import Connection

from server.store.bulk import sql
from server.store.database import is_sqlite

WRITER_ROLE = "zoufang_writer"


def of_one_township(connection: Connection, township_id: str) -> None:
    """Until this transaction ends PostgreSQL itself shows it no row of another township, and takes none."""
    if is_sqlite(connection):
        return
    connection.execute(
        sql("SELECT set_config('zoufang.township', :township, true), set_config('role', :role, true)"),
        {"township": township_id, "role": WRITER_ROLE},
    )
