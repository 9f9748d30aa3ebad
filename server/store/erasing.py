"""The one audited erasure: the history says no longer what was taken back; hashes and outcomes stay."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from typing import Any

from sqlalchemy import Connection, text

from server.domain.canonical import canonical
from server.store.bulk import among, listed
from server.store.sealing import MARK, SealBroken, plain_text, sealed_text

Emptied = Callable[[Any], Any]
"""A change as JSON in, the same without what was taken back out."""


def erase_texts(
    connection: Connection, township_id: str, records: Collection[str], change: Emptied, payload: Emptied
) -> int:
    """Every change about these records, and every quarantined copy of one, is emptied; how many were not before.

    Laws:   L5 (hash, number and outcome stay: what is pushed again gets the answer it got)
    """
    history = _erase(connection, township_id, records, "changes", "canonical", change)
    return history + _erase(connection, township_id, records, "quarantined_changes", "payload", payload)


def _erase(
    connection: Connection, township_id: str, records: Collection[str], table: str, column: str, emptied: Emptied
) -> int:
    rows = connection.execute(
        text(
            f"SELECT replica_id, n, {column} AS content FROM {table} WHERE township_id = :township "
            f"AND {column} IS NOT NULL AND {among(connection, 'record', 'records')}"
        ),
        {"township": township_id, "records": listed(connection, records)},
    ).all()
    done = 0
    for row in rows:
        place = (table, row.replica_id, str(row.n), column)
        kept = _emptied_text(township_id, place, row.content, emptied)
        if kept == row.content:
            continue
        connection.execute(
            text(
                f"UPDATE {table} SET {column} = :content WHERE township_id = :township "
                "AND replica_id = :replica AND n = :n"
            ),
            {"content": kept, "township": township_id, "replica": row.replica_id, "n": row.n},
        )
        done += 1
    return done


def _emptied_text(township_id: str, place: tuple[str, ...], content: str, emptied: Emptied) -> str | None:
    """The text without what was taken back; one that nobody can open goes whole, since nobody can say what it holds."""
    table = place[0]
    try:
        before = json.loads(plain_text(township_id, place, content))
    except SealBroken:
        return None if table == "changes" else "{}"
    after = emptied(before)
    if after == before:
        return content
    written = canonical(after) if table == "changes" else json.dumps(after, separators=(",", ":"))
    return sealed_text(township_id, place, written) if content.startswith(MARK) else written
