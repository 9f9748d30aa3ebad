"""Passwords of desks (as hashes), and when a replica's person last proved who he is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """Shape: `hash` in Argon2's own form, salt and costs included."""

    township_id: str
    account_id: str
    login: str
    hash: str


_SELECT = "SELECT township_id, account_id, login, hash FROM passwords"


def load_password(connection: Connection, township_id: str, account_id: str) -> StoredPassword | None:
    """The password of an account."""
    row = connection.execute(
        text(f"{_SELECT} WHERE township_id = :township AND account_id = :account"),
        {"township": township_id, "account": account_id},
    ).one_or_none()
    return None if row is None else StoredPassword(*row)


def find_login(connection: Connection, key: str) -> StoredPassword | None:
    """Whose login name this is; whoever signs in knows no township yet."""
    row = connection.execute(text(f"{_SELECT} WHERE login_key = :key"), {"key": key}).one_or_none()
    return None if row is None else StoredPassword(*row)


def save_password(connection: Connection, password: StoredPassword, key: str, now_ms: int) -> bool:
    """The account has this password and no other; False if the login name is somebody else's: then roll back."""
    values = {
        "township": password.township_id,
        "account": password.account_id,
        "login": password.login,
        "key": key,
        "hash": password.hash,
        "now": now_ms,
    }
    remove_password(connection, password.township_id, password.account_id)
    done = connection.execute(
        text(
            "INSERT INTO passwords (township_id, account_id, login, login_key, hash, set_at_ms) "
            "VALUES (:township, :account, :login, :key, :hash, :now) ON CONFLICT DO NOTHING"
        ),
        values,
    )
    return bool(done.rowcount)


def remove_password(connection: Connection, township_id: str, account_id: str) -> bool:
    """The account has no password; False if it had none."""
    done = connection.execute(
        text("DELETE FROM passwords WHERE township_id = :township AND account_id = :account"),
        {"township": township_id, "account": account_id},
    )
    return bool(done.rowcount)


def save_proof(connection: Connection, replica_id: str, now_ms: int) -> None:
    """The replica's person proved now who he is."""
    connection.execute(
        text("UPDATE replicas SET proved_at_ms = :now WHERE id = :id"), {"now": now_ms, "id": replica_id}
    )


def load_proof(connection: Connection, replica_id: str) -> int | None:
    """When that was, on the server's clock."""
    found: int | None = connection.execute(
        text("SELECT proved_at_ms FROM replicas WHERE id = :id"), {"id": replica_id}
    ).scalar()
    return found
