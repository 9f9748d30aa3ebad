"""Replicas, accounts and roles: who is at the other end of a token."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection, text

from server.domain.permissions import Actor
from server.domain.replicas import Identity, Replica
from server.domain.roles import Assignment, Role, roles_at
from server.store.bulk import among, listed, sql
from server.store.database import is_sqlite
from server.store.takes_part import load_takes_part
from server.store.townships import tenant_of


class _Found(NamedTuple):
    """Everything about who asks, in the order of _COLUMNS."""

    id: str
    account_id: str
    last_n: int
    last_hash: str | None
    policies: str
    lease_until_ms: int
    last_contact_ms: int
    revoked_at_ms: int | None
    person_id: str | None
    assignments: list[list[Any]] | None
    township_id: str
    name: str
    region_code: str
    time_zone: str
    is_demo: bool
    epoch: str
    settings: str
    head: int


_COLUMNS = (
    "r.id, r.account_id, r.last_n, r.last_hash, r.policies, r.lease_until_ms, r.last_contact_ms, r.revoked_at_ms, "
    "a.person_id, {assignments}, t.id, t.name, t.region_code, t.time_zone, t.is_demo, t.epoch, t.settings, h.seq"
)
_TABLES = (
    "townships t JOIN sync_heads h ON h.township_id = t.id JOIN replicas r ON r.township_id = t.id "
    "LEFT JOIN accounts a ON a.township_id = r.township_id AND a.id = r.account_id"
)


def load_identity(connection: Connection, token_hash: str, now_ms: int) -> Identity | None:
    """Replica, roles and township behind a token."""
    return _identity(connection, "r.token_hash = :key", token_hash, now_ms)


def load_by_drop_token(connection: Connection, drop_token_hash: str, now_ms: int) -> Identity | None:
    """The same, behind the token that may only hand in sealed bytes."""
    return _identity(connection, "r.drop_token_hash = :key", drop_token_hash, now_ms)


def load_replica(connection: Connection, replica_id: str, now_ms: int) -> Identity | None:
    """The same, found by the replica's id."""
    return _identity(connection, "r.id = :key", replica_id, now_ms)


def _identity(connection: Connection, condition: str, key: str, now_ms: int) -> Identity | None:
    """In one text: every column costs its way through driver and library, with each poll, page and push."""
    statement = sql(_statement(is_sqlite(connection), condition))
    whole: str | None = connection.execute(statement, {"key": key}).scalar()
    if whole is None:
        return None
    found = _Found._make(json.loads(whole))
    tenant = tenant_of(found)
    roles = roles_at((Assignment(*one) for one in found.assignments or ()), now_ms)
    takes_part = load_takes_part(connection, tenant.id, found.person_id, roles)
    actor = Actor(found.account_id, found.person_id, roles, found.revoked_at_ms is not None, takes_part)
    return Identity(_replica(found), actor, tenant)


def _statement(to_sqlite: bool, condition: str) -> str:
    array = "json_array" if to_sqlite else "json_build_array"
    arrays = "json_group_array" if to_sqlite else "json_agg"
    assignments = (
        f"(SELECT {arrays}({array}(ra.role, ra.village_id, ra.from_ms, ra.to_ms)) "
        "FROM role_assignments ra WHERE ra.township_id = r.township_id AND ra.account_id = r.account_id)"
    )
    # SQLite must be told that this text is JSON, or it would lie quoted in the other.
    columns = _COLUMNS.format(assignments=f"json({assignments})" if to_sqlite else assignments)
    return f"SELECT CAST({array}({columns}) AS text) FROM {_TABLES} WHERE {condition}"


def _replica(row: _Found) -> Replica:
    return Replica(
        id=row.id,
        township_id=row.township_id,
        account=row.account_id,
        last_n=row.last_n,
        last_hash=row.last_hash,
        policies={policy: tuple(scopes) for policy, scopes in json.loads(row.policies)},
        lease_until_ms=row.lease_until_ms,
        last_contact_ms=row.last_contact_ms,
        revoked_at_ms=row.revoked_at_ms,
    )


def load_roles(connection: Connection, township_id: str, account_id: str, now_ms: int | None) -> tuple[Role, ...]:
    """The roles an account holds now, or ever held where no time is given."""
    found = connection.execute(
        text(
            "SELECT role, village_id, from_ms, to_ms FROM role_assignments "
            "WHERE township_id = :township AND account_id = :account"
        ),
        {"township": township_id, "account": account_id},
    )
    return roles_at((Assignment(*row) for row in found), now_ms)


def load_actor(connection: Connection, township_id: str, account_id: str, now_ms: int | None) -> Actor:
    """The account with its person and roles; with every role it ever held where no time is given."""
    person = connection.execute(
        text("SELECT person_id FROM accounts WHERE township_id = :township AND id = :account"),
        {"township": township_id, "account": account_id},
    ).scalar()
    roles = load_roles(connection, township_id, account_id, now_ms)
    takes_part = load_takes_part(connection, township_id, person, roles)
    return Actor(account_id, person, roles, takes_part=takes_part)


def insert_replica(connection: Connection, values: dict[str, Any]) -> None:
    """A new install with its counter at 0."""
    connection.execute(
        text(
            "INSERT INTO replicas (id, township_id, account_id, label, platform, schema_version, continues, "
            "token_hash, drop_token_hash, enrolment_hash, last_n, cursor_seq, policies, "
            "created_at_ms, lease_until_ms, last_contact_ms) VALUES "
            "(:id, :township_id, :account_id, :label, :platform, :schema_version, :continues, :token_hash, "
            ":drop_token_hash, :enrolment_hash, 0, 0, '[]', :now, :lease_until_ms, :now)"
        ),
        {"enrolment_hash": None} | values,
    )


def save_last(connection: Connection, replica_id: str, last_n: int, last_hash: str, now_ms: int) -> None:
    """The replica's counter stands at `last_n`."""
    connection.execute(
        text("UPDATE replicas SET last_n = :n, last_hash = :hash, last_contact_ms = :now WHERE id = :id"),
        {"n": last_n, "hash": last_hash, "now": now_ms, "id": replica_id},
    )


def save_contact(
    connection: Connection, replica_id: str, lease_until_ms: int, now_ms: int, cursor_seq: int | None
) -> None:
    """The replica was in contact now, its lease runs until then, and it has pulled up to `cursor_seq`."""
    connection.execute(
        text(
            "UPDATE replicas SET last_contact_ms = :now, lease_until_ms = :lease, "
            "cursor_seq = COALESCE(:seq, cursor_seq) WHERE id = :id"
        ),
        {"now": now_ms, "lease": lease_until_ms, "seq": cursor_seq, "id": replica_id},
    )


def save_policies(connection: Connection, replica_id: str, policies: list[tuple[str, list[str]]]) -> None:
    """The scope sets of the replica's latest pages are these."""
    connection.execute(
        text("UPDATE replicas SET policies = :policies WHERE id = :id"),
        {"policies": json.dumps(policies, separators=(",", ":")), "id": replica_id},
    )


def save_health(connection: Connection, replica_id: str, values: dict[str, Any]) -> None:
    """What the phone says about its storage, its version and its clock is on the fleet list."""
    connection.execute(
        text(
            "UPDATE replicas SET storage = :storage, app_version = :app_version, pending = :pending, "
            "clock_offset_ms = :clock_offset_ms, last_contact_ms = :now WHERE id = :id"
        ),
        {"id": replica_id, **values},
    )


def mark_revoked(connection: Connection, replica_id: str, now_ms: int) -> None:
    """The replica is not trusted any more."""
    connection.execute(
        text("UPDATE replicas SET revoked_at_ms = :now WHERE id = :id"), {"now": now_ms, "id": replica_id}
    )


def load_accounts_of(connection: Connection, replica_ids: Collection[str]) -> dict[str, str]:
    """Whose these replicas are."""
    if not replica_ids:
        return {}
    found = connection.execute(
        text(f"SELECT id, account_id FROM replicas WHERE {among(connection, 'id', 'ids')}"),
        {"ids": listed(connection, replica_ids)},
    )
    return {row.id: row.account_id for row in found}


def load_labels(connection: Connection, township_id: str, replica_ids: Collection[str]) -> dict[str, tuple[str, str]]:
    """The label and the account of each of these replicas."""
    if not replica_ids:
        return {}
    found = connection.execute(
        text(
            "SELECT id, label, account_id FROM replicas WHERE township_id = :township "
            f"AND {among(connection, 'id', 'ids')}"
        ),
        {"township": township_id, "ids": listed(connection, replica_ids)},
    )
    return {row.id: (row.label, row.account_id) for row in found}
