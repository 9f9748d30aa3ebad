"""Passkeys of desks, and the questions to them that were answered.

Revision ID: 20261124_1300
Revises: 20261124_0930
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261124_1300"
down_revision = "20261124_0930"
branch_labels = None
depends_on = None

ID = sa.String(36)


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("township_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("replica_id", ID, nullable=False),
        sa.Column("site", sa.String(253), nullable=False),
        sa.Column("credential", sa.String(1400), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(40), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("last_used_at_ms", sa.BigInteger()),
        sa.PrimaryKeyConstraint("township_id", "id"),
    )
    op.create_index("passkeys_credential", "passkeys", ["township_id", "credential"], unique=True)
    op.create_index("passkeys_account", "passkeys", ["township_id", "account_id"])
    op.create_table(
        "spent_challenges",
        sa.Column("township_id", ID, nullable=False),
        sa.Column("challenge", sa.String(64), nullable=False),
        sa.Column("expires_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("township_id", "challenge"),
    )
