"""Townships: the tenants, their epochs and heads, their recovery keys."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, text

from server.domain.replicas import Tenant
from server.store.bulk import sql
from server.store.database import is_sqlite

TENANT = (
    "t.id AS township_id, t.name, t.region_code, t.time_zone, t.is_demo, t.epoch, t.settings, h.seq AS head "
    "FROM townships t JOIN sync_heads h ON h.township_id = t.id"
)


def tenant_of(row: Any) -> Tenant:
    """A row that selected TENANT, or what has its names, as a value."""
    return Tenant(
        id=row.township_id,
        name=row.name,
        region_code=row.region_code,
        time_zone=row.time_zone,
        is_demo=bool(row.is_demo),
        epoch=row.epoch,
        head=row.head,
        settings=json.loads(row.settings),
    )


def load_tenant(connection: Connection, township_id: str, lock: bool = False) -> Tenant | None:
    """The township with this id; with `lock`, it and its head are this transaction's alone, as they are now."""
    # SQLite's writers stand in line already. PostgreSQL must lock both rows: what it joins unlocked may be older.
    locked = " FOR UPDATE" if lock and not is_sqlite(connection) else ""
    row = connection.execute(sql(f"SELECT {TENANT} WHERE t.id = :id{locked}"), {"id": township_id}).one_or_none()
    return None if row is None else tenant_of(row)


def load_tenants(connection: Connection) -> list[Tenant]:
    """Every township of this database, oldest first."""
    return [tenant_of(row) for row in connection.execute(text(f"SELECT {TENANT} ORDER BY t.created_at_ms, t.id"))]


def insert_township(connection: Connection, tenant: Tenant, now_ms: int) -> None:
    """A new township with an empty feed."""
    connection.execute(
        text(
            "INSERT INTO townships (id, name, region_code, time_zone, is_demo, epoch, settings, created_at_ms) "
            "VALUES (:id, :name, :region_code, :time_zone, :is_demo, :epoch, :settings, :now)"
        ),
        {
            "id": tenant.id,
            "name": tenant.name,
            "region_code": tenant.region_code,
            "time_zone": tenant.time_zone,
            "is_demo": tenant.is_demo,
            "epoch": tenant.epoch,
            "settings": json.dumps(dict(tenant.settings)),
            "now": now_ms,
        },
    )
    connection.execute(
        text("INSERT INTO sync_heads (township_id, seq) VALUES (:id, :seq)"), {"id": tenant.id, "seq": tenant.head}
    )


def save_epoch(connection: Connection, tenant: Tenant) -> None:
    """The township's epoch, settings and head are the given ones."""
    values = {
        "id": tenant.id,
        "epoch": tenant.epoch,
        "settings": json.dumps(dict(tenant.settings)),
        "head": tenant.head,
    }
    connection.execute(text("UPDATE townships SET epoch = :epoch, settings = :settings WHERE id = :id"), values)
    connection.execute(text("UPDATE sync_heads SET seq = :head WHERE township_id = :id"), values)


def load_recovery_key(connection: Connection, township_id: str) -> str | None:
    """The newest recovery public key, base64 of the raw P-256 point."""
    found: str | None = connection.execute(
        text(
            "SELECT public_key FROM recovery_keys WHERE township_id = :township "
            "ORDER BY created_at_ms DESC, id DESC LIMIT 1"
        ),
        {"township": township_id},
    ).scalar()
    return found


def insert_recovery_key(connection: Connection, township_id: str, key_id: str, public_key: str, now_ms: int) -> None:
    """The township has a newer recovery key; older ones stay, since old wraps name them."""
    connection.execute(
        text(
            "INSERT INTO recovery_keys (township_id, id, public_key, created_at_ms) "
            "VALUES (:township, :id, :public_key, :now)"
        ),
        {"township": township_id, "id": key_id, "public_key": public_key, "now": now_ms},
    )
