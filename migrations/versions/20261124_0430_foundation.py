"""The feed, its guard, people and their replicas, the night shift's list.

Revision ID: 20261124_0430
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261124_0430"
down_revision = None
branch_labels = None
depends_on = None

ID = sa.String(36)


def upgrade() -> None:
    _feed()
    _history()
    _people()
    _night_shift()
    guard = SQLITE_GUARD if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARD
    for statement in guard:
        op.execute(sa.text(statement))


def _text(name: str, kind: sa.types.TypeEngine | None = None, *, null: bool = False) -> sa.Column:
    return sa.Column(name, kind if kind is not None else sa.Text(), nullable=null)


def _int(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=null)


def _key(*names: str) -> list[sa.Column]:
    """Primary key columns: texts, but for the counters."""
    kinds = {"n": sa.BigInteger(), "seq": sa.BigInteger(), "key": sa.String(200)}
    return [sa.Column(name, kinds.get(name, ID), primary_key=True, autoincrement=False) for name in names]


def _feed() -> None:
    op.create_table(
        "townships",
        *_key("id"),
        _text("name"),
        _text("region_code", sa.String(12)),
        _text("time_zone", sa.String(40)),
        _text("is_demo", sa.Boolean()),
        _text("epoch", sa.String(36)),
        _text("settings"),
        _int("created_at_ms"),
    )
    op.create_table("sync_heads", *_key("township_id"), _int("seq"))
    op.create_table(
        "records",
        *_key("township_id", "id"),
        _text("kind", sa.String(40)),
        _text("scope", sa.String(80)),
        _int("seq"),
        _text("fields"),
        _text("field_seqs"),
        _text("deleted", sa.Boolean()),
        _text("parent", ID, null=True),
        _text("created_by", sa.String(80)),
        _int("created_at_ms"),
        _text("updated_by", sa.String(80)),
        _int("updated_at_ms"),
    )
    op.create_index("records_feed", "records", ["township_id", "seq"], unique=True, postgresql_include=["scope"])
    op.create_index("records_parent", "records", ["township_id", "parent"])
    op.create_index("records_kind", "records", ["township_id", "kind"])
    op.create_table("departures", *_key("township_id", "seq"), _text("scope", sa.String(80)), _text("record", ID))


def _history() -> None:
    op.create_table(
        "changes",
        *_key("township_id", "replica_id", "n"),
        _text("change_id", ID, null=True),
        _text("hash", sa.String(24)),
        _int("schema_version"),
        _text("record", ID, null=True),
        _text("kind", null=True),
        _text("action", sa.String(10), null=True),
        _int("base"),
        _text("group_id", ID, null=True),
        _int("captured_at_ms"),
        _int("received_at_ms"),
        _text("canonical", null=True),
        _text("patch", null=True),
        _text("outcome", sa.String(12)),
        _int("seq", null=True),
        _text("more", null=True),
    )
    op.create_index("changes_id", "changes", ["township_id", "change_id"], unique=True)
    op.create_index("changes_record", "changes", ["township_id", "record"])
    op.create_table("renumbered", *_key("township_id", "replica_id", "n"), _text("change_id", ID))
    op.create_table(
        "quarantined_changes",
        *_key("township_id", "replica_id", "n"),
        _text("account_id", ID),
        _text("change_id", ID, null=True),
        _text("record", ID, null=True),
        _text("kind", null=True),
        _text("group_id", ID, null=True),
        _text("slug", sa.String(40)),
        _text("detail"),
        _text("payload"),
        _text("status", sa.String(10)),
        _int("created_at_ms"),
        _int("decided_at_ms", null=True),
        _text("decided_by", sa.String(80), null=True),
        _text("reason", null=True),
        _text("outcome", sa.String(12), null=True),
    )
    op.create_index("quarantined_waiting", "quarantined_changes", ["township_id", "record"])
    op.create_index("quarantined_status", "quarantined_changes", ["township_id", "status"])


def _people() -> None:
    op.create_table(
        "replicas",
        *_key("id"),
        _text("township_id", ID),
        _text("account_id", ID),
        _text("label"),
        _text("platform"),
        _int("schema_version"),
        _text("continues", ID, null=True),
        _text("token_hash", sa.String(64)),
        _text("drop_token_hash", sa.String(64)),
        _int("last_n"),
        _text("last_hash", sa.String(24), null=True),
        _int("cursor_seq"),
        _text("policies"),
        _int("created_at_ms"),
        _int("lease_until_ms"),
        _int("last_contact_ms"),
        _int("revoked_at_ms", null=True),
        _text("app_version", null=True),
        _text("storage", null=True),
        _int("pending", null=True),
        _int("clock_offset_ms", null=True),
    )
    op.create_index("replicas_token", "replicas", ["token_hash"], unique=True)
    op.create_index("replicas_account", "replicas", ["township_id", "account_id"])
    op.create_table("accounts", *_key("township_id", "id"), _text("person_id", ID, null=True), _int("created_at_ms"))
    op.create_index("accounts_person", "accounts", ["township_id", "person_id"])
    op.create_table(
        "role_assignments",
        *_key("township_id", "id"),
        _text("account_id", ID),
        _text("role", sa.String(40)),
        _text("village_id", ID, null=True),
        _int("from_ms"),
        _int("to_ms", null=True),
    )
    op.create_index("role_assignments_account", "role_assignments", ["township_id", "account_id"])
    op.create_table(
        "invitations",
        *_key("township_id", "id"),
        _text("selector", sa.String(5)),
        _text("secret_hash", sa.String(64)),
        _text("account_id", ID),
        _text("role", sa.String(40)),
        _text("village_id", ID, null=True),
        _int("tries_left"),
        _int("created_at_ms"),
        _int("expires_at_ms"),
        _text("used_by", ID, null=True),
    )
    op.create_index("invitations_selector", "invitations", ["selector"], unique=True)
    op.create_table("recovery_keys", *_key("township_id", "id"), _text("public_key"), _int("created_at_ms"))


def _night_shift() -> None:
    op.create_table(
        "effects",
        *_key("township_id", "id"),
        _text("kind", sa.String(40)),
        _text("payload"),
        _int("created_at_ms"),
        _int("due_at_ms"),
        _int("tries"),
        _int("done_at_ms", null=True),
        _text("error", null=True),
    )
    op.create_index("effects_due", "effects", ["done_at_ms", "due_at_ms"])
    op.create_table(
        "deliveries",
        *_key("township_id", "key"),
        _text("kind", sa.String(20)),
        _text("account_id", ID),
        _text("period", sa.String(40)),
        _text("outcome", sa.String(40)),
        _text("record_id", ID, null=True),
        _int("delivered_at_ms"),
    )
    op.create_table(
        "audit_events",
        *_key("township_id", "n"),
        _int("at_ms"),
        _text("account", sa.String(80)),
        _text("event", sa.String(40)),
        _text("detail"),
        _text("hash", sa.String(64)),
    )


# The guard: a write to records whose seq did not grow, or lies above the head, would stay invisible to every phone.
SQLITE_GUARD = (
    """
    CREATE TRIGGER records_guard_insert BEFORE INSERT ON records
    WHEN NEW.seq <= COALESCE((SELECT seq FROM records WHERE township_id = NEW.township_id AND id = NEW.id), 0)
      OR NEW.seq > COALESCE((SELECT seq FROM sync_heads WHERE township_id = NEW.township_id), 0)
    BEGIN SELECT RAISE(ABORT, 'records guard: seq must grow and may not pass the head'); END
    """,
    """
    CREATE TRIGGER records_guard_update BEFORE UPDATE ON records
    WHEN NEW.seq <= OLD.seq OR NEW.township_id <> OLD.township_id OR NEW.id <> OLD.id
      OR NEW.seq > COALESCE((SELECT seq FROM sync_heads WHERE township_id = NEW.township_id), 0)
    BEGIN SELECT RAISE(ABORT, 'records guard: seq must grow and may not pass the head'); END
    """,
    """
    CREATE TRIGGER records_guard_delete BEFORE DELETE ON records
    BEGIN SELECT RAISE(ABORT, 'records guard: a record is never removed'); END
    """,
)
POSTGRES_GUARD = (
    """
    CREATE FUNCTION records_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP IN ('DELETE', 'TRUNCATE') THEN
        RAISE EXCEPTION 'records guard: a record is never removed';
      END IF;
      IF TG_OP = 'UPDATE' AND (NEW.seq <= OLD.seq OR NEW.township_id <> OLD.township_id OR NEW.id <> OLD.id)
        OR NEW.seq < 1
        OR NEW.seq > COALESCE((SELECT seq FROM sync_heads WHERE township_id = NEW.township_id), 0) THEN
        RAISE EXCEPTION 'records guard: seq must grow and may not pass the head';
      END IF;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER records_guard BEFORE INSERT OR UPDATE OR DELETE ON records
    FOR EACH ROW EXECUTE FUNCTION records_guard()
    """,
    """
    CREATE TRIGGER records_guard_truncate BEFORE TRUNCATE ON records
    FOR EACH STATEMENT EXECUTE FUNCTION records_guard()
    """,
)
