"""The tables of what phones hand in sealed, and of the keys they ask back: columns and constraints, no behaviour."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Base
from server.store.tables import ID


class ParcelRow(Base):
    """Sealed bytes a replica handed in with its drop token, as they came; nobody here can read them. Never deleted."""

    __tablename__ = "parcels"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    replica_id: Mapped[str] = mapped_column(ID, primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)  # of the body: the same parcel twice is one
    body: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    changes: Mapped[int] = mapped_column(BigInteger)
    notes: Mapped[int] = mapped_column(BigInteger)  # drafts and captures
    received_at_ms: Mapped[int] = mapped_column(BigInteger)
    opened_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    opened_by: Mapped[str | None] = mapped_column(String(80))


class StandInRow(Base):
    """A replica of the server's own that speaks for one whose numbers no longer fit."""

    __tablename__ = "stand_ins"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    replica_id: Mapped[str] = mapped_column(ID, primary_key=True)
    stand_in: Mapped[str] = mapped_column(ID)


class RecoveryRow(Base):
    """A phone whose passphrase is forgotten asks for its data key; the answer is sealed to the phone alone."""

    __tablename__ = "recoveries"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    replica_id: Mapped[str] = mapped_column(ID)
    vault: Mapped[str] = mapped_column(ID)
    wrap: Mapped[str] = mapped_column(Text)  # the data key, for the recovery key: {epk, iv, ct}
    public_key: Mapped[str] = mapped_column(Text)  # the phone's, made for this one request
    asked_at_ms: Mapped[int] = mapped_column(BigInteger)
    answer: Mapped[str | None] = mapped_column(Text)  # the data key, for the phone: {epk, iv, ct}
    answered_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    answered_by: Mapped[str | None] = mapped_column(String(80))

    __table_args__ = (Index("recoveries_replica", "township_id", "replica_id"),)
