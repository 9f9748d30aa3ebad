"""Records: read as values, written by the one function every writer goes through."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row

from server.domain.records import FieldSeq, Record
from server.store.bulk import among, insert_rows, listed, sql
from server.store.emptied import load_content, move_contents, place_in, way_to
from server.store.sealing import MARK, SealBroken, plain_text, sealed_text

COLUMNS: Mapping[str, str] = {
    "township_id": "text",
    "id": "text",
    "kind": "text",
    "scope": "text",
    "seq": "bigint",
    "fields": "text",
    "field_seqs": "text",
    "deleted": "boolean",
    "parent": "text",
    "created_by": "text",
    "created_at_ms": "bigint",
    "updated_by": "text",
    "updated_at_ms": "bigint",
}
_NAMES = ", ".join(COLUMNS)


def save_records(connection: Connection, township_id: str, records: Iterable[Record], head: int) -> None:
    """The head is `head` and every record stands as given; the only writer of the table `records` (L4).

    Shape:  each record has its own seq, above the old head and up to `head`.
    """
    connection.execute(
        sql("UPDATE sync_heads SET seq = :seq WHERE township_id = :township"), {"seq": head, "township": township_id}
    )
    given = list(records)
    move_contents(connection, township_id, given)
    rows = [_row(township_id, record) for record in given]
    insert_rows(connection, "records", COLUMNS, rows, update_on=("township_id", "id"))


def load_family(connection: Connection, township_id: str, ids: Collection[str]) -> dict[str, Record]:
    """The records with these ids and the children (conflicts too) that hang on them."""
    if not ids:
        return {}
    same, below = among(connection, "id", "ids"), among(connection, "parent", "ids")
    where = "FROM records WHERE township_id = :township AND"
    found = connection.execute(
        sql(f"SELECT {_NAMES} {where} {same} UNION SELECT {_NAMES} {where} {below}"),
        {"township": township_id, "ids": listed(connection, ids)},
    )
    records = {row.id: record_of(row) for row in found}
    return {id: _whole(connection, township_id, record) for id, record in records.items()}


def load_kind(connection: Connection, township_id: str, kind: str) -> list[Record]:
    """Every record of a kind that is not deleted, oldest id first.

    Sorted here: for an ORDER BY SQLite leaves the index of the kinds and walks the whole township by its key.
    """
    found = connection.execute(
        sql(f"SELECT {_NAMES} FROM records WHERE township_id = :township AND kind = :kind AND NOT deleted"),
        {"township": township_id, "kind": kind},
    )
    return sorted((record_of(row) for row in found), key=lambda record: record.id)


def record_of(row: Row[Any]) -> Record:
    """A row as a value; an emptied one without its content, and one whose seal is broken with the text as it lies."""
    place = place_in(row.fields)
    plain = "{}" if place else readable_fields(row.township_id, row.id, row.fields)
    return Record(
        id=row.id,
        kind=row.kind,
        scope=row.scope,
        seq=row.seq,
        fields={} if plain is None else json.loads(plain),
        field_seqs={name: FieldSeq(*entry) for name, entry in json.loads(row.field_seqs).items()},
        deleted=bool(row.deleted),
        parent=row.parent,
        created_by=row.created_by,
        created_at_ms=row.created_at_ms,
        updated_by=row.updated_by,
        updated_at_ms=row.updated_at_ms,
        sealed=row.fields.startswith(MARK),
        emptied_by=place,
        damaged=row.fields if plain is None else "",
    )


def _whole(connection: Connection, township_id: str, record: Record) -> Record:
    if record.emptied_by is None:
        return record
    try:
        fields, sealed = load_content(connection, township_id, record.emptied_by)
    except SealBroken as broken:
        return replace(record, sealed=True, damaged=str(broken))
    return replace(record, fields=fields, sealed=sealed)


def plain_fields(township_id: str, record_id: str, text: str) -> str:
    """The text of a record's fields, opened where it lies sealed.

    Raises: SealBroken
    """
    return plain_text(township_id, _place(record_id), text) if text.startswith(MARK) else text


def readable_fields(township_id: str, record_id: str, text: str) -> str | None:
    """The text of a record's fields, opened where it lies sealed; None where it is damaged or in a wrong row."""
    try:
        return plain_fields(township_id, record_id, text)
    except SealBroken:
        return None


def _row(township_id: str, record: Record) -> dict[str, Any]:
    return {
        "township_id": township_id,
        "id": record.id,
        "kind": record.kind,
        "scope": record.scope,
        "seq": record.seq,
        "fields": _stored_fields(township_id, record),
        "field_seqs": _json(record.field_seqs),
        "deleted": record.deleted,
        "parent": record.parent,
        "created_by": record.created_by,
        "created_at_ms": record.created_at_ms,
        "updated_by": record.updated_by,
        "updated_at_ms": record.updated_at_ms,
    }


def _stored_fields(township_id: str, record: Record) -> str:
    if record.deleted and record.emptied_by is not None:
        return way_to(record.emptied_by)
    if record.damaged:
        return record.damaged
    fields = _json(record.fields)
    return sealed_text(township_id, _place(record.id), fields) if record.sealed else fields


def _place(record_id: str) -> tuple[str, ...]:
    return "records", record_id, "fields"


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=dict).encode
"""Stored once, sent as it is: this text is what phones get."""
