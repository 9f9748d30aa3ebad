"""Who may come to a hub: accounts and the hashes of their phones' tokens, out of one database and into another."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from server.store.bulk import among, insert_rows, listed, sql

AT_HOME = "at-home"
"""The platform of a replica that enrolled at the server: at the hub it does the ballot only."""


def load_phones(
    connection: Connection, township_id: str, accounts: Collection[str], now_ms: int
) -> dict[str, list[tuple[str, str]]]:
    """The phones of these accounts that are trusted now. Shape: account → replica and token hash, by replica"""
    found = connection.execute(
        sql(
            "SELECT account_id, id, token_hash FROM replicas WHERE township_id = :township AND revoked_at_ms IS NULL "
            f"AND lease_until_ms > :now AND {among(connection, 'account_id', 'accounts')} ORDER BY id"
        ),
        {"township": township_id, "now": now_ms, "accounts": listed(connection, accounts)},
    )
    phones: dict[str, list[tuple[str, str]]] = {}
    for row in found:
        phones.setdefault(row.account_id, []).append((row.id, row.token_hash))
    return phones


def insert_phones(
    connection: Connection, township_id: str, phones: Collection[tuple[str, str, str]], now_ms: int, until_ms: int
) -> None:
    """These replicas are known by their tokens until then. Shape: account, replica, token hash"""
    texts = ("id", "township_id", "account_id", "label", "platform", "token_hash", "drop_token_hash", "policies")
    numbers = ("schema_version", "last_n", "cursor_seq", "created_at_ms", "lease_until_ms", "last_contact_ms")
    same = {"township_id": township_id, "label": AT_HOME, "platform": AT_HOME, "policies": "[]", "schema_version": 1}
    same |= {"last_n": 0, "cursor_seq": 0, "created_at_ms": now_ms, "last_contact_ms": now_ms}
    rows = [
        {**same, "id": replica, "account_id": account, "token_hash": token, "lease_until_ms": until_ms}
        | {"drop_token_hash": f"none:{replica}"}  # no hash of anything: nothing sealed is dropped here
        for account, replica, token in phones
    ]
    insert_rows(connection, "replicas", dict.fromkeys(texts, "text") | dict.fromkeys(numbers, "bigint"), rows)


def is_at_home(connection: Connection, replica_id: str) -> bool:
    """Whether the replica enrolled at the server and not at this hub."""
    platform = connection.execute(
        sql("SELECT platform FROM replicas WHERE id = :id"), {"id": replica_id}
    ).scalar_one_or_none()
    return platform == AT_HOME
