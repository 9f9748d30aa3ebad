"""Passkeys of desks (the public halves), and the questions that were answered once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class StoredPasskey:
    """Shape: `credential` and `public_key` in base64url; `site` the name it was made for; `replica_id` where."""

    township_id: str
    id: str
    account_id: str
    replica_id: str
    site: str
    credential: str
    public_key: str
    sign_count: int
    label: str
    created_at_ms: int
    last_used_at_ms: int | None


_COLUMNS = (
    "township_id, id, account_id, replica_id, site, credential, public_key, sign_count, label, created_at_ms, "
    "last_used_at_ms"
)
_SELECT = f"SELECT {_COLUMNS} FROM passkeys WHERE township_id = :township"


def load_passkeys(connection: Connection, township_id: str, account_id: str | None = None) -> list[StoredPasskey]:
    """The passkeys of an account, or of the whole township, oldest first."""
    of = "" if account_id is None else " AND account_id = :account"
    rows = connection.execute(
        text(f"{_SELECT}{of} ORDER BY created_at_ms, id"), {"township": township_id, "account": account_id}
    )
    return [StoredPasskey(*row) for row in rows]


def has_passkey(connection: Connection, township_id: str, account_id: str) -> bool:
    """Whether the account has any."""
    found = connection.execute(
        text("SELECT 1 FROM passkeys WHERE township_id = :township AND account_id = :account LIMIT 1"),
        {"township": township_id, "account": account_id},
    )
    return found.first() is not None


def find_passkey(connection: Connection, township_id: str, credential: str) -> StoredPasskey | None:
    """The passkey that an authenticator knows under this id."""
    row = connection.execute(
        text(f"{_SELECT} AND credential = :credential"), {"township": township_id, "credential": credential}
    ).one_or_none()
    return None if row is None else StoredPasskey(*row)


def insert_passkey(connection: Connection, passkey: StoredPasskey) -> bool:
    """There is one more; False if the township has this one already."""
    names = _COLUMNS.split(", ")
    done = connection.execute(
        text(
            f"INSERT INTO passkeys ({_COLUMNS}) VALUES ({', '.join(f':{name}' for name in names)}) "
            "ON CONFLICT DO NOTHING"
        ),
        {name: getattr(passkey, name) for name in names},
    )
    return bool(done.rowcount)


def note_use(connection: Connection, passkey: StoredPasskey, sign_count: int, now_ms: int) -> None:
    """It signed now, and counted to this."""
    connection.execute(
        text(
            "UPDATE passkeys SET sign_count = :count, last_used_at_ms = :now WHERE township_id = :township AND id = :id"
        ),
        {"count": sign_count, "now": now_ms, "township": passkey.township_id, "id": passkey.id},
    )


def remove_passkeys(connection: Connection, township_id: str, ids: Sequence[str]) -> int:
    """These are gone; how many there were."""
    removed = 0
    for one in ids:
        removed += connection.execute(
            text("DELETE FROM passkeys WHERE township_id = :township AND id = :id"),
            {"township": township_id, "id": one},
        ).rowcount
    return removed


def made_at(connection: Connection, township_id: str, replica_id: str) -> list[str]:
    """The ids of the passkeys that were added at a replica."""
    found = connection.execute(
        text("SELECT id FROM passkeys WHERE township_id = :township AND replica_id = :replica ORDER BY id"),
        {"township": township_id, "replica": replica_id},
    )
    return [str(one) for one in found.scalars()]


def spend_challenge(connection: Connection, township_id: str, challenge: str, expires_at_ms: int, now_ms: int) -> bool:
    """The question is answered; False if it was before. What is too old to be asked again is forgotten."""
    connection.execute(
        text("DELETE FROM spent_challenges WHERE township_id = :township AND expires_at_ms < :now"),
        {"township": township_id, "now": now_ms},
    )
    done = connection.execute(
        text(
            "INSERT INTO spent_challenges (township_id, challenge, expires_at_ms) "
            "VALUES (:township, :challenge, :expires) ON CONFLICT DO NOTHING"
        ),
        {"township": township_id, "challenge": challenge, "expires": expires_at_ms},
    )
    return bool(done.rowcount)
