"""The box: anonymous sealed slips by their hash, and how many were refused. No time, nobody, no order of arrival."""

from __future__ import annotations

from sqlalchemy import Connection

from server.domain.ballot.manifest import Place
from server.store.bulk import sql

SIGNATURE_FROM = 130
"""The first byte of the signature in a slip, counted from 1; what stands before is what was signed."""


def put_in(
    connection: Connection,
    township_id: str,
    round_id: str,
    place: Place,
    body: bytes,
    digest: str,
    late: bool,
) -> bool:
    """The slip is in the box, once however often it comes; whether it counts as late, which its first coming said."""
    slip = _key(township_id, round_id) | {"hash": digest}
    connection.execute(
        sql(
            "INSERT INTO slips (township_id, round_id, slip_hash, subject_id, group_slug, slip, late) "
            "VALUES (:township, :round, :hash, :subject, :group, :slip, :late) ON CONFLICT DO NOTHING"
        ),
        {**slip, "subject": place[0], "group": place[1], "slip": body, "late": late},
    )
    found = connection.execute(
        sql("SELECT late FROM slips WHERE township_id = :township AND round_id = :round AND slip_hash = :hash"), slip
    ).scalar_one()
    return bool(found)


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
