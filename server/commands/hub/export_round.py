"""A round goes to a hub: from here on the laptop signs its sheets, and this server does not."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from server.commands.ballot_records import find_round, save_round
from server.commands.hub.box_part import box_of
from server.commands.hub.hands_part import forms_of, issued_of, windows_of
from server.domain.ballot.handover import OUT, Guest, Handover, Saved, Signing, Town
from server.domain.ballot.roll import RollRow
from server.domain.ballot.rounds import refuse_delegated, state_after
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.domain.records import Record
from server.store.accounts import accounts_with_role
from server.store.hub_people import load_phones
from server.store.hubs import Hub, save_hub
from server.store.roll import load_hall_code, load_roll
from server.store.round_keys import load_keys, load_tally_key
from server.store.transaction import Transaction, transaction

OFFICE = "pbo"


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
        given = _handover(tx, record, hub, origin, now_ms)
        write(given)
        save_round(tx, kinds, by, round_id, {"delegated": True}, "round-delegated", now_ms)
    return given


def _handover(tx: Transaction, record: Record, hub: Hub, origin: str, now_ms: int) -> Handover:
    township, round_id = tx.township_id, record.id
    meeting_id = str(record.fields["meeting_id"])
    meeting = tx.load_records([meeting_id])[meeting_id]
    cycle_id = str(meeting.fields["cycle_id"])
    roll = load_roll(tx.connection, township, meeting_id)
    keys = load_keys(tx.connection, township, round_id)
    code = load_hall_code(tx.connection, township, meeting_id)
    tally_key = load_tally_key(tx.connection, township, round_id)
    if code is None or tally_key is None:
        raise Problem("not-found", "this round has no hall code or no tally key")
    return Handover(
        way=OUT,
        hub=hub.id,
        laptop=None,
        origin=origin,
        town=Town(township, tx.tenant.name, tx.tenant.region_code, tx.tenant.time_zone, tx.tenant.is_demo),
        cycle=_saved(tx.load_records([cycle_id])[cycle_id]),
        meeting=_saved(meeting),
        round=_saved(record),
        hall_code=code,
        tally_key=tally_key,
        roll=tuple(roll),
        issued=issued_of(tx.connection, township, round_id),
        forms=forms_of(tx.connection, township, round_id),
        windows=windows_of(tx.connection, township, round_id),
        slips=box_of(tx.connection, township, round_id),
        keys=tuple(Signing(place, key.n, key.p, key.q) for place, key in keys.items()),
        guests=_guests(tx, roll, now_ms),
    )


def _saved(record: Record) -> Saved:
    return Saved(record.id, {name: value for name, value in record.fields.items() if value is not None})


def _guests(tx: Transaction, roll: list[RollRow], now_ms: int) -> tuple[Guest, ...]:
    """Whoever is on the roll, with his phones; whoever leads the round, who enrols a desk at the hub itself."""
    office = {account for account, _person in accounts_with_role(tx.connection, tx.township_id, OFFICE, now_ms)}
    voters = {row.account for row in roll if row.account}
    phones = load_phones(tx.connection, tx.township_id, voters, now_ms)
    return tuple(Guest(one, one in office, tuple(phones.get(one, ()))) for one in sorted(office | voters))
