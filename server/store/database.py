"""The one place that opens the database: SQLite for one township, PostgreSQL for many, the same SQL above both."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase

from server.domain.problems import Problem

BUSY_S = 5
"""How long a writer waits for its township before it is told to come back."""


class Base(DeclarativeBase):
    """What the tables are declared on (server/store/tables.py); statements are plain SQL."""


db = SQLAlchemy()


def open_database(app: Flask, url: str) -> None:
    """The app (web, command line or worker) has an engine for this address; use it inside `app.app_context()`."""
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    options = _sqlite_options() if url.startswith("sqlite") else _postgres_options()
    # What a statement was given is somebody's content: no exception repeats it.
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {**options, "hide_parameters": True}
    db.init_app(app)
    if url.startswith("sqlite"):
        with app.app_context():
            prepare_sqlite(db.engine)


def is_sqlite(connection: Connection) -> bool:
    """Whether this connection speaks to SQLite; the few statements that differ ask this."""
    return connection.dialect.name == "sqlite"


def _sqlite_options() -> dict[str, Any]:
    return {"connect_args": {"timeout": BUSY_S, "check_same_thread": False}, "pool_size": 16, "max_overflow": 16}


def _postgres_options() -> dict[str, Any]:
    return {
        "pool_size": 10,
        "max_overflow": 20,
        "pool_timeout": BUSY_S,
        "connect_args": {"options": f"-c lock_timeout={BUSY_S * 1000} -c timezone=UTC"},
    }


def prepare_sqlite(engine: Engine) -> None:
    """Every connection of this engine is WAL, durable at commit, and begins as it is told."""
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    """pysqlite would begin by itself, and deferred; we say BEGIN, and say which. Erased text leaves no bytes behind."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_S * 1000}", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    """A writer takes the lock at once: a deferred transaction that upgrades later can only fail."""
    options = connection.get_execution_options()
    if not options.get("single", False):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes", False) else "BEGIN DEFERRED")


@contextmanager
def writing() -> Iterator[Connection]:
    """One read-write transaction: committed at the end, rolled back on any exception.

    Raises: busy, storage-full
    """
    with translated(), db.engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        with connection.begin():
            yield connection


@contextmanager
def reading() -> Iterator[Connection]:
    """One snapshot: everything read inside is the state of one moment; it holds no lock."""
    with translated(), db.engine.connect() as plain:
        if plain.dialect.name == "postgresql":
            plain = plain.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with plain.begin():
            yield plain


@contextmanager
def glancing() -> Iterator[Connection]:
    """For one statement that reads: it is a snapshot by itself, and saves the way to BEGIN and COMMIT and back."""
    with translated(), db.engine.connect() as plain:
        if plain.dialect.name == "postgresql":
            plain = plain.execution_options(isolation_level="AUTOCOMMIT")
        yield plain.execution_options(single=True)


@contextmanager
def translated() -> Iterator[None]:
    """What a database says when it is busy or full, as a problem; everything else stays what it is."""
    try:
        yield
    except PoolTimeout as error:
        raise Problem("busy", "every database connection is in use", retry_after_s=1) from error
    except DBAPIError as error:
        problem = _problem(error)
        if problem is None:
            raise
        raise problem from error


_FULL = {"53100", "53200"}
_BUSY = {"55P03", "40001", "40P01", "57014", "53300"}
"""PostgreSQL: lock_timeout, serialisation, deadlock, cancelled, too many connections."""


def _problem(error: DBAPIError) -> Problem | None:
    text, state = str(error.orig).lower(), getattr(error.orig, "sqlstate", None)
    if state in _FULL or "disk is full" in text:
        return Problem("storage-full", "the database has no room left")
    if isinstance(error.orig, sqlite3.Error):
        busy = "locked" in text or "busy" in text
    else:
        busy = state in _BUSY or _is_lost(error, state)
    return Problem("busy", "the database is busy", retry_after_s=1) if busy else None


def _is_lost(error: DBAPIError, state: str | None) -> bool:
    """The server went away (class 08 and 57P), or never answered, in which case there is no state at all."""
    if state is None:
        return isinstance(error, OperationalError)
    return error.connection_invalidated or state.startswith(("08", "57P"))
