"""Brings a database to the newest revision, and says whether the guard of the feed is in its place."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from server.store.database import is_sqlite

MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"


class GuardMissing(RuntimeError):
    """The trigger that keeps the feed append-only is not there; the system does not start on such a database (L4)."""


def upgrade(url: str, revision: str = "head") -> None:
    """The database has every revision (up to the named one); running it again changes nothing."""
    from alembic import command  # eleven megabytes that the web server does without
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, revision)


def is_newest(url: str) -> bool:
    """The database has every revision already; found out without loading Alembic."""
    engine = create_engine(url, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError:
        return False  # no database, no tables: `upgrade` makes them, or says what is wrong
    finally:
        engine.dispose()
    return bool(found == newest_revision())


def newest_revision() -> str:
    """The revision this program expects; a file of a revision begins with its number."""
    return max(path.name for path in (MIGRATIONS / "versions").glob("2*.py"))[: len("YYYYMMDD_HHMM")]


def assert_guard(connection: Connection) -> None:
    """The guard triggers of `records` exist.

    Raises: GuardMissing
    """
    if is_sqlite(connection):
        rows = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'records'")
        )
        wanted = {"records_guard_insert", "records_guard_update", "records_guard_delete"}
    else:
        rows = connection.execute(
            text(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass('records') AND NOT tgisinternal "
                "AND tgenabled IN ('O', 'A')"
            )
        )
        wanted = {"records_guard", "records_guard_truncate"}
    missing = wanted - {row[0] for row in rows}
    if missing:
        raise GuardMissing(f"triggers missing on records: {', '.join(sorted(missing))}; run the migrations")
