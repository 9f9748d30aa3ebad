"""The office's desk: who invited whom and when it was used, a lost enrolment asked for again, passwords and step-up.

Revision ID: 20261124_0800
Revises: 20261124_0755
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261124_0800"
down_revision = "20261124_0755"
branch_labels = None
depends_on = None

ID = sa.String(36)


def upgrade() -> None:
    op.add_column("replicas", sa.Column("enrolment_hash", sa.String(64)))
    op.add_column("replicas", sa.Column("proved_at_ms", sa.BigInteger()))
    op.add_column("invitations", sa.Column("used_at_ms", sa.BigInteger()))
    op.add_column("invitations", sa.Column("invited_by", ID))
    op.add_column("invitations", sa.Column("withdrawn_at_ms", sa.BigInteger()))
    op.add_column("quarantined_changes", sa.Column("corrected", sa.Text()))
    op.create_table(
        "passwords",
        sa.Column("township_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("login", sa.String(40), nullable=False),
        sa.Column("login_key", sa.String(120), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("set_at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("township_id", "account_id"),
    )
    op.create_index("passwords_login", "passwords", ["login_key"], unique=True)
