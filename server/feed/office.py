"""What the office reads online: the phones of its township, and what was delivered to whom."""

from __future__ import annotations

from typing import Any

from server.domain.fleet import SILENT_AFTER_MS, is_silent
from server.store.database import reading
from server.store.digests import Delivery, load_delivery_log, load_people
from server.store.effects_queue import StoredEffect, count_waiting, load_dead
from server.store.fleet import FleetRow, load_fleet

MOST_DELIVERIES = 200
MOST_DEAD = 50


def fleet_of(township_id: str, now_ms: int, silent_after_ms: int = SILENT_AFTER_MS) -> list[dict[str, Any]]:
    """Every install of the township, the longest silence first.

    Shape:  {replica, label, person, account, roles, platform, app_version, created_at_ms, last_contact_ms, pending,
            storage, persisted, revoked_at_ms, in_use, silent}; silent only where it is in use.
    Laws:   L18
    """
    with reading() as connection:
        rows = load_fleet(connection, township_id, now_ms)
    return [_phone(row, now_ms, silent_after_ms) for row in rows]


def delivery_log(township_id: str, now_ms: int) -> dict[str, Any]:
    """The newest deliveries with their reasons, and the work of the night shift that waits or has failed for good.

    Shape:  {deliveries: [{key, kind, account, person, period, outcome, record, delivered_at_ms}],
            effects: {waiting, dead: [{id, kind, tries, error, created_at_ms}]}}
    """
    with reading() as connection:
        log = load_delivery_log(connection, township_id, MOST_DELIVERIES)
        names = load_people(connection, township_id)
        waiting = count_waiting(connection, township_id)
        dead = load_dead(connection, township_id, now_ms, MOST_DEAD)
    return {
        "deliveries": [_delivery(row, names) for row in log],
        "effects": {"waiting": waiting, "dead": [_effect(effect) for effect in dead]},
    }


def _phone(row: FleetRow, now_ms: int, silent_after_ms: int) -> dict[str, Any]:
    return {
        "replica": row.replica,
        "label": row.label,
        "person": row.person,
        "account": row.account,
        "roles": list(row.roles),
        "platform": row.platform,
        "app_version": row.app_version,
        "created_at_ms": row.created_at_ms,
        "last_contact_ms": row.last_contact_ms,
        "pending": row.pending,
        "storage": dict(row.storage),
        "persisted": row.storage.get("persisted"),
        "revoked_at_ms": row.revoked_at_ms,
        "in_use": row.in_use,
        "silent": row.in_use and is_silent(row.last_contact_ms, now_ms, silent_after_ms),
    }


def _delivery(row: Delivery, names: dict[str, str]) -> dict[str, Any]:
    return {
        "key": row.key,
        "kind": row.kind,
        "account": row.account_id,
        "person": names.get(row.account_id, ""),
        "period": row.period,
        "outcome": row.outcome,
        "record": row.record_id,
        "delivered_at_ms": row.delivered_at_ms,
    }


def _effect(effect: StoredEffect) -> dict[str, Any]:
    return {
        "id": effect.id,
        "kind": effect.kind,
        "tries": effect.tries,
        "error": effect.error,
        "created_at_ms": effect.created_at_ms,
    }
