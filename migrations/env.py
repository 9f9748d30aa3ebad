"""Alembic's way in: DATABASE_URL, or the address that server/store/migrate.py hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.engine import Engine

from server.settings import Settings

LOCK = 7_061_992
"""Advisory lock of PostgreSQL: two processes that start together migrate one after the other."""


def run() -> None:
    url = context.config.attributes.get("url") or Settings.from_environment().database()
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        _begin_at_once(engine)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            context.configure(connection=connection, transactional_ddl=True)
            with context.begin_transaction():
                context.run_migrations()
            if engine.dialect.name == "postgresql":
                _wall(connection)
    finally:
        engine.dispose()


def _wall(connection: Connection) -> None:
    """A table that a revision has just made is behind the townships' wall like the others."""
    if connection.execute(text("SELECT to_regprocedure('wall_townships()')")).scalar():
        connection.execute(text("SELECT wall_townships()"))


def _begin_at_once(engine: Engine) -> None:
    """pysqlite commits before DDL unless we begin ourselves; a half-made schema would be the result."""

    @event.listens_for(engine, "connect")
    def _connect(connection, _record):
        connection.isolation_level = None
        connection.execute("PRAGMA busy_timeout=30000")

    @event.listens_for(engine, "begin")
    def _begin(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


run()
