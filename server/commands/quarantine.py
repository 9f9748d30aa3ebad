"""The quarantine desk: see what is held, release it into the feed, or reject it; its author is told either way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from server.commands.judging import load_needed, release_waiting, save_judged, settle_released, township_of
from server.commands.notices import write_notices
from server.domain.emptied import emptied
from server.domain.judge import judge_batch
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.domain.records import Change, Refused
from server.store.audit import add_audit
from server.store.changes import change_of, load_numbers
from server.store.database import reading
from server.store.quarantine import Quarantined, decide_quarantined, load_quarantined, whole
from server.store.replicas import load_actor, load_replica
from server.store.sealing import SealBroken
from server.store.transaction import Transaction, transaction

Reader = Callable[[str, str], Change | Refused]
"""Customs, handed in by the front door: replica id and ASCII payload in, the change as it reads today out."""


def list_quarantine(township_id: str, status: str | None = "held") -> list[Quarantined]:
    """What is in quarantine, oldest first."""
    with reading() as connection:
        return load_quarantined(connection, township_id, status)


def release(
    kinds: Kinds, replica_id: str, n: int, read: Reader, now_ms: int, by: str = "office", township: str | None = None
) -> Quarantined:
    """The change is judged once more, as if its author still had every role he ever had, and his phones are told.

    Shape:  `status` of the answer is `released`, or still `held` with the reason why it cannot be applied
    Raises: not-found (nothing under this number, or in this `township`), already-decided, content-damaged
    """
    township_id = township_behind(replica_id, now_ms, township)
    with transaction(township_id) as tx:
        held = held_change(tx, replica_id, n)
        change = _change(tx, held, read)
        if isinstance(change, Refused):
            return replace(held, slug=change.slug, detail=change.detail)
        return judge_held(kinds, tx, held, change, now_ms, by, "quarantine-released")


def judge_held(
    kinds: Kinds, tx: Transaction, held: Quarantined, change: Change, now_ms: int, by: str, event: str
) -> Quarantined:
    """What became of the change once it was judged as if its author still had every role he ever had."""
    township_id = tx.township_id
    actor = load_actor(tx.connection, township_id, held.account_id, None)
    known = load_needed(kinds, tx, [change])
    judged = judge_batch(kinds, township_of(tx, tx.head), actor, known, [], [(change, actor)], now_ms)
    judged = replace(judged, records=emptied(judged.records, known, judged.released))
    save_judged(tx, judged, [], now_ms)
    settle_released(kinds, tx, [held], known, judged, by, now_ms)
    release_waiting(kinds, tx, {record.id for record in judged.records} - set(known), now_ms)
    (found,) = load_quarantined(tx.connection, township_id, None, held.replica_id, held.n)
    if found.status != "held":
        detail = {"replica": held.replica_id, "n": held.n}
        add_audit(tx.connection, township_id, by, event, detail, now_ms)
    return found


def reject(
    kinds: Kinds, replica_id: str, n: int, reason: str, now_ms: int, by: str = "office", township: str | None = None
) -> Quarantined:
    """The change stays unapplied for good, kept with the reason, which its author can read.

    Raises: not-found (nothing under this number, or in this `township`), already-decided
    """
    township_id = township_behind(replica_id, now_ms, township)
    with transaction(township_id) as tx:
        held = held_change(tx, replica_id, n)
        rejected = replace(held, status="rejected", decided_at_ms=now_ms, decided_by=by, reason=reason[:500])
        decide_quarantined(tx.connection, township_id, rejected)
        write_notices(kinds, tx, [rejected], now_ms)
        detail = {"replica": replica_id, "n": n}
        add_audit(tx.connection, township_id, by, "quarantine-rejected", detail, now_ms)
    return rejected


def township_behind(replica_id: str, now_ms: int, township: str | None = None) -> str:
    """The township of a replica.

    Raises: not-found (no such replica, or not in this `township`)
    """
    with reading() as connection:
        identity = load_replica(connection, replica_id, now_ms)
    if identity is None or township not in (None, identity.tenant.id):
        raise Problem("not-found", "there is no such replica")
    return identity.tenant.id


def held_change(tx: Transaction, replica_id: str, n: int) -> Quarantined:
    """The change that waits under this number for somebody's decision.

    Raises: not-found, already-decided
    """
    found = load_quarantined(tx.connection, tx.township_id, None, replica_id, n)
    if not found:
        raise Problem("not-found", "no change is held under this number")
    if found[0].status != "held":
        raise Problem("already-decided", f"this change was {found[0].status} before", status_now=found[0].status)
    return found[0]


def _change(tx: Transaction, held: Quarantined, read: Reader) -> Change | Refused:
    """As it was read when it came; a change that could not be read then may be readable to a newer server."""
    try:
        stored = load_numbers(tx.connection, tx.township_id, held.replica_id, held.n, held.n)[held.n]
    except SealBroken as broken:
        raise Problem("content-damaged", str(broken)) from broken
    if stored.canonical:
        return change_of(stored)
    read_again = read(held.replica_id, whole(held).payload)
    return read_again if isinstance(read_again, Refused) else replace(read_again, n=held.n)
