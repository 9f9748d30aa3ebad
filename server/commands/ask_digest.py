"""Somebody in the office wants the digests now; the night shift writes them."""

from __future__ import annotations

from server.domain.judging.verdicts import Effect
from server.store.effects_queue import is_waiting
from server.store.transaction import transaction

EFFECT = "digest-asked"


def ask_digest(township_id: str, account: str, now_ms: int) -> bool:
    """The night shift has been asked; False if it was asked before and has not come to it yet (L7).

    Raises: not-found (township)
    """
    with transaction(township_id) as tx:
        if is_waiting(tx.connection, township_id, EFFECT):
            return False
        tx.add_effects([Effect(EFFECT, {"account": account})], now_ms)
        return True
