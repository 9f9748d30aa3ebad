"""A round is packed for its way: the same parts out and back."""

from __future__ import annotations

from server.commands.hub.box_part import box_of
from server.commands.hub.hands_part import forms_of, issued_of, windows_of
from server.domain.ballot.handover import Handover, Saved, Town
from server.domain.problems import Problem
from server.domain.records import Record
from server.store.hubs import Hub
from server.store.roll import load_hall_code, load_roll
from server.store.round_keys import load_tally_key
from server.store.transaction import Transaction


def packed(tx: Transaction, record: Record, hub: Hub, way: str, origin: str) -> Handover:
    """The round as it stands in this database, without its keys and guests.

    Raises: not-found
    """
    township, round_id, tenant = tx.township_id, record.id, tx.tenant
    meeting_id = str(record.fields["meeting_id"])
    meeting = tx.load_records([meeting_id])[meeting_id]
    cycle_id = str(meeting.fields["cycle_id"])
    code = load_hall_code(tx.connection, township, meeting_id)
    tally_key = load_tally_key(tx.connection, township, round_id)
    if code is None or tally_key is None:
        raise Problem("not-found", "this round has no hall code or no tally key")
    return Handover(
        way=way,
        hub=hub.id,
        laptop=hub.laptop,
        origin=origin,
        town=Town(township, tenant.name, tenant.region_code, tenant.time_zone, tenant.is_demo),
        cycle=_saved(tx.load_records([cycle_id])[cycle_id]),
        meeting=_saved(meeting),
        round=_saved(record),
        hall_code=code,
        tally_key=tally_key,
        roll=tuple(load_roll(tx.connection, township, meeting_id)),
        issued=issued_of(tx.connection, township, round_id),
        forms=forms_of(tx.connection, township, round_id),
        windows=windows_of(tx.connection, township, round_id),
        slips=box_of(tx.connection, township, round_id),
    )


def _saved(record: Record) -> Saved:
    return Saved(record.id, {name: value for name, value in record.fields.items() if value is not None})
