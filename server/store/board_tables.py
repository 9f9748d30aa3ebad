"""The tables of a round from its tally key on: books, board, signatures, results; no behaviour."""

from __future__ import annotations

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.ballot_tables import SLUG
from server.store.database import Base
from server.store.tables import ID


class RoundBookRow(Base):
    """What of a round is kept beside its record."""

    __tablename__ = "round_books"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    round_id: Mapped[str] = mapped_column(ID, primary_key=True)
    tally_key: Mapped[str | None] = mapped_column(String(88))  # base64 of the public point
    key_holder: Mapped[str | None] = mapped_column(ID)  # the scrutineer's account
    head: Mapped[str | None] = mapped_column(String(64))
    marks: Mapped[str | None] = mapped_column(Text)  # JSON
    counts: Mapped[str | None] = mapped_column(Text)  # JSON, what the scrutineers sign


class BoardEntryRow(Base):
    """One opened slip in its place on the board."""

    __tablename__ = "board_entries"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    round_id: Mapped[str] = mapped_column(ID, primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    subject_id: Mapped[str] = mapped_column(ID)
    group_slug: Mapped[str] = mapped_column(SLUG)
    slip_hash: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(64))
    link: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(12))


class SignatureRow(Base):
    """A scrutineer has signed the reconciliation or the tally."""

    __tablename__ = "signatures"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    round_id: Mapped[str] = mapped_column(ID, primary_key=True)
    what: Mapped[str] = mapped_column(String(16), primary_key=True)
    account_id: Mapped[str] = mapped_column(ID, primary_key=True)


class ResultRow(Base):
    """One subject's grade: as the count suggests it, and as the committee decided it."""

    __tablename__ = "results"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    round_id: Mapped[str] = mapped_column(ID, primary_key=True)
    subject_id: Mapped[str] = mapped_column(ID, primary_key=True)
    suggested: Mapped[str | None] = mapped_column(String(12))
    decided: Mapped[str | None] = mapped_column(String(12))
    reason: Mapped[str | None] = mapped_column(Text)
    minute_ref: Mapped[str | None] = mapped_column(Text)
