"""Texts sealed with a key that nobody has any more: emptied, so that everything else can be read again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Row, text

from server.domain.records import Json
from server.store.sealing import MARK

_SEALED = f"LIKE '{MARK}%'"


def load_lost_records(connection: Connection, township_id: str) -> list[Row[Any]]:
    """The sealed records with the kind of what they hang on, in the order of the feed."""
    found = connection.execute(
        text(
            "SELECT r.*, p.kind AS above FROM records r LEFT JOIN records p ON p.township_id = r.township_id "
            f"AND p.id = r.parent WHERE r.township_id = :township AND r.fields {_SEALED} ORDER BY r.seq"
        ),
        {"township": township_id},
    )
    return list(found)


def empty_record(connection: Connection, row: Row[Any], fields: Mapping[str, Json], seq: int) -> None:
    """The record says only this from now on, under a number that the head already covers (L4)."""
    connection.execute(
        text("UPDATE records SET fields = :fields, seq = :seq WHERE township_id = :township AND id = :id"),
        {"fields": json.dumps(dict(fields), sort_keys=True), "seq": seq, "township": row.township_id, "id": row.id},
    )


def empty_history(connection: Connection, township_id: str) -> int:
    """Sealed changes and quarantined ones keep number, hash and outcome and say nothing; how many there were."""
    what = {"township": township_id, "before": '{"erased":true,"n":'}
    changes = "UPDATE changes SET canonical = NULL, patch = NULL"
    held = "UPDATE quarantined_changes SET payload = CAST(:before AS text) || CAST(n AS text) || '}'"
    places = ((changes, "canonical"), (held, "payload"))
    return sum(
        connection.execute(text(f"{update} WHERE township_id = :township AND {column} {_SEALED}"), what).rowcount
        for update, column in places
    )
