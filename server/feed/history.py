"""The history of one record, for whoever may read the record today."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from server.domain.history import Deed, visible_deeds
from server.domain.permissions import scopes_of
from server.domain.problems import Problem
from server.domain.records import Record
from server.domain.trust import token_hash, trusted
from server.store.database import reading
from server.store.digests import load_people
from server.store.history import Told, load_departures_of, load_told
from server.store.records import load_family
from server.store.replicas import load_identity
from server.store.villages import load_villages

MOST_DEEDS = 200


def history_of(token: str, record_id: str, now_ms: int) -> dict[str, Any]:
    """Who changed what of the record, when, on which phone: the newest 200, oldest first.

    Shape:  {record, kind, entries: [{n, replica, label, account, person, action, command, fields, outcome, seq,
            captured_at_ms, moment_ms, erased, withheld, conflict}], more}
    Laws:   L15 a record outside the reader's scopes is not found, whether there is one or not
    Raises: unknown-replica, replica-revoked, not-found
    """
    with reading() as connection:
        identity = trusted(load_identity(connection, token_hash(token), now_ms), now_ms)
        township = identity.tenant.id
        scopes = scopes_of(identity.actor, township, load_villages(connection, identity.tenant))
        family = load_family(connection, township, [record_id])
        record = family.get(record_id)
        if record is None or record.scope not in scopes:
            raise Problem("not-found", "there is no such record")
        conflicts = {one.id: one for one in family.values() if one.kind == "conflict" and one.parent == record_id}
        told = load_told(connection, township, [record_id, *conflicts])
        departures = load_departures_of(connection, township, record_id)
        people = load_people(connection, township)
    deeds = visible_deeds((_deed(one, conflicts) for one in told), departures, scopes, identity.actor.account)
    newest = deeds[-MOST_DEEDS:]
    entries = [{**asdict(deed), "person": people.get(deed.account, "")} for deed in newest]
    return {"record": record_id, "kind": record.kind, "entries": entries, "more": len(deeds) > MOST_DEEDS}


def _deed(told: Told, conflicts: Mapping[str, Record]) -> Deed:
    change = told.change
    sent: dict[str, Any] = json.loads(change.canonical or "{}")
    erased = sent.get("erased") is True
    fields = json.loads(change.patch) if change.patch is not None and not erased else sent.get("fields")
    conflict = conflicts.get(change.record or "")
    if conflict is not None:
        fields = {} if erased else {str(conflict.fields["field"]): (fields or {}).get("value")}
    return Deed(
        n=change.n,
        replica=change.replica_id,
        label=told.label,
        account=told.account,
        action=change.action or "",
        command=sent.get("command"),
        fields=fields if isinstance(fields, dict) else {},
        outcome=told.released_as or ("applied" if told.released_at_ms else change.outcome),
        seq=change.seq,
        captured_at_ms=change.captured_at_ms,
        moment_ms=told.released_at_ms or change.received_at_ms,
        erased=erased,
        conflict=conflict.id if conflict is not None else None,
    )
