"""What is read online of a meeting: its roll for the office, who is ready, and the few numbers of a running round."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection

from server.domain.ballot.roll import GROUPS, RollRow, present, sizes
from server.domain.permissions import Actor
from server.domain.problems import Problem
from server.domain.records import Record
from server.store.ballot_numbers import Handed, handed_in, in_the_box
from server.store.database import reading
from server.store.fleet import FleetRow, load_fleet
from server.store.records import load_family
from server.store.roll import load_hall_code, load_own_row, load_roll
from server.store.round_keys import load_tally_key

OFFICE = ("pbo",)


def meeting_of(township_id: str, actor: Actor, meeting_id: str) -> dict[str, Any]:
    """The meeting for those who run it.

    Shape:  {id, title, place, starts_at_ms, state, hall_code (pbo only, else null), roll: [{id, name, group, account,
            recusals, status}], rounds: [{id, meeting_id, no, title, state, words, deadline_ms, void_reason,
            has_tally_key}]}
    Raises: not-found
    """
    with reading() as connection:
        meeting, rounds = _meeting(connection, township_id, meeting_id)
        rows = load_roll(connection, township_id, meeting_id)
        code = load_hall_code(connection, township_id, meeting_id)
        keyed = {one.id for one in rounds if load_tally_key(connection, township_id, one.id)}
    return {
        "id": meeting.id,
        **{name: meeting.fields.get(name) for name in ("title", "place", "starts_at_ms", "state")},
        "hall_code": code if actor.holds(OFFICE) else None,
        "roll": [row_json(row) for row in rows],
        "rounds": [{**round_json(one), "has_tally_key": one.id in keyed} for one in rounds],
    }


def readiness_of(township_id: str, meeting_id: str, now_ms: int) -> list[dict[str, Any]]:
    """Whose phone is there and has the sheet, in the order of the roll.

    Shape:  {id, name, group, account, enrolled, last_contact_ms, has_sheet}; has_sheet: one of his phones has pulled
            past the issued round
    Raises: not-found
    """
    with reading() as connection:
        _meeting_record, rounds = _meeting(connection, township_id, meeting_id)
        rows = load_roll(connection, township_id, meeting_id)
        fleet = [phone for phone in load_fleet(connection, township_id, now_ms) if phone.in_use]
    issued = [one for one in rounds if one.fields.get("manifest") and one.fields.get("state") != "void"]
    sheet_seq = issued[-1].field_seqs["manifest"].seq if issued else None
    return [_ready(row, [phone for phone in fleet if phone.account == row.account], sheet_seq) for row in rows]


def numbers_of(township_id: str, actor: Actor, round_id: str, readers: Collection[str]) -> dict[str, Any]:
    """How far a round is, and nothing finer: evaluators by group, and how many sheets are in the box.

    Shape:  {state, deadline_ms, groups: [{group, entitled, present, issued_e, issued_p, received}]}; received counts
            whole sheets: the slips in the box over those that were signed
    Raises: not-found, not-on-roll
    """
    with reading() as connection:
        record = load_family(connection, township_id, [round_id]).get(round_id)
        if record is None or record.kind != "ballot_round" or record.deleted:
            raise Problem("not-found", "there is no such ballot_round")
        meeting_id = str(record.fields["meeting_id"])
        own = load_own_row(connection, township_id, meeting_id, actor.account)
        if own is None and not actor.holds(readers):
            raise Problem("not-on-roll", "the account stands in no row of this meeting's roll")
        rows = load_roll(connection, township_id, meeting_id)
        handed = handed_in(connection, township_id, meeting_id, round_id)
        box = in_the_box(connection, township_id, round_id)
    slips = {group: sum(n for (_subject, of), n in box.items() if of == group) for group in GROUPS}
    groups = _groups(rows, handed, slips)
    return {"state": record.fields["state"], "deadline_ms": record.fields["deadline_ms"], "groups": groups}


def row_json(row: RollRow) -> dict[str, Any]:
    """A row of the roll as it goes over the wire."""
    return {
        "id": row.id,
        "name": row.name,
        "group": row.group,
        "account": row.account,
        "recusals": list(row.recusals),
        "status": row.status,
    }


def round_json(record: Record) -> dict[str, Any]:
    """A round as it goes over the wire; its manifest travels with the record."""
    names = ("meeting_id", "no", "title", "state", "words", "deadline_ms", "void_reason")
    return {"id": record.id, **{name: record.fields.get(name) for name in names}}


def _ready(row: RollRow, own: Sequence[FleetRow], sheet_seq: int | None) -> dict[str, Any]:
    return {
        **{name: getattr(row, name) for name in ("id", "name", "group", "account")},
        "enrolled": bool(own),
        "last_contact_ms": max((phone.last_contact_ms for phone in own), default=None),
        "has_sheet": sheet_seq is not None and any(phone.cursor_seq >= sheet_seq for phone in own),
    }


def _groups(rows: Sequence[RollRow], handed: dict[str, Handed], slips: dict[str, int]) -> list[dict[str, Any]]:
    here, none = present(rows), Handed()
    return [
        {
            "group": group,
            "entitled": entitled,
            "present": here.get(group, 0),
            "issued_e": handed.get(group, none).electronic,
            "issued_p": handed.get(group, none).paper,
            "received": _sheets(handed.get(group, none), slips[group]),
        }
        for group, entitled in sizes(rows).items()
    ]


def _sheets(handed: Handed, slips: int) -> int:
    """Whole sheets in the box; with recusals a sheet has fewer slips, so they are counted against what was signed."""
    return min(handed.electronic, slips * handed.electronic // handed.issued) if handed.issued else 0


def _meeting(connection: Connection, township_id: str, meeting_id: str) -> tuple[Record, list[Record]]:
    family = load_family(connection, township_id, [meeting_id])
    meeting = family.get(meeting_id)
    if meeting is None or meeting.kind != "meeting" or meeting.deleted:
        raise Problem("not-found", "there is no such meeting")
    rounds = [one for one in family.values() if one.kind == "ballot_round" and not one.deleted]
    return meeting, sorted(rounds, key=lambda one: int(one.fields["no"]))
