"""A laptop becomes the hub of one round: an empty database gets what the file holds, and no more."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace

from server.commands.ballot_records import entry_write
from server.commands.create_township import create_township
from server.commands.hub.box_part import put_box
from server.commands.hub.hands_part import put_hands
from server.commands.save_online import save_online_in
from server.domain.ballot.handover import Handover, Saved
from server.domain.ballot.manifest import Manifest, read_manifest
from server.domain.judging.verdicts import OnlineWrite
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.store.accounts import insert_account, insert_role
from server.store.audit import add_audit
from server.store.database import reading
from server.store.hub_people import insert_phones
from server.store.hubs import Hub, find_here, save_hub
from server.store.roll import insert_meeting, replace_roll
from server.store.round_keys import KeyParts, insert_keys, open_book, save_tally_key
from server.store.townships import load_tenants
from server.store.transaction import Transaction, transaction

BY = "hub"
AFTER_DEADLINE_MS = 7 * 86_400_000


def hub_here() -> tuple[str, Hub] | None:
    """Township and hub of this database, if it is a hub's."""
    with reading() as connection:
        return find_here(connection)


def found_hub(kinds: Kinds, given: Handover, manifest: Manifest, now_ms: int) -> None:
    """This database holds the round, and is the hub that the file made; the laptop has a name of its own.

    Raises: hub-file (form)
    """
    town = given.town
    with reading() as connection:
        known = {tenant.id for tenant in load_tenants(connection)}
    if town.id not in known:  # a founding that was cut off may have come this far
        create_township(town.name, town.region_code, now_ms, town.time_zone, town.is_demo, town.id)
    with transaction(town.id) as tx:
        _records(tx, kinds, given, now_ms)
        _people(tx, given, now_ms, manifest.deadline_ms + AFTER_DEADLINE_MS)
        _round(tx, given)
        put_hands(tx.connection, town.id, given.round.id, given.issued, given.forms, given.windows)
        put_box(tx.connection, town.id, manifest, given.slips, ())
        save_hub(tx.connection, town.id, Hub(given.hub, given.round.id, "here", str(uuid.uuid4())))
        add_audit(tx.connection, town.id, BY, "hub-founded", {"round": given.round.id, "hub": given.hub}, now_ms)


def manifest_in(given: Handover) -> Manifest:
    """The round's manifest as the file has it.

    Raises: hub-file (form)
    """
    try:
        manifest = read_manifest(json.loads(str(given.round.fields["manifest"])))
    except (ValueError, KeyError) as error:
        raise Problem("hub-file", "the round in the file has no manifest", why="form") from error
    if manifest.round != given.round.id or {key.place for key in given.keys} != set(manifest.places()):
        raise Problem("hub-file", "the file's keys are not those of its round", why="form")
    return manifest


def _records(tx: Transaction, kinds: Kinds, given: Handover, now_ms: int) -> None:
    own = replace(given.round, fields={**given.round.fields, "delegated": False})
    for kind, saved in (("cycle", given.cycle), ("meeting", given.meeting), ("ballot_round", own)):
        save_online_in(tx, kinds, BY, [_write(kind, saved)], now_ms)
    entries = [entry_write(given.meeting.id, row) for row in given.roll if row.account]
    save_online_in(tx, kinds, BY, entries, now_ms)


def _write(kind: str, saved: Saved) -> OnlineWrite:
    return OnlineWrite(saved.id, kind, saved.fields)


def _people(tx: Transaction, given: Handover, now_ms: int, until_ms: int) -> None:
    for guest in given.guests:
        insert_account(tx.connection, tx.township_id, guest.account, None, now_ms)
        insert_role(tx.connection, tx.township_id, str(uuid.uuid4()), guest.account, "evaluator", None, 0)
    phones = [(guest.account, *phone) for guest in given.guests for phone in guest.phones]
    insert_phones(tx.connection, tx.township_id, phones, now_ms, until_ms)


def _round(tx: Transaction, given: Handover) -> None:
    township, round_id = tx.township_id, given.round.id
    insert_meeting(tx.connection, township, given.meeting.id, given.hall_code)
    replace_roll(tx.connection, township, given.meeting.id, given.roll)
    insert_keys(tx.connection, township, round_id, {key.place: KeyParts(key.n, key.p, key.q) for key in given.keys})
    open_book(tx.connection, township, round_id)
    save_tally_key(tx.connection, township, round_id, *given.tally_key)
