"""Reads together what a feedback letter may say to one subject."""

from __future__ import annotations

from sqlalchemy import Connection

from server.commands.ballot.in_hand import manifest_of, round_in
from server.commands.ballot.look import result_of
from server.commands.ballot.papers import heading_in
from server.domain.ballot.letter import Addressee, Letter, letter
from server.domain.ballot.rounds import state_after
from server.domain.problems import Problem
from server.domain.records import Record
from server.domain.replicas import Tenant
from server.store.database import reading
from server.store.records import load_kind


def letter_of(tenant: Tenant, round_id: str, subject_id: str) -> Letter:
    """The draft for this subject of a certified round.

    Laws:   L12 the figures are those of the result route
    Raises: not-found, round-state
    """
    with reading() as connection:
        row = round_in(connection, tenant.id, round_id)
        state_after(row.state, "write_letters")
        heading = heading_in(connection, tenant, row, manifest_of(row, "write_letters"))
        subject = _known(connection, tenant.id, "subject").get(subject_id)
        year = _year(connection, tenant.id, row.meeting)
        addressee = _addressee(connection, tenant.id, subject, year)
        extracts = [] if subject is None else _extracts(connection, tenant.id, str(subject.fields["village_id"]))
    shown = {one["id"]: one for one in result_of(tenant.id, round_id, None)["subjects"]}
    if subject_id not in shown:
        raise Problem("not-found", "nobody of this id is appraised in this round")
    if not addressee.person:
        addressee = Addressee(addressee.branch, str(shown[subject_id]["name"]), addressee.village, year)
    return letter(heading, addressee, shown[subject_id], extracts)


def _addressee(connection: Connection, township_id: str, subject: Record | None, year: int) -> Addressee:
    """By the roster; somebody who has left it since keeps the name on the sheet."""
    if subject is None:
        return Addressee("", "", "", year)
    branch = _known(connection, township_id, "branch").get(str(subject.fields["branch_id"]))
    person = _known(connection, township_id, "person").get(str(subject.fields.get("person_id")))
    names = [str(one.fields["name"]) if one else "" for one in (branch, person)]
    return Addressee(names[0], names[1], str(subject.fields.get("village_name") or ""), year)


def _extracts(connection: Connection, township_id: str, village: str) -> list[Record]:
    found = _known(connection, township_id, "visit_extract").values()
    return [one for one in found if one.fields["village_id"] == village]


def _year(connection: Connection, township_id: str, meeting_id: str) -> int:
    meeting = _known(connection, township_id, "meeting")[meeting_id]
    return int(str(_known(connection, township_id, "cycle")[str(meeting.fields["cycle_id"])].fields["year"]))


def _known(connection: Connection, township_id: str, kind: str) -> dict[str, Record]:
    return {one.id: one for one in load_kind(connection, township_id, kind) if not one.deleted}
