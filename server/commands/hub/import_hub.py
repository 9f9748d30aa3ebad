"""What a hub did comes home: all of it in one transaction, once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from server.commands.ballot.in_hand import manifest_of, round_in
from server.commands.ballot_records import entry_write
from server.commands.hub.box_part import put_box
from server.commands.hub.hands_part import put_hands
from server.commands.save_online import save_online_in
from server.domain.ballot.handover import Handover
from server.domain.ballot.roll import RollRow
from server.domain.ballot.rounds import STATES
from server.domain.judging.verdicts import OnlineWrite
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.store.audit import add_audit
from server.store.hubs import Hub, load_hubs, save_hub
from server.store.roll import load_roll, save_statuses
from server.store.round_rows import RoundRow
from server.store.transaction import Transaction, transaction

HELD = ("issued", "open", "closed")


@dataclass(frozen=True, slots=True)
class Returned:
    """What became of a file. Shape: `changed` False where the hub's file was here before"""

    changed: bool
    state: str
    handed_in: int
    slips: int


def import_hub(kinds: Kinds, by: str, given: Handover, now_ms: int) -> Returned:
    """Everything that came to the hub is here, and the round is this server's again; a second time nothing changes.

    Laws:   L5 at most one file of a delegation is taken, whole or not at all; L13 what was in time anywhere is in time
    Raises: hub-file, not-found (the township is none of this server)
    """
    with transaction(given.town.id) as tx:
        row = round_in(tx.connection, tx.township_id, given.round.id)
        handed = len({one.roll for one in given.issued})
        hub = _hub(load_hubs(tx.connection, tx.township_id, row.id), given)
        if hub.state == "back":
            return Returned(False, row.state, handed, len(given.slips))
        state = _state(row, given)
        _take_attendance(tx, kinds, by, row, given, now_ms)
        put_hands(tx.connection, tx.township_id, row.id, given.issued, given.forms, given.windows)
        put_box(tx.connection, tx.township_id, manifest_of(row, "post_slip"), given.slips, given.refused)
        save_hub(tx.connection, tx.township_id, replace(hub, state="back", laptop=given.laptop))
        writes = [OnlineWrite(row.id, "ballot_round", {"state": state, "delegated": False})]
        if state != "issued":
            writes.append(OnlineWrite(row.meeting, "meeting", {"state": "open"}))
        save_online_in(tx, kinds, by, writes, now_ms)
        counts = {"handed_in": handed, "slips": len(given.slips), "forms": len(given.forms)}
        add_audit(tx.connection, tx.township_id, by, "hub-returned", {"round": row.id, "hub": hub.id, **counts}, now_ms)
    return Returned(True, state, handed, len(given.slips))


def _hub(hubs: Mapping[str, Hub], given: Handover) -> Hub:
    """The delegation that the file answers."""
    hub = hubs.get(given.hub)
    if hub is None:
        raise Problem("hub-file", "this round was not given to that hub", why="not-delegated")
    if hub.state == "lost":
        raise Problem("hub-file", "the round was taken back and is void; nothing of this hub counts", why="taken-back")
    if hub.state == "back" and hub.laptop != given.laptop:
        said = "another laptop that ran the same file has brought its round back; void the round and repeat it"
        raise Problem("hub-file", said, why="other-laptop")
    return hub


def _state(row: RoundRow, given: Handover) -> str:
    """Where the hub has led the round, which never goes back."""
    state = str(given.round.fields.get("state"))
    if str(given.round.fields.get("manifest")) != row.manifest:
        raise Problem("hub-file", "the round in the file has another manifest", why="numbers")
    if state not in HELD or STATES.index(state) < STATES.index(row.state):
        raise Problem("hub-file", f"the round in the file is {state}, here it is {row.state}", why="numbers")
    return state


def _take_attendance(tx: Transaction, kinds: Kinds, by: str, row: RoundRow, given: Handover, now_ms: int) -> None:
    """The roll is frozen: only who came may differ."""
    before = load_roll(tx.connection, tx.township_id, row.meeting)
    after = {one.id: one for one in given.roll}
    if [replace(one, status="") for one in before] != [replace(one, status="") for one in given.roll]:
        raise Problem("hub-file", "the roll in the file is another one", why="numbers")
    if not {one.roll for one in given.issued} <= set(after):
        raise Problem("hub-file", "somebody who is not on the roll has handed in", why="numbers")
    changed: list[RollRow] = [after[one.id] for one in before if after[one.id].status != one.status]
    save_statuses(tx.connection, tx.township_id, row.meeting, {one.id: one.status for one in changed})
    writes = [entry_write(row.meeting, one) for one in changed if one.account]
    if writes:
        save_online_in(tx, kinds, by, writes, now_ms)
