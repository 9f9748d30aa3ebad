"""What the doctor reads: everything that is wrong with a township, and the records it counts."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, text

from server.domain.audit import chain_faults
from server.domain.doctor import COUNTED, Facts
from server.domain.records import Record
from server.store.audit import load_chain
from server.store.bulk import among, listed
from server.store.doctor_checks import CHECKS
from server.store.effects_queue import count_done, count_waiting, load_dead
from server.store.emptied import place_in, readable_content
from server.store.migrate import GuardMissing, assert_guard
from server.store.quarantine import count_held
from server.store.records import readable_fields
from server.store.seals import broken_seals
from server.store.townships import load_tenant

MOST_DEAD = 100


def load_facts(
    connection: Connection, township_id: str, kinds: Collection[str], offline: Collection[str], now_ms: int
) -> Facts:
    """Everything the doctor looks at. Shape: kinds are the known ones, offline those of them that phones write."""
    faults = {name: _broken(connection, township_id, check, kinds, offline) for name, check in CHECKS.items()}
    broken = chain_faults(load_chain(connection, township_id))
    dead = load_dead(connection, township_id, now_ms, MOST_DEAD)
    return Facts(
        faults={
            "guard-of-the-feed-missing": _guard(connection),
            **faults,
            "seals-broken": broken_seals(connection, township_id),
            "audit-chain-broken": [f"event {fault.n} {fault.what}" for fault in broken],
            "effects-dead": [effect.id for effect in dead],
        },
        counts={
            "changes held in quarantine": count_held(connection, township_id),
            "effects waiting": count_waiting(connection, township_id),
            "effects done": count_done(connection, township_id) + _pruned(connection, township_id),
        },
        records=_load_counted(connection, township_id),
        secretaries=_load_secretaries(connection, township_id),
        writers=_load_writers(connection, township_id),
    )


def _broken(
    connection: Connection, township_id: str, check: str, kinds: Collection[str], offline: Collection[str]
) -> list[str]:
    statement = check.format(known=among(connection, "r.kind", "kinds"), offline=among(connection, "r.kind", "offline"))
    lists = {"kinds": kinds, "offline": offline}
    bound = {name: listed(connection, values) for name, values in lists.items() if f":{name}" in statement}
    found = connection.execute(text(statement), {"township": township_id, **bound})
    return sorted(str(row[0]) for row in found)


def _pruned(connection: Connection, township_id: str) -> int:
    tenant = load_tenant(connection, township_id)
    return sum(tenant.effects_pruned.values()) if tenant else 0


def _guard(connection: Connection) -> list[str]:
    try:
        assert_guard(connection)
    except GuardMissing as missing:
        return [str(missing)]
    return []


def _load_counted(connection: Connection, township_id: str) -> list[Record]:
    """Without the memory of who wrote which field: the doctor only counts."""
    found = connection.execute(
        text(
            "SELECT id, kind, scope, seq, fields, deleted, parent FROM records WHERE township_id = :township "
            f"AND {among(connection, 'kind', 'kinds')} ORDER BY id"
        ),
        {"township": township_id, "kinds": listed(connection, COUNTED)},
    )
    return [
        Record(
            id=row.id,
            kind=row.kind,
            scope=row.scope,
            seq=row.seq,
            fields=_fields(connection, township_id, row),
            deleted=bool(row.deleted),
            parent=row.parent,
        )
        for row in found
    ]


def _fields(connection: Connection, township_id: str, row: Row[Any]) -> dict[str, Any]:
    place = place_in(row.fields)
    if place is not None:
        return readable_content(connection, township_id, place)
    return dict(json.loads(readable_fields(township_id, row.id, row.fields) or "{}"))


def _load_secretaries(connection: Connection, township_id: str) -> frozenset[str]:
    """Everybody who holds or held the role: a visit of the predecessor was the secretary's."""
    found = connection.execute(
        text(
            "SELECT DISTINCT a.person_id FROM role_assignments r JOIN accounts a ON a.township_id = r.township_id "
            "AND a.id = r.account_id WHERE r.township_id = :township AND r.role = 'committee_secretary' "
            "AND a.person_id IS NOT NULL"
        ),
        {"township": township_id},
    )
    return frozenset(row.person_id for row in found)


def _load_writers(connection: Connection, township_id: str) -> dict[str, set[str]]:
    found = connection.execute(
        text("SELECT DISTINCT record, replica_id FROM changes WHERE township_id = :township AND record IS NOT NULL"),
        {"township": township_id},
    )
    writers: dict[str, set[str]] = {}
    for row in found:
        writers.setdefault(row.record, set()).add(row.replica_id)
    return writers
