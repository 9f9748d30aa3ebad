"""Content of sealed kinds that lies open: written before there was a key, or before its kind was sealed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Connection, text

from server.domain.records import Record
from server.store.bulk import among, listed
from server.store.emptied import SIGN
from server.store.records import load_family
from server.store.sealing import MARK, sealed_text

_OPEN = f"NOT LIKE '{MARK}%'"


def load_open_records(connection: Connection, township_id: str, sealed: Collection[str]) -> list[Record]:
    """Records of these kinds, and conflicts about them, that lie open; in the order of the feed."""
    found = connection.execute(
        text(
            "SELECT r.id FROM records r LEFT JOIN records p ON p.township_id = r.township_id AND p.id = r.parent "
            f"WHERE r.township_id = :township AND r.fields {_OPEN} AND r.fields NOT LIKE :emptied "
            f"AND ({among(connection, 'r.kind', 'sealed')} "
            f"OR (r.kind = 'conflict' AND {among(connection, 'p.kind', 'sealed')}))"
        ),
        {"township": township_id, "sealed": listed(connection, sealed), "emptied": f"{SIGN}%"},
    )
    ids = {str(row.id) for row in found}
    records = load_family(connection, township_id, ids)
    return sorted((records[one] for one in ids), key=lambda record: record.seq)


def as_sealed(records: Collection[Record], head: int) -> list[Record]:
    """The same records as they are to lie, each with a number of its own above the head: the feed only grows (L4)."""
    return [replace(record, sealed=True, seq=head + step) for step, record in enumerate(records, start=1)]


def seal_open_texts(
    connection: Connection, township_id: str, sealed: Collection[str], known: Collection[str]
) -> dict[str, int]:
    """History and quarantine hold nothing of these kinds, or of no known one, in the open.

    Shape:  table → rows mended
    """
    places = (("changes", "canonical"), ("changes", "patch"), ("quarantined_changes", "payload"))
    mended: dict[str, int] = {}
    for table, column in places:
        numbers = _seal_column(connection, township_id, table, column, sealed, known)
        mended[table] = max(mended.get(table, 0), numbers)
    return mended


def _seal_column(
    connection: Connection,
    township_id: str,
    table: str,
    column: str,
    sealed: Collection[str],
    known: Collection[str],
) -> int:
    rows = connection.execute(
        text(
            f"SELECT replica_id, n, {column} AS content FROM {table} WHERE township_id = :township "
            f"AND {column} {_OPEN} AND (kind IS NULL OR NOT {among(connection, 'kind', 'known')} "
            f"OR {among(connection, 'kind', 'sealed')} OR record IN ("
            "SELECT c.id FROM records c JOIN records p ON p.township_id = c.township_id AND p.id = c.parent "
            f"WHERE c.township_id = :township AND c.kind = 'conflict' AND {among(connection, 'p.kind', 'sealed')}))"
        ),
        {"township": township_id, "known": listed(connection, known), "sealed": listed(connection, sealed)},
    ).all()
    for row in rows:
        place = (table, row.replica_id, str(row.n), column)
        connection.execute(
            text(
                f"UPDATE {table} SET {column} = :content WHERE township_id = :township "
                "AND replica_id = :replica AND n = :n"
            ),
            {
                "content": sealed_text(township_id, place, row.content),
                "township": township_id,
                "replica": row.replica_id,
                "n": row.n,
            },
        )
    return len(rows)
