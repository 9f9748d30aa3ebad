"""A phone says how it is: storage, version, clock; for the office's list of phones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from server.domain.replicas import Replica
from server.store.replicas import save_health
from server.store.transaction import writing_in


def report_health(replica: Replica, report: Mapping[str, Any], now_ms: int) -> None:
    """The fleet list shows what the phone reported; nothing is decided by it (L14).

    Shape:  report {storage: object, app_version: text, pending: int, clock_offset_ms: int}
    """
    values = {
        "storage": json.dumps(report["storage"], ensure_ascii=True, separators=(",", ":")),
        "app_version": report["app_version"],
        "pending": report["pending"],
        "clock_offset_ms": report["clock_offset_ms"],
        "now": now_ms,
    }
    with writing_in(replica.township_id) as connection:
        save_health(connection, replica.id, values)
