"""PostgreSQL in and out of a backup: COPY of every table out of one snapshot; no client program has to be there."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from server.store.backup_sqlite import TOWNSHIPS, Dumped

FOLDER = "tables/"
SORTED = {"slips": "slip_hash", "issuances": "roll_id, subject_id"}
"""Tables whose order of arrival would tell who handed in when; a backup has them in another (L12)."""


def dump(url: str, out: ZipFile, _folder: Path) -> Dumped:
    """The archive holds every table as PostgreSQL's own text format, all of one moment."""
    with psycopg.connect(libpq(url)) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        rows = {table: _dump_table(connection, table, out) for table in _tables(connection)}
        revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        townships = {row[0]: {"name": row[1], "seq": row[2], "epoch": row[3]} for row in connection.execute(TOWNSHIPS)}
    return Dumped(str(revision[0]) if revision else "", townships, rows)


def faults(packed: ZipFile, rows: Mapping[str, int], _scratch: Path) -> list[str]:
    """Tables whose rows are not as many as noted (the text format has one line a row)."""
    counted = {table: _lines(packed, FOLDER + table) for table in rows}
    return [f"{table}: {counted[table]} rows, not {n}" for table, n in rows.items() if counted[table] != n]


def load(url: str, packed: ZipFile) -> None:
    """The freshly migrated database holds every packed row; the heads come first, since the guard looks at them."""
    names = [name for name in packed.namelist() if name.startswith(FOLDER)]
    with psycopg.connect(libpq(url)) as connection:
        connection.execute("DELETE FROM alembic_version")
        for name in sorted(names, key=lambda name: (name == f"{FOLDER}records", name)):
            copy = sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name.removeprefix(FOLDER)))
            with packed.open(name) as member, connection.cursor().copy(copy) as target:
                shutil.copyfileobj(member, target, 1 << 20)


def others_connected(url: str) -> int:
    """How many other sessions use this database: a running system has some."""
    with psycopg.connect(libpq(url)) as connection:
        found = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        ).fetchone()
    return int(found[0]) if found else 0


def set_aside(url: str, name: str) -> None:
    """Everything there is has moved to the schema `name`; `public` is empty."""
    _run(url, "ALTER SCHEMA public RENAME TO {name}", "CREATE SCHEMA public", name=name)


def take_back(url: str, name: str) -> None:
    """What was set aside is in its place again."""
    _run(url, "DROP SCHEMA public CASCADE", "ALTER SCHEMA {name} RENAME TO public", name=name)


def libpq(url: str) -> str:
    """The address in the form PostgreSQL's own library takes."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def _run(url: str, *statements: str, name: str) -> None:
    with psycopg.connect(libpq(url)) as connection:
        for statement in statements:
            connection.execute(sql.SQL(statement).format(name=sql.Identifier(name)))


def _tables(connection: psycopg.Connection[Any]) -> list[str]:
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    return [str(row[0]) for row in found]


def _dump_table(connection: psycopg.Connection[Any], table: str, out: ZipFile) -> int:
    statement = sql.SQL("COPY {} TO STDOUT")
    if table in SORTED:
        statement = sql.SQL(f"COPY (SELECT * FROM {{}} ORDER BY round_id, {SORTED[table]}) TO STDOUT")
    copy = statement.format(sql.Identifier(table))
    cursor = connection.cursor()
    with cursor.copy(copy) as rows, out.open(FOLDER + table, "w", force_zip64=True) as member:
        for piece in rows:
            member.write(piece)
    return cursor.rowcount


def _lines(packed: ZipFile, name: str) -> int:
    with packed.open(name) as member:
        return sum(piece.count(b"\n") for piece in iter(lambda: member.read(1 << 20), b""))
