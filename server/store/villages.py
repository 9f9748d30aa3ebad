"""A township's villages: what a role that reads all of them reads."""

from __future__ import annotations

from sqlalchemy import Connection

from server.domain.replicas import Tenant
from server.store.bulk import sql

_MOST = 1_000
_known: dict[str, tuple[str, int, tuple[str, ...]]] = {}
"""Township → epoch, head, villages: they cannot have changed while the head has not, so an idle poll asks nothing."""


def known_villages(tenant: Tenant) -> tuple[str, ...] | None:
    """The same without a question, where the head has not moved since it was last asked."""
    kept = _known.get(tenant.id)
    return kept[2] if kept is not None and kept[:2] == (tenant.epoch, tenant.head) else None


def load_villages(connection: Connection, tenant: Tenant) -> tuple[str, ...]:
    """The ids of the township's villages and communities, as of the head that `tenant` was read with."""
    kept = known_villages(tenant)
    if kept is not None:
        return kept
    found = connection.execute(
        sql("SELECT id FROM records WHERE township_id = :township AND kind = 'village' AND NOT deleted"),
        {"township": tenant.id},
    )
    villages = tuple(row.id for row in found)
    if len(_known) >= _MOST:
        _known.clear()
    _known[tenant.id] = (tenant.epoch, tenant.head, villages)
    return villages
