"""The meeting of this year's cycle and who may vote there; the office prepares its round, whose deadline would pass."""

from __future__ import annotations

from sqlalchemy import Connection

from server.commands.make_meeting import make_meeting
from server.commands.save_online import save_online
from server.commands.set_roll import set_roll
from server.demo.data import DemoData, Row
from server.demo.names import FOUNDED_MS, TOWNSHIP, account_id, cycle_id, person_id, role_id
from server.domain.ballot.roll import AskedRow
from server.domain.judging.verdicts import OnlineWrite
from server.domain.kinds import Kinds
from server.domain.records import Record
from server.store.accounts import insert_account, insert_role
from server.store.database import reading, writing
from server.store.people import load_account_rows, load_assignments
from server.store.records import load_kind
from server.store.roll import load_roll


def call_meeting(kinds: Kinds, data: DemoData, year: int, by: str, now_ms: int) -> None:
    """This year's meeting has its roll of 35; one that somebody has begun to work on is left as it is.

    Source: DOMAIN.md 14: 11 leaders, 24 member representatives, seven of them without a phone, nobody recused
    """
    cycle = cycle_id(year)
    with reading() as connection:
        open_ = any(one.id == cycle and one.fields["state"] == "researching" for one in _kind(connection, "cycle"))
        own = [one for one in _kind(connection, "meeting") if one.fields["cycle_id"] == cycle]
        called = bool(own) and bool(load_roll(connection, TOWNSHIP, own[0].id))
    if called or not open_:
        return
    _let_in(data)
    new = [person for person in data.hall["people"] if person["roles"]]
    save_online(kinds, TOWNSHIP, by, [_person_write(person) for person in new], now_ms)
    meeting = own[0].id if own else _make(kinds, data, year, by, now_ms)
    set_roll(kinds, TOWNSHIP, by, meeting, _rows(data), now_ms)


def _make(kinds: Kinds, data: DemoData, year: int, by: str, now_ms: int) -> str:
    told = data.hall["meeting"]
    title = str(told["title"]).replace("{year}", str(year))
    return make_meeting(kinds, TOWNSHIP, by, title, str(told["place"]), None, now_ms).id


def _let_in(data: DemoData) -> None:
    """Whoever votes on a phone has an account with his roles; what exists is left alone."""
    with writing() as connection:
        accounts = {row.account for row in load_account_rows(connection, TOWNSHIP)}
        given = {row.id for row in load_assignments(connection, TOWNSHIP)}
        for person in (*data.hall["members"], *data.hall["people"]):
            account = account_id(person["key"])
            if person["roles"] and account not in accounts:
                insert_account(connection, TOWNSHIP, account, person_id(person["key"]), FOUNDED_MS)
            for role in person["roles"]:
                assignment = role_id(person["key"], role)
                if assignment not in given:
                    insert_role(connection, TOWNSHIP, assignment, account, role, None, FOUNDED_MS)


def _rows(data: DemoData) -> list[AskedRow]:
    names = {person["key"]: person["name"] for person in data.people}
    members = [_row(row, str(names[row["key"]]), True) for row in data.hall["members"]]
    return [*members, *(_row(row, str(row["name"]), bool(row["roles"])) for row in data.hall["people"])]


def _row(row: Row, name: str, phone: bool) -> AskedRow:
    return AskedRow(None, name, row["group"], account_id(row["key"]) if phone else None, ())


def _person_write(person: Row) -> OnlineWrite:
    return OnlineWrite(person_id(person["key"]), "person", {"name": person["name"], "post": person["post"]})


def _kind(connection: Connection, kind: str) -> list[Record]:
    return [one for one in load_kind(connection, TOWNSHIP, kind) if not one.deleted]
