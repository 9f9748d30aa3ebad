"""The signing keys of a round (sealed at rest) and its tally key: in, out, and gone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from server.domain.ballot.manifest import Place
from server.store.bulk import insert_rows, sql
from server.store.sealing import plain_text, sealed_text

_COLUMNS = dict.fromkeys(("township_id", "round_id", "subject_id", "group_slug", "n", "p", "q"), "text")
_OF = "WHERE township_id = :township AND round_id = :round"


@dataclass(frozen=True, slots=True)
class KeyParts:
    """One signing key. Shape: `n` the modulus in base64 as in the manifest; `p`, `q` the primes."""

    n: str
    p: int
    q: int


def insert_keys(connection: Connection, township_id: str, round_id: str, keys: Mapping[Place, KeyParts]) -> None:
    """The round has these keys."""
    rows = [
        {
            "township_id": township_id,
            "round_id": round_id,
            "subject_id": place[0],
            "group_slug": place[1],
            "n": key.n,
            "p": sealed_text(township_id, _place(round_id, place, "p"), f"{key.p:x}"),
            "q": sealed_text(township_id, _place(round_id, place, "q"), f"{key.q:x}"),
        }
        for place, key in keys.items()
    ]
    insert_rows(connection, "round_keys", _COLUMNS, rows)


def load_moduli(connection: Connection, township_id: str, round_id: str) -> dict[Place, str]:
    """The public part of every key, in base64."""
    found = connection.execute(
        sql(f"SELECT subject_id, group_slug, n FROM round_keys {_OF}"), {"township": township_id, "round": round_id}
    )
    return {(row.subject_id, row.group_slug): row.n for row in found}


def load_keys(connection: Connection, township_id: str, round_id: str) -> dict[Place, KeyParts]:
    """Every key of the round; none once the box is opened or the round is void."""
    found = connection.execute(
        sql(f"SELECT subject_id, group_slug, n, p, q FROM round_keys {_OF}"),
        {"township": township_id, "round": round_id},
    )
    keys: dict[Place, KeyParts] = {}
    for row in found:
        place = (row.subject_id, row.group_slug)
        p = plain_text(township_id, _place(round_id, place, "p"), row.p)
        q = plain_text(township_id, _place(round_id, place, "q"), row.q)
        keys[place] = KeyParts(row.n, int(p, 16), int(q, 16))
    return keys


def destroy_keys(connection: Connection, township_id: str, round_id: str) -> None:
    """Nothing of this round is ever signed again."""
    connection.execute(sql(f"DELETE FROM round_keys {_OF}"), {"township": township_id, "round": round_id})


def open_book(connection: Connection, township_id: str, round_id: str) -> None:
    """The round has a row for what is kept beside its record."""
    connection.execute(
        sql("INSERT INTO round_books (township_id, round_id) VALUES (:township, :round)"),
        {"township": township_id, "round": round_id},
    )


def save_tally_key(connection: Connection, township_id: str, round_id: str, public: str, holder: str) -> None:
    """The public tally key of the round, and whose phone holds the private one."""
    connection.execute(
        sql(f"UPDATE round_books SET tally_key = :public, key_holder = :holder {_OF}"),
        {"public": public, "holder": holder, "township": township_id, "round": round_id},
    )


def load_tally_key(connection: Connection, township_id: str, round_id: str) -> tuple[str, str] | None:
    """The public tally key in base64 and the account that holds the private one; None before there is one."""
    row = connection.execute(
        sql(f"SELECT tally_key, key_holder FROM round_books {_OF}"), {"township": township_id, "round": round_id}
    ).one_or_none()
    return None if row is None or row.tally_key is None else (row.tally_key, row.key_holder)


def _place(round_id: str, place: Place, column: str) -> tuple[str, ...]:
    return ("round_keys", round_id, *place, column)
