"""A round from its opening on: the board, the books, signatures and results."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from server.domain.ballot.board import Board
from server.store.bulk import insert_rows, sql


@dataclass(frozen=True, slots=True)
class Book:
    """What of a round is kept beside its record. Shape: `marks`, `counts` as JSON gave them, None before that."""

    tally_key: str | None
    key_holder: str | None
    head: str | None
    marks: Any
    counts: Any


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One entry with the slip it opens."""

    subject: str
    group: str
    slip: bytes
    key: str
    link: str
    outcome: str


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One subject. Shape: `reason`, `minute_ref` of a decision that is not the suggested grade."""

    suggested: str | None
    decided: str | None = None
    reason: str | None = None
    minute_ref: str | None = None


def load_book(connection: Connection, township_id: str, round_id: str) -> Book | None:
    """The round's book."""
    found = connection.execute(
        sql(
            "SELECT tally_key, key_holder, head, marks, counts FROM round_books "
            "WHERE township_id = :township AND round_id = :round"
        ),
        _key(township_id, round_id),
    ).one_or_none()
    if found is None:
        return None
    marks, counts = (json.loads(text) if text else None for text in (found.marks, found.counts))
    return Book(found.tally_key, found.key_holder, found.head, marks, counts)


def save_head(connection: Connection, township_id: str, round_id: str, head: str) -> None:
    """The box is open."""
    _save(connection, township_id, round_id, "head", head)


def save_marks(connection: Connection, township_id: str, round_id: str, marks: Any) -> None:
    """What weighs beside the ballots is this."""
    _save(connection, township_id, round_id, "marks", json.dumps(marks))


def save_counts(connection: Connection, township_id: str, round_id: str, counts: Any) -> None:
    """What the scrutineers sign is this; None while nobody has signed."""
    _save(connection, township_id, round_id, "counts", None if counts is None else json.dumps(counts))


def save_board(connection: Connection, township_id: str, round_id: str, board: Board) -> None:
    """The board stands as it was opened."""
    texts = ("township_id", "round_id", "subject_id", "group_slug", "slip_hash", "key", "link", "outcome")
    rows = [
        {
            "township_id": township_id,
            "round_id": round_id,
            "at": at,
            "subject_id": entry.slip.place[0],
            "group_slug": entry.slip.place[1],
            "slip_hash": entry.slip.hash.hex(),
            "key": entry.key.hex(),
            "link": link.hex(),
            "outcome": entry.outcome,
        }
        for at, (entry, link) in enumerate(zip(board.entries, board.links, strict=True))
    ]
    insert_rows(connection, "board_entries", dict.fromkeys(texts, "text") | {"at": "bigint"}, rows)


def load_board(connection: Connection, township_id: str, round_id: str) -> list[BoardRow]:
    """The board in its order, each entry with its slip."""
    found = connection.execute(
        sql(
            "SELECT e.subject_id, e.group_slug, s.slip, e.key, e.link, e.outcome FROM board_entries e "
            "JOIN slips s ON s.township_id = e.township_id AND s.round_id = e.round_id AND s.slip_hash = e.slip_hash "
            "WHERE e.township_id = :township AND e.round_id = :round ORDER BY e.at"
        ),
        _key(township_id, round_id),
    )
    return [BoardRow(row[0], row[1], bytes(row[2]), *row[3:]) for row in found]


def load_signers(connection: Connection, township_id: str, round_id: str, what: str) -> list[str]:
    """The accounts that signed this."""
    found = connection.execute(
        sql(
            "SELECT account_id FROM signatures "
            "WHERE township_id = :township AND round_id = :round AND what = :what ORDER BY account_id"
        ),
        _key(township_id, round_id) | {"what": what},
    )
    return [str(account) for account in found.scalars()]


def add_signature(connection: Connection, township_id: str, round_id: str, what: str, account: str) -> None:
    """The account has signed this, once."""
    connection.execute(
        sql(
            "INSERT INTO signatures (township_id, round_id, what, account_id) "
            "VALUES (:township, :round, :what, :account) ON CONFLICT DO NOTHING"
        ),
        _key(township_id, round_id) | {"what": what, "account": account},
    )


def unsign(connection: Connection, township_id: str, round_id: str, what: str) -> None:
    """Nobody has signed this any more, and what was kept for signing is gone: the numbers under it have changed."""
    connection.execute(
        sql("DELETE FROM signatures WHERE township_id = :township AND round_id = :round AND what = :what"),
        _key(township_id, round_id) | {"what": what},
    )
    save_counts(connection, township_id, round_id, None)


def load_results(connection: Connection, township_id: str, round_id: str) -> dict[str, ResultRow]:
    """The results of a counted round by subject."""
    found = connection.execute(
        sql(
            "SELECT subject_id, suggested, decided, reason, minute_ref FROM results "
            "WHERE township_id = :township AND round_id = :round"
        ),
        _key(township_id, round_id),
    )
    return {str(row[0]): ResultRow(*row[1:]) for row in found}


def save_results(connection: Connection, township_id: str, round_id: str, results: Mapping[str, ResultRow]) -> None:
    """These subjects' results are these."""
    columns = ("township_id", "round_id", "subject_id", "suggested", "decided", "reason", "minute_ref")
    rows = [
        {
            "township_id": township_id,
            "round_id": round_id,
            "subject_id": subject,
            "suggested": row.suggested,
            "decided": row.decided,
            "reason": row.reason,
            "minute_ref": row.minute_ref,
        }
        for subject, row in results.items()
    ]
    insert_rows(connection, "results", dict.fromkeys(columns, "text"), rows, update_on=columns[:3])


def _save(connection: Connection, township_id: str, round_id: str, column: str, value: str | None) -> None:
    connection.execute(
        sql(f"UPDATE round_books SET {column} = :value WHERE township_id = :township AND round_id = :round"),
        _key(township_id, round_id) | {"value": value},
    )


def _key(township_id: str, round_id: str) -> dict[str, Any]:
    return {"township": township_id, "round": round_id}
