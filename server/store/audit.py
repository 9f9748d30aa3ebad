"""Audit events: decisions without content, each chained to the one before by its hash."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text

from server.domain.audit import AuditEvent, audit_detail, link
from server.domain.records import Json

_NAMES = "n, at_ms, account, event, detail, hash"


def add_audit(
    connection: Connection, township_id: str, account: str, event: str, detail: Mapping[str, Json], now_ms: int
) -> None:
    """The event is the newest link of the township's chain; call it while the head row is locked.

    Shape:  `account` an account's id, or office, cli, server, night-shift; `detail` ids, numbers and codes only
    """
    last = newest_link(connection, township_id)
    n, before = (1, "") if last is None else (last.n + 1, last.hash)
    written = audit_detail(detail)
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


def newest_link(connection: Connection, township_id: str) -> AuditEvent | None:
    """The last event of the township, None where nothing was decided yet."""
    found = connection.execute(
        text(f"SELECT {_NAMES} FROM audit_events WHERE township_id = :township ORDER BY n DESC LIMIT 1"),
        {"township": township_id},
    ).one_or_none()
    return None if found is None else AuditEvent(*found)


def load_chain(connection: Connection, township_id: str) -> list[AuditEvent]:
    """Every event of the township, in order."""
    found = connection.execute(
        text(f"SELECT {_NAMES} FROM audit_events WHERE township_id = :township ORDER BY n"), {"township": township_id}
    )
    return [AuditEvent(*row) for row in found]


def load_audit_page(connection: Connection, township_id: str, before: int | None, most: int) -> list[AuditEvent]:
    """Up to `most` events, newest first, below the number `before`."""
    found = connection.execute(
        text(
            f"SELECT {_NAMES} FROM audit_events WHERE township_id = :township "
            "AND (CAST(:before AS bigint) IS NULL OR n < :before) ORDER BY n DESC LIMIT :most"
        ),
        {"township": township_id, "before": before, "most": most},
    )
    return [AuditEvent(*row) for row in found]
