"""What the office sees of forgotten passphrases and of sealed work: who, which phone, when, how much; no content."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from server.store.database import reading
from server.store.fleet import FleetRow, load_fleet
from server.store.parcels import Parcel, load_parcels
from server.store.recoveries import Recovery, load_recoveries
from server.store.townships import load_recovery_key

SHOWN_FOR_MS = 30 * 86_400_000


def recoveries_of(township_id: str, now_ms: int) -> dict[str, Any]:
    """The requests of the last thirty days, newest first, and what lies sealed of each phone."""
    with reading() as connection:
        phones = {row.replica: row for row in load_fleet(connection, township_id, now_ms)}
        asked = load_recoveries(connection, township_id, now_ms - SHOWN_FOR_MS)
        parcels = load_parcels(connection, township_id, unopened=True)
        has_key = load_recovery_key(connection, township_id) is not None
    return {
        "recoveries": [_recovery(one, phones.get(one.replica_id)) for one in asked],
        "sealed": _sealed(parcels, phones),
        "has_recovery_key": has_key,
    }


def _recovery(asked: Recovery, phone: FleetRow | None) -> dict[str, Any]:
    return {
        "id": asked.id,
        **_who(asked.replica_id, phone),
        "vault": asked.vault,
        "wrap": asked.wrap,
        "public_key": asked.public_key,
        "asked_at_ms": asked.asked_at_ms,
        "answered_at_ms": asked.answered_at_ms,
    }


def _sealed(parcels: Iterable[Parcel], phones: dict[str, FleetRow]) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for parcel in parcels:
        row = found.setdefault(
            parcel.replica_id, {**_who(parcel.replica_id, phones.get(parcel.replica_id)), "changes": 0, "notes": 0}
        )
        row["changes"] += parcel.changes
        row["notes"] += parcel.notes
        row["received_at_ms"] = parcel.received_at_ms
    return list(found.values())


def _who(replica: str, phone: FleetRow | None) -> dict[str, str]:
    return {"replica": replica, "label": phone.label if phone else "", "person": phone.person if phone else ""}
