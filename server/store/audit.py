"""Audit events: decisions without content, each chained to the one before by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from sqlalchemy import Connection, text

from server.domain.records import Json


def add_audit(
    connection: Connection, township_id: str, account: str, event: str, detail: Mapping[str, Json], now_ms: int
) -> None:
    """The event is the newest link of the township's chain; call it while the head row is locked."""
    last = connection.execute(
        text("SELECT n, hash FROM audit_events WHERE township_id = :township ORDER BY n DESC LIMIT 1"),
        {"township": township_id},
    ).one_or_none()
    n, before = (1, "") if last is None else (last.n + 1, last.hash)
    written = json.dumps(dict(detail), sort_keys=True, separators=(",", ":"))
    connection.execute(
        text(
            "INSERT INTO audit_events (township_id, n, at_ms, account, event, detail, hash) "
            "VALUES (:township, :n, :at, :account, :event, :detail, :hash)"
        ),
        {
            "township": township_id,
            "n": n,
            "at": now_ms,
            "account": account,
            "event": event,
            "detail": written,
            "hash": link(before, n, now_ms, account, event, written),
        },
    )


def broken_link(connection: Connection, township_id: str) -> int | None:
    """The first event whose hash does not fit the one before, None while the chain holds."""
    before = ""
    rows = connection.execute(
        text(
            "SELECT n, at_ms, account, event, detail, hash FROM audit_events WHERE township_id = :township ORDER BY n"
        ),
        {"township": township_id},
    )
    for expected, row in enumerate(rows, start=1):
        if row.n != expected or row.hash != link(before, row.n, row.at_ms, row.account, row.event, row.detail):
            return int(row.n)
        before = row.hash
    return None


def link(before: str, n: int, at_ms: int, account: str, event: str, detail: str) -> str:
    """The hash of one event on top of the hash of the one before."""
    text_of_event = json.dumps([before, n, at_ms, account, event, detail], separators=(",", ":"))
    return hashlib.sha256(text_of_event.encode()).hexdigest()
