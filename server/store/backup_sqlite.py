"""SQLite in and out of a backup: the online backup interface copies one moment while writers go on."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from sqlalchemy.engine import make_url

MEMBER = "database.sqlite3"


@dataclass(frozen=True, slots=True)
class Dumped:
    """What was in the dumped moment.

    Shape:  `townships` by id {name, seq, epoch}; `rows` per table.
    """

    revision: str
    townships: Mapping[str, Mapping[str, Any]]
    rows: Mapping[str, int]


TOWNSHIPS = (
    "SELECT t.id, t.name, h.seq, t.epoch FROM townships t JOIN sync_heads h ON h.township_id = t.id ORDER BY t.id"
)


def dump(url: str, out: ZipFile, folder: Path) -> Dumped:
    """The archive holds the database as one file."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".dump-") as scratch:
        copy = Path(scratch) / MEMBER
        source, target = sqlite3.connect(path_of(url)), sqlite3.connect(copy)
        try:
            source.backup(target, pages=-1)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, no companions
            dumped = Dumped(
                target.execute("SELECT version_num FROM alembic_version").fetchone()[0],
                {row[0]: {"name": row[1], "seq": row[2], "epoch": row[3]} for row in target.execute(TOWNSHIPS)},
                _rows(target),
            )
        finally:
            source.close()
            target.close()
        out.write(copy, MEMBER)
    return dumped


def faults(packed: ZipFile, rows: Mapping[str, int], scratch: Path) -> list[str]:
    """What is wrong with the packed database: SQLite's own check, and tables whose rows are not as many as noted."""
    copy = Path(packed.extract(MEMBER, scratch))
    connection = sqlite3.connect(f"file:{copy}?mode=ro&immutable=1", uri=True)
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        counted = _rows(connection)
    except sqlite3.DatabaseError as error:
        return [str(error)]
    finally:
        connection.close()
    wrong = [f"{table}: {counted.get(table)} rows, not {n}" for table, n in rows.items() if counted.get(table) != n]
    return wrong if found == ["ok"] else [*found, *wrong]


def load(url: str, packed: ZipFile) -> None:
    """The database file is the packed one; there was none before."""
    target = path_of(url)
    (Path(packed.extract(MEMBER, target.parent))).replace(target)


def path_of(url: str) -> Path:
    return Path(str(make_url(url).database)).resolve()


def _rows(connection: sqlite3.Connection) -> dict[str, int]:
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
