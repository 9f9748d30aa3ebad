"""What a digest is made from, and the log of those that were made."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, text

from server.domain.digest import Town
from server.domain.records import Record
from server.domain.schedule import DIGEST_ROLES, Reader
from server.store.bulk import among, listed
from server.store.database import is_sqlite
from server.store.fleet import load_fleet
from server.store.records import readable_fields

_KINDS = ("cycle", "subject", "village", "visit", "conflict")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row of the log. Shape: outcome `sent` (record_id is the digest) or `nothing-to-report` (record_id None)."""

    key: str
    account_id: str
    period: str
    outcome: str
    record_id: str | None
    delivered_at_ms: int
    kind: str = "digest"


@dataclass(frozen=True, slots=True)
class ZonePeriod:
    """The newest period of all townships that share a time zone and a form."""

    zone: str
    demo: bool
    key: str
    start_ms: int


def load_readers(connection: Connection, township_id: str, now_ms: int) -> list[Reader]:
    """Who holds which role now, with the moment it began; an account may stand here several times."""
    found = connection.execute(
        text(
            "SELECT a.id, a.person_id, r.role, r.from_ms FROM role_assignments r JOIN accounts a "
            "ON a.township_id = r.township_id AND a.id = r.account_id WHERE r.township_id = :township "
            "AND r.from_ms <= :now AND (r.to_ms IS NULL OR r.to_ms > :now) ORDER BY a.id, r.id"
        ),
        {"township": township_id, "now": now_ms},
    )
    return [Reader(row.id, row.person_id, row.role, row.from_ms) for row in found]


def load_zones(connection: Connection) -> list[tuple[str, bool]]:
    """(time zone, whether demo) of the townships, each pair once."""
    found = connection.execute(text("SELECT DISTINCT time_zone, is_demo FROM townships"))
    return [(row.time_zone, bool(row.is_demo)) for row in found]


def load_waiting_townships(connection: Connection, periods: Sequence[ZonePeriod], now_ms: int) -> list[str]:
    """The townships where somebody held a role with a digest when his period began and has nothing in the log yet."""
    found = connection.execute(
        text(
            f"SELECT DISTINCT t.id FROM ({_PERIODS_SQLITE if is_sqlite(connection) else _PERIODS_POSTGRES}) p "
            "JOIN townships t ON t.time_zone = p.zone AND t.is_demo = p.demo "
            f"JOIN role_assignments r ON r.township_id = t.id AND {among(connection, 'r.role', 'roles')} "
            "AND r.from_ms <= p.start_ms AND (r.to_ms IS NULL OR r.to_ms > :now) "
            "WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.township_id = t.id "
            "AND d.key = 'digest/' || r.account_id || '/' || p.key) ORDER BY t.id"
        ),
        {
            "periods": json.dumps([asdict(period) for period in periods]),
            "roles": listed(connection, DIGEST_ROLES),
            "now": now_ms,
        },
    )
    return [str(row.id) for row in found]


_PERIODS_POSTGRES = (
    "SELECT * FROM json_to_recordset(CAST(:periods AS json)) AS x(zone text, demo boolean, key text, start_ms bigint)"
)
_PERIODS_SQLITE = (
    "SELECT value ->> '$.zone' AS zone, value ->> '$.demo' AS demo, value ->> '$.key' AS key, "
    "value ->> '$.start_ms' AS start_ms FROM json_each(:periods)"
)


def load_people(connection: Connection, township_id: str) -> dict[str, str]:
    """The name of the person behind each account that has one."""
    found = connection.execute(
        text(
            "SELECT a.id, p.fields FROM accounts a JOIN records p ON p.township_id = a.township_id "
            "AND p.id = a.person_id AND p.kind = 'person' WHERE a.township_id = :township"
        ),
        {"township": township_id},
    )
    return {row.id: str(json.loads(row.fields).get("name") or "") for row in found}


def load_town(connection: Connection, township_id: str, now_ms: int) -> Town:
    """The township as it stands in this snapshot, with what the rules of a digest look at."""
    fleet = load_fleet(connection, township_id, now_ms)
    return Town(
        records=_load_records(connection, township_id),
        phones=tuple(row.phone() for row in fleet if row.in_use),
        secretaries=_load_secretaries(connection, township_id),
        quarantined=_load_quarantined(connection, township_id),
    )


def load_deliveries(connection: Connection, township_id: str, keys: Collection[str]) -> dict[str, Delivery]:
    """Those of these keys that are in the log."""
    found = connection.execute(
        text(f"SELECT {_NAMES} FROM deliveries WHERE township_id = :township AND {among(connection, 'key', 'keys')}"),
        {"township": township_id, "keys": listed(connection, keys)},
    )
    return {row.key: Delivery(*row) for row in found}


def load_delivery_log(connection: Connection, township_id: str, most: int) -> list[Delivery]:
    """The newest rows of the log, newest first."""
    found = connection.execute(
        text(
            f"SELECT {_NAMES} FROM deliveries WHERE township_id = :township "
            "ORDER BY delivered_at_ms DESC, key LIMIT :most"
        ),
        {"township": township_id, "most": most},
    )
    return [Delivery(*row) for row in found]


def save_delivery(connection: Connection, township_id: str, delivery: Delivery) -> None:
    """The log says this of the key, whose earlier row, if any, its caller has seen while holding the head (L7)."""
    connection.execute(
        text(
            f"INSERT INTO deliveries (township_id, {_NAMES}) VALUES (:township, :key, :account_id, :period, :outcome, "
            ":record_id, :delivered_at_ms, :kind) ON CONFLICT (township_id, key) DO UPDATE SET "
            "outcome = excluded.outcome, record_id = excluded.record_id, delivered_at_ms = excluded.delivered_at_ms"
        ),
        {"township": township_id} | {name: getattr(delivery, name) for name in Delivery.__dataclass_fields__},
    )


_NAMES = ", ".join(Delivery.__dataclass_fields__)


def _load_records(connection: Connection, township_id: str) -> list[Record]:
    """Without the memory of who wrote which field: a digest only looks."""
    found = connection.execute(
        text(
            "SELECT id, kind, scope, seq, fields FROM records WHERE township_id = :township AND NOT deleted "
            f"AND {among(connection, 'kind', 'kinds')}"
        ),
        {"township": township_id, "kinds": listed(connection, _KINDS)},
    )
    return [
        Record(
            row.id, row.kind, row.scope, row.seq, json.loads(readable_fields(township_id, row.id, row.fields) or "{}")
        )
        for row in found
    ]


def _load_secretaries(connection: Connection, township_id: str) -> dict[str, str]:
    """Everybody who holds or held the role: a visit of the predecessor was the secretary's."""
    found = connection.execute(
        text(
            "SELECT DISTINCT a.id, a.person_id FROM role_assignments r "
            "JOIN accounts a ON a.township_id = r.township_id AND a.id = r.account_id "
            "WHERE r.township_id = :township AND r.role = 'committee_secretary' AND a.person_id IS NOT NULL"
        ),
        {"township": township_id},
    )
    return {row.id: row.person_id for row in found}


def _load_quarantined(connection: Connection, township_id: str) -> tuple[str, ...]:
    """The name of the person behind each change that waits for a decision, oldest first; ? where none is known."""
    names = load_people(connection, township_id)
    found = connection.execute(
        text(
            "SELECT account_id FROM quarantined_changes WHERE township_id = :township AND status = 'held' "
            "ORDER BY created_at_ms, replica_id, n"
        ),
        {"township": township_id},
    )
    return tuple(names.get(row.account_id) or "?" for row in found)
