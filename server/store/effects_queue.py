"""The night shift's side of the table `effects`: claim, done, failed; a claim lasts until its lease runs out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from server.domain.records import Json
from server.store.database import is_sqlite

MOST_TRIES = 8
"""After that many tries an effect is dead: nobody tries it again, and the office sees it with its last error."""

MOST_ERROR_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class StoredEffect:
    """One piece of work. Shape: tries counts this one too; error is the last one's, None if there was none."""

    township_id: str
    id: str
    kind: str
    payload: Mapping[str, Json]
    tries: int
    created_at_ms: int
    error: str | None


def claim_due(connection: Connection, now_ms: int, lease_ms: int, most: int) -> list[StoredEffect]:
    """Up to `most` due effects are this caller's while the lease lasts; a killed worker's come back after it (L7)."""
    # PostgreSQL: two drains never wait for each other. SQLite: the writer's lock lets only one in at a time.
    skip = "" if is_sqlite(connection) else "FOR UPDATE SKIP LOCKED"
    found = connection.execute(
        text(
            "WITH due AS (SELECT township_id AS township, id AS effect FROM effects "
            "WHERE done_at_ms IS NULL AND due_at_ms <= :now AND tries < :tries "
            f"ORDER BY due_at_ms, id LIMIT :most {skip}) "
            "UPDATE effects SET due_at_ms = :until, tries = tries + 1 FROM due "
            f"WHERE township_id = due.township AND id = due.effect RETURNING {_NAMES}"
        ),
        {"now": now_ms, "until": now_ms + lease_ms, "most": most, "tries": MOST_TRIES},
    )
    return sorted((_effect(*row) for row in found), key=lambda effect: (effect.created_at_ms, effect.id))


def mark_done(connection: Connection, township_id: str, effect_id: str, now_ms: int) -> None:
    """The effect is done and will not be claimed again; a second time changes nothing (L7)."""
    connection.execute(
        text(
            "UPDATE effects SET done_at_ms = :now, error = NULL "
            "WHERE township_id = :township AND id = :id AND done_at_ms IS NULL"
        ),
        {"township": township_id, "id": effect_id, "now": now_ms},
    )


def mark_failed(connection: Connection, township_id: str, effect_id: str, error: str, due_at_ms: int) -> None:
    """The effect says what went wrong and comes again at `due_at_ms`, unless it has used up its tries."""
    connection.execute(
        text(
            "UPDATE effects SET error = :error, due_at_ms = :due "
            "WHERE township_id = :township AND id = :id AND done_at_ms IS NULL"
        ),
        {"township": township_id, "id": effect_id, "error": error[:MOST_ERROR_CHARACTERS], "due": due_at_ms},
    )


def load_effect(connection: Connection, township_id: str, effect_id: str) -> StoredEffect | None:
    """The effect if it still has to be done."""
    row = connection.execute(
        text(f"SELECT {_NAMES} FROM effects WHERE township_id = :township AND id = :id AND done_at_ms IS NULL"),
        {"township": township_id, "id": effect_id},
    ).one_or_none()
    return None if row is None else _effect(*row)


def townships_with_done(connection: Connection, before_ms: int, most: int) -> list[str]:
    """Some of the townships that keep effects which were done before a moment."""
    found = connection.execute(
        text("SELECT DISTINCT township_id FROM effects WHERE done_at_ms < :before LIMIT :most"),
        {"before": before_ms, "most": most},
    )
    return [str(row.township_id) for row in found]


def prune_done(connection: Connection, township_id: str, before_ms: int, most: int) -> dict[str, int]:
    """Up to `most` effects that were done before a moment are gone; how many of each kind."""
    found = connection.execute(
        text(
            "DELETE FROM effects WHERE township_id = :township AND id IN (SELECT id FROM effects "
            "WHERE township_id = :township AND done_at_ms < :before ORDER BY done_at_ms, id LIMIT :most) RETURNING kind"
        ),
        {"township": township_id, "before": before_ms, "most": most},
    )
    return dict(Counter(str(row.kind) for row in found))


def count_done(connection: Connection, township_id: str) -> int:
    """How many done effects are still on the list."""
    found = connection.execute(
        text("SELECT count(*) FROM effects WHERE township_id = :township AND done_at_ms IS NOT NULL"),
        {"township": township_id},
    )
    return int(found.scalar_one())


def load_dead(connection: Connection, township_id: str, now_ms: int, most: int) -> list[StoredEffect]:
    """What used up its tries (and whose last lease ran out), newest first."""
    found = connection.execute(
        text(
            f"SELECT {_NAMES} FROM effects WHERE township_id = :township AND done_at_ms IS NULL "
            "AND tries >= :tries AND due_at_ms <= :now ORDER BY created_at_ms DESC, id LIMIT :most"
        ),
        {"township": township_id, "tries": MOST_TRIES, "now": now_ms, "most": most},
    )
    return [_effect(*row) for row in found]


def count_waiting(connection: Connection, township_id: str) -> int:
    """How many effects still have tries left and are not done."""
    found = connection.execute(
        text("SELECT count(*) FROM effects WHERE township_id = :township AND done_at_ms IS NULL AND tries < :tries"),
        {"township": township_id, "tries": MOST_TRIES},
    )
    return int(found.scalar_one())


def is_waiting(connection: Connection, township_id: str, kind: str) -> bool:
    """Whether such an effect is on the list already, with tries left."""
    found = connection.execute(
        text(
            "SELECT 1 FROM effects WHERE township_id = :township AND kind = :kind AND done_at_ms IS NULL "
            "AND tries < :tries LIMIT 1"
        ),
        {"township": township_id, "kind": kind, "tries": MOST_TRIES},
    )
    return found.first() is not None


_NAMES = "township_id, id, kind, payload, tries, created_at_ms, error"


def _effect(
    township_id: str, effect_id: str, kind: str, payload: str, tries: int, created_at_ms: int, error: str | None
) -> StoredEffect:
    return StoredEffect(township_id, effect_id, kind, json.loads(payload), tries, created_at_ms, error)
