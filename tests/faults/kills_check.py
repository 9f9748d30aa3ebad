"""What the kill storm looks for afterwards: every ledger entry once in the history, in the records, and said again."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import text

from server.domain.canonical import same
from server.domain.conflicts import DELETED
from server.store.database import db
from tests.faults.kills_clients import Client

Json = dict[str, Any]
Ledger = Mapping[tuple[str, int], tuple[Json, Json]]
SHOWN, BATCH = 5, 200


def ledger_of(clients: Iterable[Client]) -> dict[tuple[str, int], tuple[Json, Json]]:
    return {(client.phone.id, n): entry for client in clients for n, entry in client.ledger.items()}


def load_history(township: str) -> list[Json]:
    """Every row of `changes`, as far as it says what became of a change."""
    return _rows("SELECT replica_id, n, change_id, hash, record, outcome, seq, more FROM changes", township)


def load_records(township: str) -> dict[str, Json]:
    """Every record as it stands, by its id."""
    found = _rows("SELECT id, kind, scope, seq, fields, field_seqs, deleted FROM records", township)
    return {row["id"]: row for row in found}


def _rows(select: str, township: str) -> list[Json]:
    with db.engine.connect() as connection:
        found = connection.execute(text(f"{select} WHERE township_id = :township"), {"township": township})
        return [dict(row) for row in found.mappings()]


def compare(ledger: Ledger, history: list[Json]) -> tuple[list[str], list[str]]:
    """What was lost, and what was doubled: acknowledged and not there as told; there and not acknowledged, or twice.

    Shape:  one line a fault: replica/n and what is wrong
    """
    lost, doubled = [], []
    rows = {(row["replica_id"], row["n"]): row for row in history}
    times = Counter(row["change_id"] for row in history)
    for (replica, n), (change, outcome) in ledger.items():
        row = rows.get((replica, n))
        if row is None:
            lost.append(f"{replica}/{n} was acknowledged and is not in the history")
        elif (row["change_id"], row["hash"]) != (change["change"], change["hash"]) or told(row) != outcome:
            lost.append(f"{replica}/{n} was answered {outcome} and is {told(row)}")
        if times[change["change"]] > 1:
            doubled.append(f"{replica}/{n} is {times[change['change']]} times in the history")
    doubled += [f"{key[0]}/{key[1]} is in the history and nobody was told" for key in rows if key not in ledger]
    if len(rows) != len(history):
        doubled.append(f"{len(history) - len(rows)} numbers stand twice in the history")
    return lost, doubled


def told(row: Json) -> Json:
    """The outcome as the stored row says it."""
    seq = {} if row["seq"] is None else {"seq": row["seq"]}
    return {"n": row["n"], "outcome": row["outcome"], **seq, **json.loads(row["more"] or "{}")}


def not_dense(ledger: Ledger) -> list[str]:
    """Replicas whose numbers do not run from 1 without a hole."""
    numbers: dict[str, set[int]] = {}
    for replica, n in ledger:
        numbers.setdefault(replica, set()).add(n)
    return [replica for replica, seen in numbers.items() if seen != set(range(1, len(seen) + 1))]


def values_gone(ledger: Ledger, records: Mapping[str, Json]) -> list[str]:
    """Acknowledged values that are neither in the head, nor written over later, nor a side of a conflict."""
    sides = _sides(records)
    heads = {id: (json.loads(row["field_seqs"]), _said(row)) for id, row in records.items()}
    found = []
    for (replica, n), (change, outcome) in ledger.items():
        if outcome["outcome"] == "quarantined" or change["action"] not in ("create", "patch"):
            continue
        if change["record"] not in heads:
            found.append(f"{replica}/{n}: its record is gone")
            continue
        seqs, fields = heads[change["record"]]
        for name, value in change["fields"].items():
            if sides.get((replica, change["record"], name), 0) < n and not _stands(
                seqs.get(name), replica, n, fields, name, value, outcome
            ):
                found.append(f"{replica}/{n}: {name} is nowhere")
    return found


def _stands(entry: Any, replica: str, n: int, fields: Json | None, name: str, value: Any, outcome: Json) -> bool:
    """The head remembers this write with this value, or a later one; a deleted record keeps its memory only."""
    if entry is None:
        return False
    if entry[1] == replica and entry[2] > n:
        return True
    if entry[1] == replica and entry[2] == n:
        return fields is None or same(fields.get(name), value)
    return max(entry[0], entry[3]) >= outcome.get("seq", 0) or (fields is not None and same(fields.get(name), value))


def _said(row: Json) -> Json | None:
    return None if row["deleted"] else json.loads(row["fields"])


def _sides(records: Mapping[str, Json]) -> dict[tuple[str, str, str], int]:
    """The newest number of each replica among the sides about a field; it took the place of that replica's earlier.

    Shape:  a side about a deleted record carries every field of its edit
    """
    newest: dict[tuple[str, str, str], int] = {}
    for row in records.values():
        if row["kind"] != "conflict" or row["deleted"]:
            continue
        conflict = json.loads(row["fields"])
        for side in conflict["sides"]:
            edits = side["value"] if conflict["field"] == DELETED and isinstance(side["value"], dict) else {}
            for name in (conflict["field"], *edits):
                key = (side.get("replica", ""), conflict["record"], name)
                newest[key] = max(newest.get(key, 0), side.get("n", 0))
    return newest


def asked_again(clients: Iterable[Client], chance: random.Random) -> list[str]:
    """A sample of every client's changes is sent once more; what is not answered verbatim."""
    found = []
    for client in clients:
        first = chance.randint(1, max(1, len(client.ledger) - BATCH + 1))
        sample = [client.ledger[n] for n in range(first, min(first + BATCH, len(client.ledger) + 1))]
        outcomes = client.push([change for change, _outcome in sample])
        pairs = zip(sample, outcomes, strict=True)
        found += [f"{client.phone.id}/{was['n']}: {was} became {now}" for (_c, was), now in pairs if was != now]
    return found
