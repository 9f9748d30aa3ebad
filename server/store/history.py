"""The history of a record as it lies in the tables: its changes, the choices in its conflicts, where it was before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from server.store.bulk import among, listed, sql
from server.store.changes import StoredChange, load_about


@dataclass(frozen=True, slots=True)
class Told:
    """A change with who sent it and what the desk made of it.

    Shape:  `released_at_ms` and `released_as` only where it was in quarantine and is not any more.
    """

    change: StoredChange
    account: str
    label: str
    released_at_ms: int | None
    released_as: str | None


def load_told(connection: Connection, township_id: str, records: Collection[str]) -> list[Told]:
    """Every change about these records."""
    changes = load_about(connection, township_id, records)
    replicas = _replicas(connection, township_id, {change.replica_id for change in changes})
    released = _released(connection, township_id, records)
    return [
        Told(change, *replicas.get(change.replica_id, ("", "")), *released.get(_key(change), (None, None)))
        for change in changes
    ]


def load_departures_of(connection: Connection, township_id: str, record: str) -> list[tuple[int, str]]:
    """(seq, scope) of every scope that the record has left."""
    found = connection.execute(
        sql("SELECT seq, scope FROM departures WHERE township_id = :township AND record = :record"),
        {"township": township_id, "record": record},
    )
    return [(row.seq, row.scope) for row in found]


def _key(change: StoredChange) -> tuple[str, int]:
    return change.replica_id, change.n


def _replicas(connection: Connection, township_id: str, ids: Collection[str]) -> dict[str, tuple[str, str]]:
    if not ids:
        return {}
    found = connection.execute(
        sql(
            "SELECT id, account_id, label FROM replicas WHERE township_id = :township "
            f"AND {among(connection, 'id', 'ids')}"
        ),
        {"township": township_id, "ids": listed(connection, ids)},
    )
    return {row.id: (row.account_id, row.label) for row in found}


def _released(
    connection: Connection, township_id: str, records: Collection[str]
) -> dict[tuple[str, int], tuple[int | None, str | None]]:
    found = connection.execute(
        sql(
            "SELECT replica_id, n, decided_at_ms, outcome FROM quarantined_changes WHERE township_id = :township "
            f"AND status = 'released' AND {among(connection, 'record', 'records')}"
        ),
        {"township": township_id, "records": listed(connection, records)},
    )
    return {(row.replica_id, row.n): (row.decided_at_ms, row.outcome) for row in found}
