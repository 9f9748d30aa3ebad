"""What a deleted record said lies in the history only, beside the change that ended it; the record keeps the way."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sqlalchemy import Connection

from server.domain.records import Json, Record
from server.store.bulk import sql
from server.store.sealing import MARK, SealBroken, plain_text, sealed_text

Place = tuple[str, int]
"""Replica and number of a change."""

SIGN = '{"":'
"""No field has an empty name: a text that begins so is the way to the content, not the content."""


class ContentMissing(RuntimeError):
    """The change beside which a content is to lie is not there: nothing may be emptied."""


def way_to(place: Place) -> str:
    """What stands in `fields` of an emptied record."""
    return json.dumps({"": list(place)}, separators=(",", ":"))


def place_in(fields: str) -> Place | None:
    """Where the content lies, if this is the way to it."""
    if not fields.startswith(SIGN):
        return None
    replica, n = json.loads(fields)[""]
    return str(replica), int(n)


def load_content(connection: Connection, township_id: str, place: Place) -> tuple[dict[str, Json], bool]:
    """The fields as they were, none where they can no longer be read; and whether they lie sealed."""
    found = connection.execute(
        sql("SELECT patch FROM changes WHERE township_id = :township AND replica_id = :replica AND n = :n"),
        _at(township_id, place),
    ).scalar_one_or_none()
    content = str(found or "{}")
    return dict(json.loads(plain_text(township_id, _label(place), content))), content.startswith(MARK)


def readable_content(connection: Connection, township_id: str, place: Place) -> dict[str, Json]:
    """The fields as they were; none where nobody can open them."""
    try:
        return load_content(connection, township_id, place)[0]
    except SealBroken:
        return {}


def move_contents(connection: Connection, township_id: str, records: Iterable[Record]) -> None:
    """The content of every emptied record is in the history, and that of a restored one is there no longer.

    Raises: ContentMissing
    """
    for record in records:
        if record.emptied_by is None or record.damaged:
            continue
        content = _content(township_id, record.emptied_by, record) if record.deleted else None
        done = connection.execute(
            sql("UPDATE changes SET patch = :patch WHERE township_id = :township AND replica_id = :replica AND n = :n"),
            {"patch": content, **_at(township_id, record.emptied_by)},
        )
        if done.rowcount != 1:
            raise ContentMissing(f"the {record.kind} cannot be emptied: its last change is not in the history")


def _content(township_id: str, place: Place, record: Record) -> str:
    text = json.dumps(dict(record.fields), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return sealed_text(township_id, _label(place), text) if record.sealed else text


def _label(place: Place) -> tuple[str, ...]:
    return "changes", place[0], str(place[1]), "patch"


def _at(township_id: str, place: Place) -> dict[str, Json]:
    return {"township": township_id, "replica": place[0], "n": place[1]}
