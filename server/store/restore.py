"""A database replaced by a backup: what was there is set aside first and comes back if anything fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from server.store import backup_postgres, backup_sqlite
from server.store.backup import Manifest
from server.store.database import prepare_sqlite
from server.store.migrate import upgrade
from server.store.townships import load_tenants


@contextmanager
def alone(url: str) -> Iterator[Connection]:
    """One transaction on a connection of its own that leaves nothing open behind it."""
    engine = create_engine(url, poolclass=NullPool)
    if url.startswith("sqlite"):
        prepare_sqlite(engine)
    with engine.connect() as plain:
        connection = plain.execution_options(writes=True)
        with connection.begin():
            yield connection
    engine.dispose()


def heads_reached(url: str) -> dict[str, int]:
    """The head of each township in the database that is about to go; empty where there is none or it cannot be read."""
    if url.startswith("sqlite") and not backup_sqlite.path_of(url).exists():
        return {}
    try:
        with alone(url) as connection:
            return {tenant.id: tenant.head for tenant in load_tenants(connection)}
    except DBAPIError:
        return {}


def replace_database(
    url: str, archive: Path, manifest: Manifest, aside: str, finish: Callable[[Connection], None]
) -> str:
    """The database is the archive's at this program's revision, and `finish` is done; says where the old one is kept.

    Whatever fails on the way, the old one is in its place again.
    """
    kept = set_aside(url, aside)
    try:
        with ZipFile(archive) as packed:
            if url.startswith("sqlite"):
                backup_sqlite.load(url, packed)
            else:
                upgrade(url, manifest.revision)
                backup_postgres.load(url, packed)
        upgrade(url)
        with alone(url) as connection:
            finish(connection)
    except BaseException:
        take_back(url, aside)
        raise
    return kept


def set_aside(url: str, aside: str) -> str:
    """Where the old database is from now on, in words; empty when there was none."""
    if not url.startswith("sqlite"):
        backup_postgres.set_aside(url, aside)
        return f"schema {aside}"
    files = _files(url)
    folder = backup_sqlite.path_of(url).with_name(aside)
    if files:
        folder.mkdir()
    for file in files:
        file.rename(folder / file.name)
    return str(folder) if files else ""


def take_back(url: str, aside: str) -> None:
    """What `set_aside` moved is in its place again, and nothing else."""
    if not url.startswith("sqlite"):
        return backup_postgres.take_back(url, aside)
    for half_made in _files(url):
        half_made.unlink()
    folder = backup_sqlite.path_of(url).with_name(aside)
    for file in sorted(folder.iterdir()) if folder.exists() else []:
        file.rename(backup_sqlite.path_of(url).with_name(file.name))
    if folder.exists():
        folder.rmdir()
    return None


def _files(url: str) -> list[Path]:
    """The database file and its write-ahead companions."""
    path = backup_sqlite.path_of(url)
    return [file for ending in ("", "-wal", "-shm") if (file := path.with_name(path.name + ending)).exists()]
