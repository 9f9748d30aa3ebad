"""Accounts with their persons, roles and installs: what the office's list of people looks at."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account.

    Shape:  `name`, `post` of its person, empty without one; `phones` in use; `last_contact_ms` of the latest of them.
    """

    account: str
    person: str | None
    name: str
    post: str
    has_password: bool
    phones: int
    last_contact_ms: int | None


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One role of an account, with its time in office."""

    id: str
    account: str
    role: str
    village: str | None
    from_ms: int
    to_ms: int | None


def load_account_rows(connection: Connection, township_id: str) -> list[AccountRow]:
    """Everybody who signs in, by the age of the account."""
    found = connection.execute(
        text(
            "SELECT a.id, a.person_id, p.fields AS person, "
            "EXISTS (SELECT 1 FROM passwords w WHERE w.township_id = a.township_id AND w.account_id = a.id) AS has, "
            "(SELECT count(*) FROM replicas r WHERE r.township_id = a.township_id AND r.account_id = a.id "
            "AND r.revoked_at_ms IS NULL) AS phones, "
            "(SELECT max(r.last_contact_ms) FROM replicas r WHERE r.township_id = a.township_id "
            "AND r.account_id = a.id) AS last_contact_ms "
            "FROM accounts a LEFT JOIN records p "
            "ON p.township_id = a.township_id AND p.id = a.person_id AND p.kind = 'person' "
            "WHERE a.township_id = :township ORDER BY a.created_at_ms, a.id"
        ),
        {"township": township_id},
    )
    return [
        AccountRow(row.id, row.person_id, *_named(row.person), bool(row.has), int(row.phones), row.last_contact_ms)
        for row in found
    ]


def load_assignments(connection: Connection, township_id: str) -> list[AssignmentRow]:
    """Every role anybody holds, held or will hold, in the order of their beginnings."""
    found = connection.execute(
        text(
            "SELECT id, account_id, role, village_id, from_ms, to_ms FROM role_assignments "
            "WHERE township_id = :township ORDER BY from_ms, role, id"
        ),
        {"township": township_id},
    )
    return [AssignmentRow(*row) for row in found]


def _named(person: str | None) -> tuple[str, str]:
    fields = json.loads(person) if person else {}
    return str(fields.get("name") or ""), str(fields.get("post") or "")
