"""A meeting, its roll, its rounds and what comes of them.

Revision ID: 20261124_1640
Revises: 20261124_1300
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261124_1640"
down_revision = "20261124_1300"
branch_labels = None
depends_on = None

ID, SLUG = sa.String(36), sa.String(32)
PLACE = ("subject_id", "group_slug")


def upgrade() -> None:
    _meeting()
    _round()
    _box()
    _paper()
    _board()


def _meeting() -> None:
    _table("meetings", _ids("id"), [_text("hall_code", 12)])
    row = [
        _whole("ord"),
        sa.Column("account_id", ID),
        sa.Column("name", sa.Text(), nullable=False),
        _text("group_slug", 32),
        sa.Column("recusals", sa.Text(), nullable=False),
        _text("status", 12),
    ]
    _table("evaluator_roll", _ids("meeting_id", "id"), row)
    account = ["township_id", "meeting_id", "account_id"]
    op.create_index("evaluator_roll_account", "evaluator_roll", account, unique=True)


def _round() -> None:
    keys = [sa.Column(name, sa.Text(), nullable=False) for name in ("n", "p", "q")]
    _table("round_keys", [*_ids("round_id"), *_place()], keys)
    issued = [
        _text("channel", 1),
        sa.Column("request_hash", sa.String(64)),
        sa.Column("form_no", sa.BigInteger()),
        sa.Column("posting_window", sa.BigInteger()),
    ]
    _table("issuances", _ids("round_id", "roll_id", "subject_id"), issued)
    book = [
        sa.Column("tally_key", sa.String(88)),
        sa.Column("key_holder", ID),
        sa.Column("head", sa.String(64)),
        sa.Column("marks", sa.Text()),
        sa.Column("counts", sa.Text()),
    ]
    _table("round_books", _ids("round_id"), book)


def _box() -> None:
    slip = [
        *_place(),
        sa.Column("slip", sa.LargeBinary(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
    ]
    key = [*_ids("round_id"), _text("slip_hash", 64)]
    _table("slips", key, slip, sqlite_with_rowid=False)
    _table("refused_slips", [*_ids("round_id"), *_place(), _text("reason", 40)], [_whole("count")])


def _paper() -> None:
    _table("paper_forms", [*_ids("round_id"), _whole("form_no")], [_text("state", 12)])
    counts = [_whole(name) for name in ("good", "fairly_good", "average", "poor", "abstain", "invalid")]
    key = [*_ids("round_id"), _text("entry", 1), *_place()]
    _table("paper_tallies", key, [sa.Column("clerk", ID, nullable=False), *counts])


def _board() -> None:
    entry = [*_place(), *(_text(name, 64) for name in ("slip_hash", "key", "link")), _text("outcome", 12)]
    _table("board_entries", [*_ids("round_id"), _whole("at")], entry)
    signed = [*_ids("round_id"), _text("what", 16), sa.Column("account_id", ID, nullable=False)]
    _table("signatures", signed, [])
    result = [
        sa.Column("suggested", sa.String(12)),
        sa.Column("decided", sa.String(12)),
        sa.Column("reason", sa.Text()),
        sa.Column("minute_ref", sa.Text()),
    ]
    _table("results", _ids("round_id", "subject_id"), result)


def _table(name: str, key: list[sa.Column], rest: list[sa.Column], **how: bool) -> None:
    columns = [sa.Column("township_id", ID, nullable=False), *key, *rest]
    op.create_table(name, *columns, sa.PrimaryKeyConstraint("township_id", *(one.name for one in key)), **how)


def _ids(*names: str) -> list[sa.Column]:
    return [sa.Column(name, ID, nullable=False) for name in names]


def _place() -> list[sa.Column]:
    return [sa.Column("subject_id", ID, nullable=False), sa.Column("group_slug", SLUG, nullable=False)]


def _text(name: str, most: int) -> sa.Column:
    return sa.Column(name, sa.String(most), nullable=False)


def _whole(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=False)
