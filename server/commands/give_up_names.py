"""The sealing key is lost for good: what it sealed is given up, and the system starts again under a new one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.domain.records import Json
from server.store.audit import add_audit
from server.store.database import reading, writing
from server.store.lost_texts import empty_history, empty_record, load_lost_records
from server.store.sealing_keys import load_key_id, replace_key_id
from server.store.townships import load_tenants
from server.store.transaction import transaction


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Shape: records and texts of the history that nobody can read any more."""

    records: int
    texts: int


def give_up_names(kinds: Kinds, key_id: str, now_ms: int) -> GivenUp:
    """Every text that only the lost key opens is emptied, and the database is sealed with the key of this id.

    Laws:   L4, L5 (numbers, hashes and outcomes stay)
    Raises: malformed-request (the key is there: nothing has to be given up), busy, storage-full
    """
    with reading() as connection:
        known = load_key_id(connection)
        townships = [tenant.id for tenant in load_tenants(connection)]
    if known in (None, key_id):
        raise Problem("malformed-request", "the sealing key of this database is here; nothing has to be given up")
    found = [_of_township(kinds, township_id, now_ms) for township_id in townships]
    with writing() as connection:
        replace_key_id(connection, key_id)
    return GivenUp(sum(one.records for one in found), sum(one.texts for one in found))


def _of_township(kinds: Kinds, township_id: str, now_ms: int) -> GivenUp:
    with transaction(township_id) as tx:
        rows = load_lost_records(tx.connection, township_id)
        first = tx.head + 1
        tx.save([], [], tx.head + len(rows))
        for seq, row in enumerate(rows, start=first):
            empty_record(tx.connection, row, _left(kinds, row), seq)
        given_up = GivenUp(len(rows), empty_history(tx.connection, township_id))
        if given_up != GivenUp(0, 0):
            detail = {"records": given_up.records, "texts": given_up.texts}
            add_audit(tx.connection, township_id, "cli", "names-given-up", detail, now_ms)
    return given_up


def _left(kinds: Kinds, row: Row[Any]) -> dict[str, Json]:
    """What the columns beside the sealed text still say of the record."""
    if row.kind == "conflict":
        closed: dict[str, Json] = {
            "sides": [],
            "status": "settled",
            "settled_by": row.created_by,
            "settled_value": None,
        }
        return {"record": row.parent, "record_kind": row.above, "field": "name", **closed}
    parent_field = kinds[row.kind].parent_field
    return {parent_field: row.parent} if parent_field else {}
