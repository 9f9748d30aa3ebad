"""The history: every change ever received with what became of it, and those in quarantine."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, text

from server.domain.records import Change, Json
from server.store.bulk import among, insert_rows, listed
from server.store.sealing import MARK, SealBroken, Turn, plain_text, sealed_text


@dataclass(frozen=True, slots=True)
class StoredChange:
    """One row of `changes`.

    Shape:  `more` is the rest of the outcome (conflicts, problem); `patch` the flat fields if they differ from it,
            or what the record said that this change ended.
    """

    replica_id: str
    n: int
    change_id: str | None
    hash: str
    schema_version: int
    record: str | None
    kind: str | None
    action: str | None
    base: int
    group_id: str | None
    captured_at_ms: int
    received_at_ms: int
    canonical: str | None
    patch: str | None
    outcome: str
    seq: int | None
    more: str | None

    def answer(self, n: int) -> dict[str, Json]:
        """The outcome as it was given, under the number it is asked for now."""
        seq = {} if self.seq is None else {"seq": self.seq}
        return {"n": n, "outcome": self.outcome, **seq, **(json.loads(self.more) if self.more else {})}


_TYPES = {"n", "schema_version", "base", "captured_at_ms", "received_at_ms", "seq"}
_FIELDS = tuple(StoredChange.__dataclass_fields__)
_COLUMNS: Mapping[str, str] = {
    "township_id": "text",
    **{name: "bigint" if name in _TYPES else "text" for name in _FIELDS},
}
_NAMES = ", ".join(f"c.{name}" for name in _FIELDS)


def insert_changes(
    connection: Connection, township_id: str, changes: Iterable[StoredChange], sealed: Collection[int] = ()
) -> None:
    """The changes are in the history; a number that is already there is an error, never an overwrite (L5).

    Shape:  `sealed` are the numbers whose content lies encrypted
    """
    kept = [_with_texts(change, township_id, sealed_text) if change.n in sealed else change for change in changes]
    rows = [{"township_id": township_id} | {name: getattr(change, name) for name in _FIELDS} for change in kept]
    insert_rows(connection, "changes", _COLUMNS, rows)


def load_numbers(
    connection: Connection, township_id: str, replica_id: str, first: int, last: int
) -> dict[int, StoredChange]:
    """What this replica's numbers first..last were, renumbered ones included."""
    found = connection.execute(
        text(
            f"SELECT {_NAMES}, c.n AS as_n FROM changes c WHERE c.township_id = :township "
            "AND c.replica_id = :replica AND c.n BETWEEN :first AND :last "
            f"UNION ALL SELECT {_NAMES}, r.n AS as_n FROM renumbered r JOIN changes c "
            "ON c.township_id = r.township_id AND c.change_id = r.change_id WHERE r.township_id = :township "
            "AND r.replica_id = :replica AND r.n BETWEEN :first AND :last"
        ),
        {"township": township_id, "replica": replica_id, "first": first, "last": last},
    )
    return {row.as_n: _opened(township_id, StoredChange(*row[: len(_FIELDS)])) for row in found}


def load_known(connection: Connection, township_id: str, change_ids: Collection[str]) -> dict[str, StoredChange]:
    """The changes with these ids, whoever sent them under whatever number."""
    if not change_ids:
        return {}
    condition = among(connection, "c.change_id", "ids")
    found = connection.execute(
        text(f"SELECT {_NAMES} FROM changes c WHERE c.township_id = :township AND {condition}"),
        {"township": township_id, "ids": listed(connection, change_ids)},
    )
    return {row.change_id: _opened(township_id, StoredChange(*row)) for row in found}


def load_about(connection: Connection, township_id: str, records: Collection[str]) -> list[StoredChange]:
    """Every change of these records that was ever received."""
    condition = among(connection, "c.record", "records")
    found = connection.execute(
        text(f"SELECT {_NAMES} FROM changes c WHERE c.township_id = :township AND {condition}"),
        {"township": township_id, "records": listed(connection, records)},
    )
    return [_opened(township_id, StoredChange(*row)) for row in found]


def load_seen_groups(connection: Connection, township_id: str, replica_id: str, groups: Collection[str]) -> set[str]:
    """Which of these groups this replica already used in an earlier push."""
    if not groups:
        return set()
    condition = among(connection, "group_id", "groups")
    found = connection.execute(
        text(
            "SELECT DISTINCT group_id FROM changes WHERE township_id = :township "
            f"AND replica_id = :replica AND {condition}"
        ),
        {"township": township_id, "replica": replica_id, "groups": listed(connection, groups)},
    )
    return {row.group_id for row in found}


def insert_renumbered(connection: Connection, township_id: str, replica_id: str, known: Mapping[int, str]) -> None:
    """These numbers of this replica stand for changes that are already in the history."""
    columns = {"township_id": "text", "replica_id": "text", "n": "bigint", "change_id": "text"}
    rows = [
        {"township_id": township_id, "replica_id": replica_id, "n": n, "change_id": change}
        for n, change in known.items()
    ]
    insert_rows(connection, "renumbered", columns, rows)


def _opened(township_id: str, change: StoredChange) -> StoredChange:
    is_sealed = any(text is not None and text.startswith(MARK) for text in (change.canonical, change.patch))
    if not is_sealed:
        return change
    try:
        return _with_texts(change, township_id, plain_text)
    except SealBroken:
        # Its number, hash and outcome still answer for it (L5); `zoufang doctor` names it.
        return replace(change, canonical=None, patch=None)


def _with_texts(change: StoredChange, township_id: str, turn: Turn) -> StoredChange:
    def turned(column: str, text_of_it: str | None) -> str | None:
        place = ("changes", change.replica_id, str(change.n), column)
        return None if text_of_it is None else turn(township_id, place, text_of_it)

    return replace(change, canonical=turned("canonical", change.canonical), patch=turned("patch", change.patch))


def change_of(stored: StoredChange) -> Change:
    """The change again as its author sent it, ready to be judged once more."""
    sent = json.loads(stored.canonical or "{}")
    return Change(
        replica=stored.replica_id,
        n=stored.n,
        change=str(sent["change"]),
        hash=stored.hash,
        schema_version=stored.schema_version,
        record=str(sent["record"]),
        kind=str(sent["kind"]),
        action=str(sent["action"]),
        base=stored.base,
        fields=_fields(stored, sent),
        captured_at_ms=stored.captured_at_ms,
        clock_offset_ms=int(sent.get("clock_offset_ms", 0)),
        canonical=stored.canonical or "",
        command=sent.get("command"),
        group=stored.group_id,
        erased=sent.get("erased") is True,
    )


def _fields(stored: StoredChange, sent: Mapping[str, Json]) -> Mapping[str, Json]:
    """Beside a delete, or the settling of one, lies what the record said (server/store/emptied.py)."""
    if stored.patch is None or stored.action in ("delete", "settle"):
        return dict(sent.get("fields") or {})
    return dict(json.loads(stored.patch))
