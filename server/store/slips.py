"""The box: anonymous sealed slips by their hash, and how many were refused. No time, nobody, no order of arrival."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection

from server.domain.ballot.manifest import Place
from server.domain.ballot.slips import Slip
from server.store.bulk import among, listed, sql
from server.store.database import is_sqlite

SIGNATURE_FROM = 130
"""The first byte of the signature in a slip, counted from 1; what stands before is what was signed."""


def put_in(
    connection: Connection, township_id: str, round_id: str, slips: Iterable[tuple[Slip, bool]]
) -> dict[bytes, bool]:
    """The slips are in the box, each once however often it comes, by their hashes and not as they came.

    Shape:  `slips` with whether each would be late; by hash whether it counts as late, as its first coming said
    """
    rows: list[dict[str, Any]] = [
        {"hash": slip.hash.hex(), "subject": slip.place[0], "group": slip.place[1], "slip": slip.body, "late": late}
        for slip, late in sorted(slips, key=lambda one: one[0].hash)
    ]
    if not rows:
        return {}
    key, columns = _key(township_id, round_id), ("hash", "subject", "group", "slip", "late")
    into = "INSERT INTO slips (township_id, round_id, slip_hash, subject_id, group_slug, slip, late)"
    if is_sqlite(connection):
        each = sql(f"{into} VALUES (:township, :round, :hash, :subject, :group, :slip, :late) ON CONFLICT DO NOTHING")
        connection.execute(each, [key | row for row in rows])
    else:
        arrays = "CAST(:hash AS text[]), CAST(:subject AS text[]), CAST(:group AS text[]), CAST(:slip AS bytea[])"
        taken = f"unnest({arrays}, CAST(:late AS boolean[]))"
        every = sql(f"{into} SELECT :township, :round, r.* FROM {taken} AS r ON CONFLICT DO NOTHING")
        connection.execute(every, key | {name: [row[name] for row in rows] for name in columns})
    found = connection.execute(
        sql(
            "SELECT slip_hash, late FROM slips WHERE township_id = :township AND round_id = :round "
            f"AND {among(connection, 'slip_hash', 'hashes')}"
        ),
        key | {"hashes": listed(connection, (row["hash"] for row in rows))},
    )
    return {bytes.fromhex(row[0]): bool(row[1]) for row in found}


def is_spent(connection: Connection, township_id: str, round_id: str, signature: bytes) -> bool:
    """Whether a slip in the box bears this signature."""
    found = connection.execute(
        sql(
            "SELECT 1 FROM slips WHERE township_id = :township AND round_id = :round "
            f"AND substr(slip, {SIGNATURE_FROM}) = :signature LIMIT 1"
        ),
        _key(township_id, round_id) | {"signature": signature},
    ).scalar_one_or_none()
    return found is not None


def count_refused(connection: Connection, township_id: str, round_id: str, place: Place, reason: str) -> None:
    """One more was refused for this reason; nothing else of it is kept."""
    add_refused(connection, township_id, round_id, place, reason, 1)


def add_refused(connection: Connection, township_id: str, round_id: str, place: Place, reason: str, count: int) -> None:
    """So many more were refused for this reason; nothing else of them is kept."""
    connection.execute(
        sql(
            "INSERT INTO refused_slips (township_id, round_id, subject_id, group_slug, reason, count) "
            "VALUES (:township, :round, :subject, :group, :reason, :count) "
            "ON CONFLICT (township_id, round_id, subject_id, group_slug, reason) "
            "DO UPDATE SET count = refused_slips.count + excluded.count"
        ),
        {**_key(township_id, round_id), "subject": place[0], "group": place[1], "reason": reason, "count": count},
    )


def load_refused(connection: Connection, township_id: str, round_id: str) -> list[tuple[str, str, str, int]]:
    """How many were refused, by subject, group and reason."""
    found = connection.execute(
        sql(
            "SELECT subject_id, group_slug, reason, count FROM refused_slips WHERE township_id = :township "
            "AND round_id = :round ORDER BY subject_id, group_slug, reason"
        ),
        _key(township_id, round_id),
    )
    return [(str(row[0]), str(row[1]), str(row[2]), int(row[3])) for row in found]


def in_time_elsewhere(connection: Connection, township_id: str, round_id: str, digest: str) -> None:
    """The slip came in time at another place of the same box, whatever was noted here."""
    connection.execute(
        sql("UPDATE slips SET late = :late WHERE township_id = :township AND round_id = :round AND slip_hash = :hash"),
        _key(township_id, round_id) | {"hash": digest, "late": False},
    )


def load_box(connection: Connection, township_id: str, round_id: str, late: bool) -> list[tuple[Place, bytes]]:
    """The slips that came in time, or those that came late, with their places."""
    found = connection.execute(
        sql(
            "SELECT subject_id, group_slug, slip FROM slips "
            "WHERE township_id = :township AND round_id = :round AND late = :late ORDER BY slip_hash"
        ),
        _key(township_id, round_id) | {"late": late},
    )
    return [((str(subject), str(group)), bytes(slip)) for subject, group, slip in found]


def _key(township_id: str, round_id: str) -> dict[str, object]:
    return {"township": township_id, "round": round_id}
