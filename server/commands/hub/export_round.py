"""A round goes to a hub: from here on the laptop signs its sheets, and this server does not."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace

from server.commands.ballot_records import find_round, save_round
from server.commands.hub.pack import packed
from server.domain.ballot.handover import OUT, Guest, Handover, Signing
from server.domain.ballot.roll import RollRow
from server.domain.ballot.rounds import refuse_delegated, state_after
from server.domain.kinds import Kinds
from server.store.hub_people import load_phones
from server.store.hubs import Hub, save_hub
from server.store.round_keys import load_keys
from server.store.transaction import Transaction, transaction


def export_round(
    kinds: Kinds, township_id: str, by: str, round_id: str, origin: str, write: Callable[[Handover], None], now_ms: int
) -> Handover:
    """The round is delegated, and everybody's phone will hear of it; what the hub needs was written, and nothing else.

    Shape:  names only of the roll; no visit, no person, no private tally key, no slip beside an issuance. Where `write`
            fails the round stays here
    Raises: not-found, round-state, round-delegated
    """
    with transaction(township_id) as tx:
        record = find_round(tx, round_id)
        refuse_delegated(record.fields.get("delegated"), "sign_blind")
        state_after(str(record.fields["state"]), "delegate")
        hub = Hub(str(uuid.uuid4()), round_id, "away")
        save_hub(tx.connection, township_id, hub)
        keys = load_keys(tx.connection, township_id, round_id)
        given = packed(tx, record, hub, OUT, origin)
        given = replace(
            given,
            keys=tuple(Signing(place, key.n, key.p, key.q) for place, key in sorted(keys.items())),
            guests=_guests(tx, given.roll, now_ms),
        )
        write(given)
        save_round(tx, kinds, by, round_id, {"delegated": True}, "round-delegated", now_ms)
    return given


def _guests(tx: Transaction, roll: Sequence[RollRow], now_ms: int) -> tuple[Guest, ...]:
    """Whoever is on the roll, with his phones."""
    voters = sorted({row.account for row in roll if row.account})
    phones = load_phones(tx.connection, tx.township_id, voters, now_ms)
    return tuple(Guest(one, tuple(phones.get(one, ()))) for one in voters)
