"""Quarantined changes: kept with their reason until they are released or rejected."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, replace

from sqlalchemy import Connection, text

from server.domain.problems import Problem
from server.store.bulk import among, insert_rows, listed
from server.store.sealing import SealBroken, Turn, plain_text, sealed_text


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One change in quarantine.

    Shape:  `payload` is ASCII JSON of what came, empty where its seal is broken; `status` held, released or rejected;
            `corrected` is a JSON list of the names of fields that the office put right.
    """

    replica_id: str
    n: int
    account_id: str
    change_id: str | None
    record: str | None
    kind: str | None
    group_id: str | None
    slug: str
    detail: str
    payload: str
    status: str
    created_at_ms: int
    decided_at_ms: int | None = None
    decided_by: str | None = None
    reason: str | None = None
    outcome: str | None = None
    corrected: str | None = None


_NUMBERS = {"n", "created_at_ms", "decided_at_ms"}
_FIELDS = tuple(Quarantined.__dataclass_fields__)
_COLUMNS: Mapping[str, str] = {
    "township_id": "text",
    **{name: "bigint" if name in _NUMBERS else "text" for name in _FIELDS},
}
_NAMES = ", ".join(_FIELDS)


def insert_quarantined(
    connection: Connection, township_id: str, changes: Iterable[Quarantined], sealed: Collection[int] = ()
) -> None:
    """The changes are in quarantine. Shape: `sealed` are the numbers whose payload lies encrypted."""
    kept = [_turned(change, township_id, sealed_text) if change.n in sealed else change for change in changes]
    insert_rows(
        connection,
        "quarantined_changes",
        _COLUMNS,
        [{"township_id": township_id, **asdict(change)} for change in kept],
    )


def load_quarantined(
    connection: Connection,
    township_id: str,
    status: str | None = "held",
    replica_id: str | None = None,
    n: int | None = None,
) -> list[Quarantined]:
    """The township's quarantine, oldest first; narrowed by what is given."""
    found = connection.execute(
        text(
            f"SELECT {_NAMES} FROM quarantined_changes WHERE township_id = :township "
            "AND (CAST(:status AS text) IS NULL OR status = :status) "
            "AND (CAST(:replica AS text) IS NULL OR replica_id = :replica) "
            "AND (CAST(:n AS bigint) IS NULL OR n = :n) ORDER BY created_at_ms, replica_id, n"
        ),
        {"township": township_id, "status": status, "replica": replica_id, "n": n},
    )
    return [_opened(Quarantined(*row), township_id) for row in found]


def load_waiting(connection: Connection, township_id: str, records: Collection[str]) -> list[Quarantined]:
    """The held `depends-on` changes of these records, with everything of their groups, in their authors' order."""
    if not records:
        return []
    condition = among(connection, "record", "records")
    held = "township_id = :township AND slug = 'depends-on' AND status = 'held'"
    found = connection.execute(
        text(
            f"SELECT {_NAMES} FROM quarantined_changes WHERE {held} AND ({condition} OR group_id IN "
            f"(SELECT group_id FROM quarantined_changes WHERE {held} AND {condition} AND group_id IS NOT NULL)) "
            "ORDER BY replica_id, n"
        ),
        {"township": township_id, "records": listed(connection, records)},
    )
    return [_opened(Quarantined(*row), township_id) for row in found]


def whole(change: Quarantined) -> Quarantined:
    """The change, if what came can be opened.

    Raises: content-damaged
    """
    if not change.payload:
        raise Problem("content-damaged", "what came was altered on the server, or sealed with a key that is not here")
    return change


def _opened(change: Quarantined, township_id: str) -> Quarantined:
    """One damaged row hides no other."""
    try:
        return _turned(change, township_id, plain_text)
    except SealBroken:
        return replace(change, payload="")


def _turned(change: Quarantined, township_id: str, turn: Turn) -> Quarantined:
    return replace(change, payload=turn(township_id, _place(change), change.payload))


def _place(change: Quarantined) -> tuple[str, ...]:
    return "quarantined_changes", change.replica_id, str(change.n), "payload"


def decide_quarantined(connection: Connection, township_id: str, change: Quarantined) -> None:
    """The change has the status, reason and outcome it has here."""
    connection.execute(
        text(
            "UPDATE quarantined_changes SET status = :status, decided_at_ms = :decided_at_ms, "
            "decided_by = :decided_by, reason = :reason, outcome = :outcome, slug = :slug, detail = :detail, "
            "corrected = :corrected "
            "WHERE township_id = :township AND replica_id = :replica_id AND n = :n"
        ),
        {"township": township_id, **asdict(change)},
    )


def count_held(connection: Connection, township_id: str) -> int:
    """How many changes wait for a decision."""
    found = connection.execute(
        text("SELECT count(*) FROM quarantined_changes WHERE township_id = :township AND status = 'held'"),
        {"township": township_id},
    )
    return int(found.scalar_one())
