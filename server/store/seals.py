"""Sealed texts that nobody can open: damaged at rest, moved to another row, or sealed with another key."""

from __future__ import annotations

from sqlalchemy import Connection, text

from server.store.sealing import MARK, SealBroken, plain_text

_AT_A_TIME = 500
_PLACES = {
    ("records", "fields"): ("id", ("id",)),
    ("changes", "canonical"): ("record", ("replica_id", "n")),
    ("changes", "patch"): ("record", ("replica_id", "n")),
    ("quarantined_changes", "payload"): ("record", ("replica_id", "n")),
    ("evaluator_roll", "name"): ("id", ("meeting_id", "id")),
    ("round_keys", "p"): ("round_id", ("round_id", "subject_id", "group_slug")),
    ("round_keys", "q"): ("round_id", ("round_id", "subject_id", "group_slug")),
}
"""Table and column of every sealed text: the column that names the record, and those that name the row in its seal."""


def broken_seals(connection: Connection, township_id: str) -> list[str]:
    """The records whose sealed texts cannot be opened, each with the table it lies in; no content."""
    return sorted({fault for place in _PLACES for fault in _broken_in(connection, township_id, *place)})


def _broken_in(connection: Connection, township_id: str, table: str, column: str) -> list[str]:
    record, key = _PLACES[table, column]
    found = connection.execute(
        text(
            f"SELECT {', '.join(key)}, {record} AS about, {column} AS content FROM {table} "
            f"WHERE township_id = :township AND {column} LIKE '{MARK}%'"
        ),
        {"township": township_id},
        execution_options={"yield_per": _AT_A_TIME},
    )
    return [
        f"{row.about} in {table}"
        for row in found
        if not _opens(township_id, (table, *(str(getattr(row, one)) for one in key), column), row.content)
    ]


def _opens(township_id: str, label: tuple[str, ...], content: str) -> bool:
    try:
        plain_text(township_id, label, content)
    except SealBroken:
        return False
    return True
