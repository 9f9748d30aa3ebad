"""An online command writes records (roster, cycle, digest) through the same judge into the same feed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from server.commands.judging import save_judged, township_of
from server.domain.judge import write_online
from server.domain.judging.verdicts import Judged, OnlineWrite
from server.domain.kinds import Kinds
from server.store.transaction import Transaction, transaction


def save_online(kinds: Kinds, township_id: str, account: str, writes: Sequence[OnlineWrite], now_ms: int) -> Judged:
    """Every named field has the value given; what was already so gets no new number.

    Shape:  `account` counts as author of what is new, unless a write names another
    Laws:   L4
    Raises: not-found, busy, storage-full
    """
    with transaction(township_id) as tx:
        return save_online_in(tx, kinds, account, writes, now_ms)


def save_online_in(tx: Transaction, kinds: Kinds, account: str, writes: Sequence[OnlineWrite], now_ms: int) -> Judged:
    """The same inside a transaction that does more; each call is a writer of its own."""
    ids = {write.record for write in writes} | _parents(kinds, writes)
    known = tx.load_records(ids)
    writer = f"cmd:{uuid.uuid4()}"
    judged = write_online(kinds, township_of(tx, tx.head), writer, account, writes, known, now_ms)
    save_judged(tx, judged, [], now_ms)
    return judged


def _parents(kinds: Kinds, writes: Sequence[OnlineWrite]) -> set[str]:
    named = {write.parent for write in writes if write.parent}
    for write in writes:
        parent_field = kinds[write.kind].parent_field
        value = write.fields.get(parent_field) if parent_field else None
        if isinstance(value, str):
            named.add(value)
    return named
