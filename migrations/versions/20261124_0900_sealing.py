"""Which key the database is sealed with; what was written before is sealed by `zoufang prepare`, or `zoufang seal`.

Revision ID: 20261124_0900
Revises: 20261124_0800
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261124_0900"
down_revision = "20261124_0800"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sealing_keys",
        sa.Column("slot", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("id", sa.String(8), nullable=False),
        sa.Column("all_sealed_at_ms", sa.BigInteger(), nullable=True),
    )
