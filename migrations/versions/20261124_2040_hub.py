"""Which laptop in the hall a round is with.

Revision ID: 20261124_2040
Revises: 20261124_1700
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261124_2040"
down_revision = "20261124_1700"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hubs",
        sa.Column("township_id", sa.String(36), nullable=False),
        sa.Column("round_id", sa.String(36), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("laptop", sa.String(36), nullable=True),
        sa.PrimaryKeyConstraint("township_id", "round_id", "id"),
    )
