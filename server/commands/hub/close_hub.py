"""The hub is closed: it signs nothing any more, and says once and for all what it did."""

from __future__ import annotations

from dataclasses import replace

from server.commands.ballot_records import find_round, save_round
from server.commands.hub.box_part import refused_of
from server.commands.hub.found_hub import BY, hub_here
from server.commands.hub.pack import packed
from server.domain.ballot.handover import BACK, Handover
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.store.hubs import save_hub
from server.store.round_keys import destroy_keys
from server.store.transaction import transaction


def close_hub(kinds: Kinds, origin: str, now_ms: int) -> Handover:
    """Everything that came to the hub; asked again, the same. Call it while no web server runs here.

    Raises: hub-file (not-delegated: this is no hub)
    """
    found = hub_here()
    if found is None:
        raise Problem("hub-file", "this is no hub", why="not-delegated")
    township, hub = found
    with transaction(township) as tx:
        record = find_round(tx, hub.round)
        if hub.state == "here":
            save_hub(tx.connection, township, replace(hub, state="closed"))
            destroy_keys(tx.connection, township, hub.round)
            record = save_round(tx, kinds, BY, hub.round, {"delegated": True}, "hub-closed", now_ms)
        refused = refused_of(tx.connection, township, hub.round)
        return replace(packed(tx, record, hub, BACK, origin), refused=refused)
