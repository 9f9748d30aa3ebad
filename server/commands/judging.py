"""Load what a judgement needs, judge, save everything it says: the middle of every command that writes records."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from server.commands.known_changes import SortedOut
from server.commands.note_settled import note_settled
from server.commands.notices import write_notices
from server.commands.take_back import erase_taken_back
from server.domain.emptied import emptied
from server.domain.judge import judge_batch
from server.domain.judging.needs import more_ids
from server.domain.judging.verdicts import Judged, Township, Verdict
from server.domain.kinds import Kinds
from server.domain.parked import payload_of
from server.domain.permissions import Actor
from server.domain.problems import problem_json
from server.domain.records import Change, Json, Record, Refused
from server.domain.renumber import restamp
from server.domain.replicas import Identity
from server.domain.sealed import is_sealed_change
from server.store.changes import StoredChange, change_of, insert_changes, load_known, load_seen_groups
from server.store.quarantine import Quarantined, decide_quarantined, insert_quarantined, load_waiting
from server.store.records import load_kind
from server.store.replicas import load_actor
from server.store.transaction import Transaction

log = logging.getLogger(__name__)

Item = Change | Refused
ROUNDS = 4
"""A change may need its target, its parents two levels up, and the conflicts of those: never more."""


def judge_and_save(
    kinds: Kinds, tx: Transaction, identity: Identity, batch: SortedOut, now_ms: int
) -> dict[int, dict[str, Json]]:
    """Every change of the batch has its outcome, and everything the outcomes say is written.

    Shape:  number → outcome as it goes over the wire
    Laws:   L5, L6
    """
    restamped = _restamp_known(tx, identity, batch)
    known = load_needed(kinds, tx, batch.fresh) | {record.id: record for record in restamped}
    groups = {item.group for item in batch.fresh if item.group}
    seen_groups = load_seen_groups(tx.connection, tx.township_id, identity.replica.id, groups)
    township = township_of(tx, tx.head + len(restamped))
    judged = judge_batch(kinds, township, identity.actor, known, batch.fresh, [], now_ms, seen_groups)
    stored = {verdict.n: _stored(item, verdict, now_ms) for item, verdict in judged.verdicts}
    met = {**known, **{record.id: record for record in judged.records}}
    sealed = {item.n for item, _verdict in judged.verdicts if is_sealed_change(kinds, item, met)}
    # Before the records: what a delete ends moves beside its change.
    insert_changes(tx.connection, tx.township_id, stored.values(), sealed)
    _keep_quarantined(tx, identity, judged, sealed, now_ms)
    judged = replace(judged, records=emptied(judged.records, known, judged.verdicts))
    save_judged(tx, judged, restamped, now_ms)
    note_settled(tx, identity.replica.account, known, judged.records, now_ms)
    erase_taken_back(kinds, tx, identity.replica.account, batch.fresh, met, now_ms)
    release_waiting(kinds, tx, {record.id for record in judged.records} - set(known), now_ms)
    outcomes = {n: change.answer(n) for n, change in stored.items()}
    outcomes |= {n: change.answer(n) for n, change in batch.known.items()}
    return outcomes | {n: {**outcomes[first], "n": n} for n, first in batch.twins.items()}


def release_waiting(kinds: Kinds, tx: Transaction, arrived: Collection[str], now_ms: int) -> None:
    """What waited for one of these records to arrive is applied, and what waited for that, too."""
    while arrived:
        waiting = load_waiting(tx.connection, tx.township_id, arrived)
        held = _waiting_changes(tx, waiting, now_ms)
        if not held:
            return
        known = load_needed(kinds, tx, [change for change, _ in held])
        judged = judge_batch(kinds, township_of(tx, tx.head), held[0][1], known, [], held, now_ms)
        judged = replace(judged, records=emptied(judged.records, known, judged.released))
        save_judged(tx, judged, [], now_ms)
        settle_released(kinds, tx, waiting, known, judged, "server", now_ms)
        arrived = {record.id for record in judged.records} - set(known)


def township_of(tx: Transaction, head: int) -> Township:
    """The township as the judge sees it, with its newest open cycle."""
    cycles = [
        record
        for record in load_kind(tx.connection, tx.township_id, "cycle")
        if record.fields.get("state") not in ("draft", "closed", "archived")
    ]
    newest = max(cycles, key=lambda record: (record.fields.get("year") or 0, record.seq), default=None)
    cycle = newest.id if newest else None
    return Township(tx.township_id, tx.tenant.is_demo, cycle, head, tx.tenant.gaps, tx.tenant.locked_before_ms)


def load_needed(kinds: Kinds, tx: Transaction, items: Sequence[Item]) -> dict[str, Record]:
    """Every record that judging these items may look at, as far as it exists."""
    known: dict[str, Record] = {}
    asked: set[str] = set()
    for _ in range(ROUNDS):
        ids = more_ids(kinds, known, items) - asked
        if not ids:
            break
        asked |= ids
        known |= tx.load_records(ids)
    return known


def save_judged(tx: Transaction, judged: Judged, restamped: Sequence[Record], now_ms: int) -> None:
    """The records, departures, effects and the head are as the judge says."""
    final = {record.id: record for record in restamped} | {record.id: record for record in judged.records}
    if judged.head != tx.head:
        tx.save(final.values(), judged.departures, judged.head)
    tx.add_effects(judged.effects, now_ms)
    for fault in judged.faults:
        log.error("a change was quarantined as server-fault", extra={"fault": fault})


def settle_released(
    kinds: Kinds,
    tx: Transaction,
    waiting: Sequence[Quarantined],
    known: Mapping[str, Record],
    judged: Judged,
    by: str,
    now_ms: int,
) -> list[Quarantined]:
    """What was waiting and no longer is, is marked released and its author is told; the rest waits on."""
    held = {(change.replica_id, change.n): change for change in waiting}
    decided: list[Quarantined] = []
    for change, verdict in judged.released:
        row = held[(change.replica, change.n)]
        if verdict.outcome == "quarantined":
            note = verdict.problem
            decided_row = replace(row, slug=note.slug, detail=note.detail) if note else row
        else:
            decided_row = replace(row, status="released", decided_at_ms=now_ms, decided_by=by, outcome=verdict.outcome)
            decided.append(decided_row)
        decide_quarantined(tx.connection, tx.township_id, decided_row)
    write_notices(kinds, tx, decided, now_ms)
    freed = [change for change, _verdict in judged.released]
    met = {**known, **{record.id: record for record in judged.records}}
    erase_taken_back(kinds, tx, by, freed, met, now_ms)
    return decided


def _restamp_known(tx: Transaction, identity: Identity, batch: SortedOut) -> list[Record]:
    renumberings = batch.renumberings(identity.replica.id)
    if not renumberings:
        return []
    touched = tx.load_records(stored.record for stored in batch.known.values() if stored.record)
    # A settle names its conflict and writes the record behind it.
    behind = {record.parent for record in touched.values() if record.kind == "conflict" and record.parent}
    touched |= tx.load_records(behind - set(touched))
    return restamp(touched.values(), renumberings, tx.head)


def _waiting_changes(tx: Transaction, waiting: Sequence[Quarantined], now_ms: int) -> list[tuple[Change, Actor]]:
    if not waiting:
        return []
    stored = load_known(tx.connection, tx.township_id, [row.change_id for row in waiting if row.change_id])
    actors = {
        account: load_actor(tx.connection, tx.township_id, account, now_ms)
        for account in {row.account_id for row in waiting}
    }
    return [
        (change_of(stored[row.change_id]), actors[row.account_id])
        for row in waiting
        if row.change_id in stored and stored[row.change_id].canonical
    ]


def _stored(item: Item, verdict: Verdict, now_ms: int) -> StoredChange:
    """The row of the history; fields are kept apart only where they differ from the canonical ones."""
    change = item if isinstance(item, Change) else None
    patch = None
    # Only a map that came nested reads otherwise than it was sent, and its flat names have a dot.
    if change is not None and any("." in name for name in change.fields):
        patch = json.dumps(dict(change.fields), ensure_ascii=False, separators=(",", ":"))
    return StoredChange(
        replica_id=item.replica,
        n=item.n,
        change_id=item.change,
        hash=item.hash,
        schema_version=change.schema_version if change else 0,
        record=item.record,
        kind=item.kind,
        action=change.action if change else None,
        base=change.base if change else 0,
        group_id=item.group,
        captured_at_ms=item.captured_at_ms,
        received_at_ms=now_ms,
        canonical=change.canonical if change else None,
        patch=patch,
        outcome=verdict.outcome,
        seq=verdict.seq,
        more=_more(verdict),
    )


def _more(verdict: Verdict) -> str | None:
    more: dict[str, Json] = {}
    if verdict.conflicts:
        more["conflicts"] = list(verdict.conflicts)
    if verdict.problem is not None:
        more["problem"] = problem_json(verdict.problem.slug, verdict.problem.detail, verdict.problem.errors)
    return json.dumps(more, ensure_ascii=False, separators=(",", ":")) if more else None


def _keep_quarantined(
    tx: Transaction, identity: Identity, judged: Judged, sealed: Collection[int], now_ms: int
) -> None:
    kept = [
        Quarantined(
            replica_id=item.replica,
            n=item.n,
            account_id=identity.replica.account,
            change_id=item.change,
            record=item.record,
            kind=item.kind,
            group_id=item.group,
            slug=verdict.problem.slug,
            detail=verdict.problem.detail,
            payload=payload_of(item),
            status="held",
            created_at_ms=now_ms,
        )
        for item, verdict in judged.verdicts
        if verdict.problem is not None
    ]
    insert_quarantined(tx.connection, tx.township_id, kept, sealed)
