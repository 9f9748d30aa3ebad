"""Every install of a township, with the person behind it: what the office's phone list and the digest look at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from server.domain.fleet import Phone
from server.domain.records import Json


@dataclass(frozen=True, slots=True)
class FleetRow:
    """One replica as the office sees it.

    Shape:  roles held now, sorted; storage as the phone reported it; replaced: a later install continues this one;
            cursor_seq how far it had pulled when it last asked.
    """

    replica: str
    account: str
    person: str
    label: str
    platform: str
    app_version: str | None
    roles: tuple[str, ...]
    created_at_ms: int
    last_contact_ms: int
    pending: int | None
    storage: Mapping[str, Json]
    revoked_at_ms: int | None
    replaced: bool
    cursor_seq: int = 0

    @property
    def in_use(self) -> bool:
        """False once revoked, replaced by a newer install, or without any role: nobody waits for its work."""
        return self.revoked_at_ms is None and not self.replaced and bool(self.roles)

    def phone(self) -> Phone:
        return Phone(self.replica, self.account, self.person, self.label, self.last_contact_ms, self.pending or 0)


def load_fleet(connection: Connection, township_id: str, now_ms: int) -> list[FleetRow]:
    """All replicas of the township, the longest silence first."""
    roles = _roles(connection, township_id, now_ms)
    found = connection.execute(
        text(
            "SELECT r.*, p.fields AS person, EXISTS (SELECT 1 FROM replicas n WHERE n.township_id = r.township_id "
            "AND n.continues = r.id) AS replaced FROM replicas r "
            "LEFT JOIN accounts a ON a.township_id = r.township_id AND a.id = r.account_id "
            "LEFT JOIN records p ON p.township_id = a.township_id AND p.id = a.person_id AND p.kind = 'person' "
            "WHERE r.township_id = :township AND NOT EXISTS (SELECT 1 FROM stand_ins s "
            "WHERE s.township_id = r.township_id AND s.stand_in = r.id) ORDER BY r.last_contact_ms, r.id"
        ),
        {"township": township_id},
    )
    return [
        FleetRow(
            replica=row.id,
            account=row.account_id,
            person=str(json.loads(row.person).get("name") or "") if row.person else "",
            label=row.label,
            platform=row.platform,
            app_version=row.app_version,
            roles=tuple(sorted(roles.get(row.account_id, ()))),
            created_at_ms=row.created_at_ms,
            last_contact_ms=row.last_contact_ms,
            pending=row.pending,
            storage=json.loads(row.storage) if row.storage else {},
            revoked_at_ms=row.revoked_at_ms,
            replaced=bool(row.replaced),
            cursor_seq=row.cursor_seq,
        )
        for row in found
    ]


def _roles(connection: Connection, township_id: str, now_ms: int) -> dict[str, set[str]]:
    found = connection.execute(
        text(
            "SELECT account_id, role FROM role_assignments WHERE township_id = :township "
            "AND from_ms <= :now AND (to_ms IS NULL OR to_ms > :now)"
        ),
        {"township": township_id, "now": now_ms},
    )
    roles: dict[str, set[str]] = {}
    for row in found:
        roles.setdefault(row.account_id, set()).add(row.role)
    return roles
