"""Which key this database is sealed with: its id only, so that a wrong key is noticed before anybody reads."""

from __future__ import annotations

from sqlalchemy import Connection, text


def load_key_id(connection: Connection) -> str | None:
    """The id of the key, None before the first start."""
    found = connection.execute(text("SELECT id FROM sealing_keys WHERE slot = 1")).scalar_one_or_none()
    return None if found is None else str(found)


def note_key_id(connection: Connection, key_id: str) -> str | None:
    """The id is noted, unless another process noted one first; the one that stands."""
    connection.execute(
        text("INSERT INTO sealing_keys (slot, id) VALUES (1, :id) ON CONFLICT DO NOTHING"), {"id": key_id}
    )
    return load_key_id(connection)


def is_all_sealed(connection: Connection) -> bool:
    """Whether what was there before the key has been sealed, too."""
    found = connection.execute(text("SELECT all_sealed_at_ms FROM sealing_keys WHERE slot = 1")).scalar_one_or_none()
    return found is not None


def note_all_sealed(connection: Connection, now_ms: int) -> None:
    """What was there before the key is sealed since now."""
    connection.execute(text("UPDATE sealing_keys SET all_sealed_at_ms = :now WHERE slot = 1"), {"now": now_ms})


def replace_key_id(connection: Connection, key_id: str) -> None:
    """From now on the database is sealed with this key; the caller has emptied what only the old one opens."""
    connection.execute(text("UPDATE sealing_keys SET id = :id WHERE slot = 1"), {"id": key_id})
