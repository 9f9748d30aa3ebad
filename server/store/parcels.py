"""Parcels: the sealed bytes that phones hand in, kept as they came."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel. Shape: `hash` SHA-256 of `body` in hex; `changes` and `notes` count its sealed rows."""

    replica_id: str
    hash: str
    body: str
    changes: int
    notes: int
    received_at_ms: int
    opened_at_ms: int | None = None
    opened_by: str | None = None


_NAMES = "replica_id, hash, body, changes, notes, received_at_ms, opened_at_ms, opened_by"


def insert_parcel(connection: Connection, township_id: str, parcel: Parcel) -> bool:
    """The parcel is kept; False where the same one was there already."""
    done = connection.execute(
        text(
            "INSERT INTO parcels (township_id, replica_id, hash, body, size_bytes, changes, notes, received_at_ms) "
            "VALUES (:township, :replica, :hash, :body, :size, :changes, :notes, :received) ON CONFLICT DO NOTHING"
        ),
        {
            "township": township_id,
            "replica": parcel.replica_id,
            "hash": parcel.hash,
            "body": parcel.body,
            "size": len(parcel.body),
            "changes": parcel.changes,
            "notes": parcel.notes,
            "received": parcel.received_at_ms,
        },
    )
    return bool(done.rowcount)


def kept_bytes(connection: Connection, township_id: str, replica_id: str) -> int:
    """How much a replica has handed in."""
    found = connection.execute(
        text(
            "SELECT COALESCE(sum(size_bytes), 0) FROM parcels WHERE township_id = :township AND replica_id = :replica"
        ),
        {"township": township_id, "replica": replica_id},
    )
    return int(found.scalar_one())


def has_parcel(connection: Connection, township_id: str, replica_id: str, parcel_hash: str) -> bool:
    """Whether this very parcel is kept already."""
    found = connection.execute(
        text("SELECT 1 FROM parcels WHERE township_id = :township AND replica_id = :replica AND hash = :hash"),
        {"township": township_id, "replica": replica_id, "hash": parcel_hash},
    )
    return found.first() is not None


def load_parcels(connection: Connection, township_id: str, unopened: bool = False) -> list[Parcel]:
    """The township's parcels in the order they came."""
    only = " AND opened_at_ms IS NULL" if unopened else ""
    found = connection.execute(
        text(
            f"SELECT {_NAMES} FROM parcels WHERE township_id = :township{only} "
            "ORDER BY received_at_ms, replica_id, changes DESC, hash"
        ),
        {"township": township_id},
    )
    return [Parcel(*row) for row in found]


def mark_opened(connection: Connection, township_id: str, parcel: Parcel, by: str, now_ms: int) -> None:
    """The parcel was opened; the first time counts."""
    connection.execute(
        text(
            "UPDATE parcels SET opened_at_ms = :now, opened_by = :by WHERE township_id = :township "
            "AND replica_id = :replica AND hash = :hash AND opened_at_ms IS NULL"
        ),
        {
            "now": now_ms, "by": by, "township": township_id, "replica": parcel.replica_id, "hash": parcel.hash,
        },
    )  # fmt: skip


def load_stand_in(connection: Connection, township_id: str, replica_id: str) -> str | None:
    """The replica that speaks for this one, if there is one."""
    found: str | None = connection.execute(
        text("SELECT stand_in FROM stand_ins WHERE township_id = :township AND replica_id = :replica"),
        {"township": township_id, "replica": replica_id},
    ).scalar()
    return found


def insert_stand_in(connection: Connection, township_id: str, replica_id: str, stand_in: str) -> None:
    """From now on `stand_in` speaks for the replica."""
    connection.execute(
        text("INSERT INTO stand_ins (township_id, replica_id, stand_in) VALUES (:township, :replica, :stand_in)"),
        {"township": township_id, "replica": replica_id, "stand_in": stand_in},
    )
