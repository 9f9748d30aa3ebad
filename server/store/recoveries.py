"""Requests of phones whose passphrase is forgotten, and the answers sealed to them."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, text

Box = dict[str, str]


@dataclass(frozen=True, slots=True)
class Recovery:
    """One request. Shape: `wrap`, `answer` boxes {epk, iv, ct} in base64, of the data key."""

    id: str
    replica_id: str
    vault: str
    wrap: Box
    public_key: str
    asked_at_ms: int
    answer: Box | None = None
    answered_at_ms: int | None = None
    answered_by: str | None = None


_NAMES = "id, replica_id, vault, wrap, public_key, asked_at_ms, answer, answered_at_ms, answered_by"


def insert_recovery(connection: Connection, township_id: str, asked: Recovery) -> None:
    """The request is with the office, in place of an earlier one of this replica that nobody answered."""
    values = {
        "township": township_id,
        "id": asked.id,
        "replica": asked.replica_id,
        "vault": asked.vault,
        "wrap": json.dumps(asked.wrap),
        "key": asked.public_key,
        "asked": asked.asked_at_ms,
    }
    connection.execute(
        text(
            "DELETE FROM recoveries WHERE township_id = :township AND replica_id = :replica "
            "AND answered_at_ms IS NULL AND id <> :id"
        ),
        values,
    )
    connection.execute(
        text(
            "INSERT INTO recoveries (township_id, id, replica_id, vault, wrap, public_key, asked_at_ms) "
            "VALUES (:township, :id, :replica, :vault, :wrap, :key, :asked) ON CONFLICT DO NOTHING"
        ),
        values,
    )


def load_recovery(connection: Connection, township_id: str, recovery_id: str) -> Recovery | None:
    """The request with this id."""
    found = connection.execute(
        text(f"SELECT {_NAMES} FROM recoveries WHERE township_id = :township AND id = :id"),
        {"township": township_id, "id": recovery_id},
    ).one_or_none()
    return None if found is None else _recovery(*found)


def load_recoveries(connection: Connection, township_id: str, since_ms: int) -> list[Recovery]:
    """The requests made since then, newest first."""
    found = connection.execute(
        text(
            f"SELECT {_NAMES} FROM recoveries WHERE township_id = :township AND asked_at_ms >= :since "
            "ORDER BY asked_at_ms DESC, id"
        ),
        {"township": township_id, "since": since_ms},
    )
    return [_recovery(*row) for row in found]


def save_answer(connection: Connection, township_id: str, recovery_id: str, answer: Box, by: str, now_ms: int) -> None:
    """The request is answered; a later answer stands in place of an earlier one."""
    connection.execute(
        text(
            "UPDATE recoveries SET answer = :answer, answered_by = :by, answered_at_ms = :now "
            "WHERE township_id = :township AND id = :id"
        ),
        {"answer": json.dumps(answer), "by": by, "now": now_ms, "township": township_id, "id": recovery_id},
    )


def _recovery(*row: object) -> Recovery:
    found = Recovery(*row)  # type: ignore[arg-type]
    answer = json.loads(str(found.answer)) if found.answer else None
    return Recovery(
        found.id, found.replica_id, found.vault, json.loads(str(found.wrap)), found.public_key, found.asked_at_ms,
        answer, found.answered_at_ms, found.answered_by,
    )  # fmt: skip
