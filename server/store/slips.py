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
    connection.execute(
        sql(
            "INSERT INTO refused_slips (township_id, round_id, subject_id, group_slug, reason, count) "
            "VALUES (:township, :round, :subject, :group, :reason, 1) "
            "ON CONFLICT (township_id, round_id, subject_id, group_slug, reason) "
            "DO UPDATE SET count = refused_slips.count + 1"
        ),
        {**_key(township_id, round_id), "subject": place[0], "group": place[1], "reason": reason},
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
