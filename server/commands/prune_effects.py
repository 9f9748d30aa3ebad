"""The night shift's list is kept short: what was done long ago goes, and how much it was stays."""

from __future__ import annotations

from collections import Counter

from server.store.database import reading
from server.store.effects_queue import prune_done, townships_with_done
from server.store.transaction import transaction

KEPT_MS = 30 * 24 * 60 * 60 * 1000
MOST_TOWNSHIPS = 500
MOST_AT_ONCE = 1_000
"""So few that no phone waits for its township's turn; the rest goes an hour later."""


def prune_effects(now_ms: int) -> int:
    """Effects that were done thirty days ago are gone, a batch a township; their number is in its settings.

    Shape:  how many went; `effects_pruned` {kind: number} in the township's settings.
    Laws:   L7 a second run finds nothing and counts nothing twice: rows and count change together.
    """
    before_ms = now_ms - KEPT_MS
    with reading() as connection:
        townships = townships_with_done(connection, before_ms, MOST_TOWNSHIPS)
    return sum(_prune(township_id, before_ms) for township_id in townships)


def _prune(township_id: str, before_ms: int) -> int:
    with transaction(township_id) as tx:
        gone = prune_done(tx.connection, township_id, before_ms, MOST_AT_ONCE)
        if gone:
            counted = Counter(tx.tenant.effects_pruned) + Counter(gone)
            tx.save_settings({**tx.tenant.settings, "effects_pruned": dict(counted)})
    return sum(gone.values())
