"""How far the posting windows of a group are full, and whose pile a paper form belongs to.

Revision ID: 20261124_1700
Revises: 20261124_1640
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261124_1700"
down_revision = "20261124_1640"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("paper_forms", sa.Column("group_slug", sa.String(32), nullable=False, server_default=""))
    op.create_table(
        "posting_windows",
        sa.Column("township_id", sa.String(36), nullable=False),
        sa.Column("round_id", sa.String(36), nullable=False),
        sa.Column("group_slug", sa.String(32), nullable=False),
        sa.Column("full_to", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("township_id", "round_id", "group_slug"),
    )
