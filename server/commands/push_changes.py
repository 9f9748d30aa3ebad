"""A phone pushes: every change of the batch gets its outcome, stored with its effect in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from server.commands.judging import judge_and_save
from server.commands.known_changes import sort_out
from server.domain.epochs import epoch_mark
from server.domain.kinds import Kinds
from server.domain.parked import payload_of
from server.domain.problems import Problem
from server.domain.records import Change, Json, Refused
from server.domain.replicas import Replica, Tenant
from server.store.changes import StoredChange, insert_renumbered, load_numbers
from server.store.replicas import load_replica, save_last
from server.store.transaction import Transaction, transaction

log = logging.getLogger(__name__)

Item = Change | Refused


@dataclass(frozen=True, slots=True)
class PushAnswer:
    """Shape: `outcomes` one per change sent, in their order, as they go over the wire."""

    last_n: int
    outcomes: list[dict[str, Json]]


def push_changes(
    kinds: Kinds, replica: Replica, items: Sequence[Item], now_ms: int, epoch: str | None = None
) -> PushAnswer:
    """Every change has an outcome for ever: the stored one if it was seen before, else applied or quarantined now.

    Shape:  `epoch` or its mark, as the replica knows it; None where it does not say
    Laws:   L2, L4, L5, L6
    Raises: epoch-changed, change-gap, replica-forked, busy, storage-full
    """
    try:
        return _push(kinds, replica, items, now_ms, epoch)
    except Problem:
        raise
    except Exception as error:
        # One bad change may neither block the queue nor be dropped: the phone halves until it stands alone.
        log.exception("push failed", extra={"replica": replica.id, "changes": len(items)})
        if len({item.group or item.n for item in items}) > 1:
            raise Problem("busy", "the server failed on one of these changes; send fewer", retry_after_s=1) from error
        # Its name only: the text of an exception quotes values, and the office reads this reason.
        return _push(kinds, replica, [_faulty(item, type(error).__name__) for item in items], now_ms, epoch)


def _push(kinds: Kinds, replica: Replica, items: Sequence[Item], now_ms: int, epoch: str | None) -> PushAnswer:
    with transaction(replica.township_id) as tx:
        identity = load_replica(tx.connection, replica.id, now_ms)
        if identity is None:
            raise Problem("unknown-replica", "the replica is gone")
        if not identity.replica.revoked:
            _refuse_another_history(tx.tenant, epoch)
        last_n = identity.replica.last_n
        _refuse_gaps(items, last_n)
        seen = [item for item in items if item.n <= last_n]
        fresh = [item for item in items if item.n > last_n]
        outcomes = _seen_outcomes(tx, replica.id, seen)
        if fresh:
            sorted_out = sort_out(tx, identity, fresh)
            outcomes |= judge_and_save(kinds, tx, identity, sorted_out, now_ms)
            insert_renumbered(tx.connection, tx.township_id, replica.id, sorted_out.renumbered)
            save_last(tx.connection, replica.id, fresh[-1].n, fresh[-1].hash, now_ms)
        return PushAnswer(fresh[-1].n if fresh else last_n, [outcomes[item.n] for item in items])


def _refuse_another_history(tenant: Tenant, epoch: str | None) -> None:
    """Numbers and hashes tell a copied profile from the replica only at a greeting in this history (L2).

    A revoked replica is not asked: nobody greets it, and all it sends is quarantined.
    """
    if epoch is not None and epoch_mark(epoch) != epoch_mark(tenant.epoch):
        raise Problem("epoch-changed", "the push was made in another history; rebuild the mirror, keep the outbox")


def _refuse_gaps(items: Sequence[Item], last_n: int) -> None:
    """Numbers are dense: the batch runs upwards without a hole and touches what is known."""
    numbers = [item.n for item in items]
    if not numbers:
        return
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))) or numbers[0] > last_n + 1:
        raise Problem("change-gap", f"the next change has number {last_n + 1}", expected=last_n + 1)


def _seen_outcomes(tx: Transaction, replica_id: str, seen: Sequence[Item]) -> dict[int, dict[str, Json]]:
    """The stored outcomes, verbatim; another content under a known number is another history."""
    if not seen:
        return {}
    stored: dict[int, StoredChange] = load_numbers(tx.connection, tx.township_id, replica_id, seen[0].n, seen[-1].n)
    for item in seen:
        if item.n not in stored or stored[item.n].hash != item.hash:
            raise Problem("replica-forked", f"change {item.n} was another one when it first arrived", n=item.n)
    return {item.n: stored[item.n].answer(item.n) for item in seen}


def _faulty(item: Item, reason: str) -> Refused:
    """The change as one that the server could not deal with; its text is kept whole."""
    return Refused(
        replica=item.replica,
        n=item.n,
        change=item.change,
        hash=item.hash,
        record=item.record,
        kind=item.kind,
        slug="server-fault",
        detail=f"the server failed on this change: {reason}",
        payload=payload_of(item),
        captured_at_ms=item.captured_at_ms,
    )
