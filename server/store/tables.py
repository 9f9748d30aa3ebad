"""The tables of the feed: columns and constraints, no behaviour; every key starts with the township or is global."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Base

ID = String(36)


class TownshipRow(Base):
    """One tenant: the unit of locking, of partitioning and of sharding."""

    __tablename__ = "townships"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    region_code: Mapped[str] = mapped_column(String(12))
    time_zone: Mapped[str] = mapped_column(String(40))
    is_demo: Mapped[bool] = mapped_column(Boolean)
    epoch: Mapped[str] = mapped_column(String(36))
    settings: Mapped[str] = mapped_column(Text)
    created_at_ms: Mapped[int] = mapped_column(BigInteger)


class SyncHeadRow(Base):
    """The last number given out in a township; every writer locks this row first (L4)."""

    __tablename__ = "sync_heads"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)


class RecordRow(Base):
    """One record as it stands; a trigger refuses a write whose seq did not grow up to the head (L4)."""

    __tablename__ = "records"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    scope: Mapped[str] = mapped_column(String(80))
    seq: Mapped[int] = mapped_column(BigInteger)
    fields: Mapped[str] = mapped_column(Text)
    field_seqs: Mapped[str] = mapped_column(Text)
    deleted: Mapped[bool] = mapped_column(Boolean)
    parent: Mapped[str | None] = mapped_column(ID)
    created_by: Mapped[str] = mapped_column(String(80))
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    updated_by: Mapped[str] = mapped_column(String(80))
    updated_at_ms: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        Index("records_feed", "township_id", "seq", unique=True, postgresql_include=["scope"]),
        Index("records_parent", "township_id", "parent"),
        Index("records_kind", "township_id", "kind"),
    )


class ChangeRow(Base):
    """One change as it was received, with what became of it. Append-only: the history of every record (L4, L6)."""

    __tablename__ = "changes"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    replica_id: Mapped[str] = mapped_column(ID, primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger, primary_key=True)  # the database, not the code, stops duplicates (L5)
    change_id: Mapped[str | None] = mapped_column(ID)
    hash: Mapped[str] = mapped_column(String(24))
    schema_version: Mapped[int] = mapped_column(BigInteger)
    record: Mapped[str | None] = mapped_column(ID)
    kind: Mapped[str | None] = mapped_column(Text)
    action: Mapped[str | None] = mapped_column(String(10))
    base: Mapped[int] = mapped_column(BigInteger)
    group_id: Mapped[str | None] = mapped_column(ID)
    captured_at_ms: Mapped[int] = mapped_column(BigInteger)  # device clock; shown, never compared (L14)
    received_at_ms: Mapped[int] = mapped_column(BigInteger)
    canonical: Mapped[str | None] = mapped_column(Text)  # as sent, without n and hash; None if it could not be read
    patch: Mapped[str | None] = mapped_column(Text)  # the flat fields, where they differ from the canonical ones
    outcome: Mapped[str] = mapped_column(String(12))
    seq: Mapped[int | None] = mapped_column(BigInteger)
    more: Mapped[str | None] = mapped_column(Text)  # the rest of the outcome as JSON, so that it comes again verbatim

    __table_args__ = (
        Index("changes_id", "township_id", "change_id", unique=True),
        Index("changes_record", "township_id", "record"),
    )


class RenumberedRow(Base):
    """A known change that came again under another number: its stored outcome is that of `change_id`."""

    __tablename__ = "renumbered"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    replica_id: Mapped[str] = mapped_column(ID, primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    change_id: Mapped[str] = mapped_column(ID)


class DepartureRow(Base):
    """A record left this scope."""

    __tablename__ = "departures"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    scope: Mapped[str] = mapped_column(String(80))
    record: Mapped[str] = mapped_column(ID)


class QuarantinedRow(Base):
    """A change the server keeps and may not apply: held, then released (by itself too) or rejected."""

    __tablename__ = "quarantined_changes"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    replica_id: Mapped[str] = mapped_column(ID, primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    account_id: Mapped[str] = mapped_column(ID)
    change_id: Mapped[str | None] = mapped_column(ID)
    record: Mapped[str | None] = mapped_column(ID)
    kind: Mapped[str | None] = mapped_column(Text)
    group_id: Mapped[str | None] = mapped_column(ID)
    slug: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text)
    payload: Mapped[str] = mapped_column(Text)  # ASCII JSON: keeps lone surrogates and NUL on both databases
    status: Mapped[str] = mapped_column(String(10))
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    decided_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    decided_by: Mapped[str | None] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Text)
    outcome: Mapped[str | None] = mapped_column(String(12))
    corrected: Mapped[str | None] = mapped_column(Text)  # JSON list: names of the fields the office put right

    __table_args__ = (
        Index("quarantined_waiting", "township_id", "record"),
        Index("quarantined_status", "township_id", "status"),
    )


class SealingKeyRow(Base):
    """Which key this database is sealed with: its id, never the key; one row, of the installation (slot 1)."""

    __tablename__ = "sealing_keys"
    slot: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(8))
    all_sealed_at_ms: Mapped[int | None] = mapped_column(BigInteger)  # since when nothing of before the key lies open
