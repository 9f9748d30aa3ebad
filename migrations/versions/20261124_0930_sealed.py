"""What phones hand in sealed, stand-ins for those whose numbers no longer fit, and requests of forgotten passphrases.

Revision ID: 20261124_0930
Revises: 20261124_0900
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261124_0930"
down_revision = "20261124_0900"
branch_labels = None
depends_on = None

ID = sa.String(36)


def upgrade() -> None:
    op.create_table(
        "parcels",
        sa.Column("township_id", ID, nullable=False),
        sa.Column("replica_id", ID, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.BigInteger(), nullable=False),
        sa.Column("notes", sa.BigInteger(), nullable=False),
        sa.Column("received_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("opened_at_ms", sa.BigInteger()),
        sa.Column("opened_by", sa.String(80)),
        sa.PrimaryKeyConstraint("township_id", "replica_id", "hash"),
    )
    op.create_table(
        "stand_ins",
        sa.Column("township_id", ID, nullable=False),
        sa.Column("replica_id", ID, nullable=False),
        sa.Column("stand_in", ID, nullable=False),
        sa.PrimaryKeyConstraint("township_id", "replica_id"),
    )
    op.create_table(
        "recoveries",
        sa.Column("township_id", ID, nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("replica_id", ID, nullable=False),
        sa.Column("vault", ID, nullable=False),
        sa.Column("wrap", sa.Text(), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("asked_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_at_ms", sa.BigInteger()),
        sa.Column("answered_by", sa.String(80)),
        sa.PrimaryKeyConstraint("township_id", "id"),
    )
    op.create_index("recoveries_replica", "recoveries", ["township_id", "replica_id"])
    op.create_index("replicas_drop_token", "replicas", ["drop_token_hash"])
