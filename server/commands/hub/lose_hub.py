"""The laptop is lost: what it signed can never count, so the round is void and is repeated."""

from __future__ import annotations

from dataclasses import replace

from server.commands.ballot_records import find_round, save_round
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.domain.records import Record
from server.store.hubs import load_hubs, save_hub
from server.store.round_keys import destroy_keys
from server.store.transaction import transaction


def lose_hub(kinds: Kinds, township_id: str, by: str, round_id: str, reason: str, now_ms: int) -> Record:
    """The round is void, its signing keys are gone here, and no file of that hub is ever taken.

    Raises: not-found, hub-file (not-delegated)
    """
    with transaction(township_id) as tx:
        find_round(tx, round_id)
        away = [hub for hub in load_hubs(tx.connection, township_id, round_id).values() if hub.state == "away"]
        if not away:
            raise Problem("hub-file", "this round is with no hub", why="not-delegated")
        for hub in away:
            save_hub(tx.connection, township_id, replace(hub, state="lost"))
        destroy_keys(tx.connection, township_id, round_id)
        fields = {"state": "void", "void_reason": reason, "delegated": False}
        return save_round(tx, kinds, by, round_id, fields, "hub-lost", now_ms)
