"""The tables of a meeting and its rounds up to the box: columns and constraints, no behaviour.

Near a slip stands no time, account, replica or serial number: a column there would say whose it is.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Base
from server.store.tables import ID

SLUG = String(32)


class MeetingRow(Base):
    """What of a meeting is not for everybody: the code that is shown in the hall."""

    __tablename__ = "meetings"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    hall_code: Mapped[str] = mapped_column(String(12))


class EvaluatorRollRow(Base):
    """One evaluator of a meeting; frozen once a round is issued, but for his attendance."""

    __tablename__ = "evaluator_roll"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    meeting_id: Mapped[str] = mapped_column(ID, primary_key=True)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    ord: Mapped[int] = mapped_column(BigInteger)
    account_id: Mapped[str | None] = mapped_column(ID)
    name: Mapped[str] = mapped_column(Text)  # sealed
    group_slug: Mapped[str] = mapped_column(SLUG)
    recusals: Mapped[str] = mapped_column(Text)  # JSON list of subjects
    status: Mapped[str] = mapped_column(String(12))

    __table_args__ = (Index("evaluator_roll_account", "township_id", "meeting_id", "account_id", unique=True),)


class RoundKeyRow(Base):
    """The signing key of one place; gone when the box is opened or the round is void."""

    __tablename__ = "round_keys"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    round_id: Mapped[str] = mapped_column(ID, primary_key=True)
    subject_id: Mapped[str] = mapped_column(ID, primary_key=True)
    group_slug: Mapped[str] = mapped_column(SLUG, primary_key=True)
    n: Mapped[str] = mapped_column(Text)  # base64 of the modulus
    p: Mapped[str] = mapped_column(Text)  # hex, sealed
    q: Mapped[str] = mapped_column(Text)  # hex, sealed


class IssuanceRow(Base):
    """An evaluator has handed in for a subject, or holds a paper form; never which slip."""

    __tablename__ = "issuances"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    round_id: Mapped[str] = mapped_column(ID, primary_key=True)
    roll_id: Mapped[str] = mapped_column(ID, primary_key=True)
    subject_id: Mapped[str] = mapped_column(ID, primary_key=True)
    channel: Mapped[str] = mapped_column(String(1))  # e | p
    request_hash: Mapped[str | None] = mapped_column(String(64))
    form_no: Mapped[int | None] = mapped_column(BigInteger)
    posting_window: Mapped[int | None] = mapped_column(BigInteger)


class SlipRow(Base):
    """One anonymous sealed slip. On SQLite without row numbers, which would keep the order of arrival."""

    __tablename__ = "slips"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    round_id: Mapped[str] = mapped_column(ID, primary_key=True)
    slip_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject_id: Mapped[str] = mapped_column(ID)
    group_slug: Mapped[str] = mapped_column(SLUG)
    slip: Mapped[bytes] = mapped_column(LargeBinary)
    late: Mapped[bool] = mapped_column(Boolean)

    __table_args__ = ({"sqlite_with_rowid": False},)


class RefusedSlipRow(Base):
    """How many slips of a place were refused for one reason; subject and group are empty where none was right."""

    __tablename__ = "refused_slips"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    round_id: Mapped[str] = mapped_column(ID, primary_key=True)
    subject_id: Mapped[str] = mapped_column(ID, primary_key=True)
    group_slug: Mapped[str] = mapped_column(SLUG, primary_key=True)
    reason: Mapped[str] = mapped_column(String(40), primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class PaperFormRow(Base):
    """One numbered form: issued, spoiled or collected; its number never stands with a grade."""

    __tablename__ = "paper_forms"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    round_id: Mapped[str] = mapped_column(ID, primary_key=True)
    form_no: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    group_slug: Mapped[str] = mapped_column(SLUG, server_default="")  # whose pile
    state: Mapped[str] = mapped_column(String(12))


class PostingWindowRow(Base):
    """How far a group's posting windows are full; it never goes back."""

    __tablename__ = "posting_windows"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    round_id: Mapped[str] = mapped_column(ID, primary_key=True)
    group_slug: Mapped[str] = mapped_column(SLUG, primary_key=True)
    full_to: Mapped[int] = mapped_column(BigInteger)


class HubRow(Base):
    """A round is, or was, with a laptop in the hall."""

    __tablename__ = "hubs"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    round_id: Mapped[str] = mapped_column(ID, primary_key=True)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    state: Mapped[str] = mapped_column(String(8))  # away | back | lost; at the hub itself here | closed
    laptop: Mapped[str | None] = mapped_column(ID)


class PaperTallyRow(Base):
    """What one clerk counted on the paper forms of one place."""

    __tablename__ = "paper_tallies"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    round_id: Mapped[str] = mapped_column(ID, primary_key=True)
    entry: Mapped[str] = mapped_column(String(1), primary_key=True)  # a | b
    subject_id: Mapped[str] = mapped_column(ID, primary_key=True)
    group_slug: Mapped[str] = mapped_column(SLUG, primary_key=True)
    clerk: Mapped[str] = mapped_column(ID)
    good: Mapped[int] = mapped_column(BigInteger)
    fairly_good: Mapped[int] = mapped_column(BigInteger)
    average: Mapped[int] = mapped_column(BigInteger)
    poor: Mapped[int] = mapped_column(BigInteger)
    abstain: Mapped[int] = mapped_column(BigInteger)
    invalid: Mapped[int] = mapped_column(BigInteger)
