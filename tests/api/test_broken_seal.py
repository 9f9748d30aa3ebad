"""A seal that is damaged at rest costs what it closed and nothing else: everything beside it goes on (L6, L17)."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import text

from server.api.identity import now_ms
from server.commands.doctor import doctor
from server.schemas.kinds.registry import KINDS
from server.store.database import reading, writing
from server.store.townships import load_tenant
from tests.api.test_withdrawal import Heard, hear, withdraw
from tests.phone import Phone, Town, enrol, slug_of

DAMAGED = "sealed:00000000:AAAA"


@pytest.fixture
def heard(phone: Phone, town: Town) -> Heard:
    return hear(phone, town)


def damage(record: str) -> None:
    """As a bad sector or a wrong hand leaves it."""
    with writing() as connection:
        connection.execute(text("UPDATE sync_heads SET seq = seq + 1"))
        head = connection.execute(text("SELECT seq FROM sync_heads")).scalar()
        statement = "UPDATE records SET seq = :head, fields = :text WHERE id = :id"
        connection.execute(text(statement), {"head": head, "text": DAMAGED, "id": record})


def stored(record: str) -> str:
    with reading() as connection:
        return str(connection.execute(text("SELECT fields FROM records WHERE id = :id"), {"id": record}).scalar())


def test_L17_a_pull_brings_everything_else_and_says_what_it_could_not_open(
    app: Flask, town: Town, phone: Phone, heard: Heard
) -> None:
    other = hear(phone, town)
    damage(heard.person)
    again = enrol(app, town, person=town.secretary)
    for one in (phone, again):
        rows = {row["record"]: row for row in one.pull(sums=1)}
        assert {heard.visit, heard.said, other.person} <= set(rows)
        assert (rows[heard.person]["unreadable"], rows[heard.person]["fields"]) == (True, {})
        assert [record for record, row in rows.items() if row.get("unreadable")] == [heard.person]


def test_L6_what_lies_beside_it_is_written_on_and_a_change_of_it_waits(phone: Phone, heard: Heard) -> None:
    damage(heard.person)
    beside, itself, ended = phone.push(
        phone.change("patch", heard.said, "interview", base=10_000, fields={"minutes": 20}),
        phone.change("patch", heard.person, "interviewee", fields={"name": "王秀英"}),
        phone.change("delete", heard.person, "interviewee"),
    )
    assert beside["outcome"] in ("applied", "merged")
    assert slug_of(itself["problem"]) == slug_of(ended["problem"]) == "server-fault"
    assert stored(heard.person) == DAMAGED, "a backup may know more; nothing is written over it"


def test_a_visit_that_moves_takes_it_along_as_it_lies(phone: Phone, town: Town, heard: Heard) -> None:
    damage(heard.person)
    phone.pull()
    moved = phone.change("command", heard.visit, command="move", fields={"village_id": town.villages[1]})
    assert phone.push(moved)[0]["outcome"] == "applied"
    assert stored(heard.person) == DAMAGED


def test_consent_taken_back_reaches_it(phone: Phone, heard: Heard) -> None:
    damage(heard.person)
    with writing() as connection:
        statement = "UPDATE changes SET canonical = :text WHERE record = :id"
        connection.execute(text(statement), {"text": DAMAGED, "id": heard.person})
    assert withdraw(phone, heard.said)["outcome"] == "applied"
    assert stored(heard.person) != DAMAGED
    with reading() as connection:
        left = connection.execute(text("SELECT canonical FROM changes WHERE record = :id"), {"id": heard.person})
        assert left.scalar() is None


def test_the_history_and_a_repeated_push_do_without_it(phone: Phone, heard: Heard) -> None:
    before = phone.push(*heard.changes)
    with writing() as connection:
        statement = "UPDATE changes SET canonical = :text WHERE record = :id"
        connection.execute(text(statement), {"text": DAMAGED, "id": heard.person})
    assert phone.push(*heard.changes) == before


def test_the_doctor_names_the_record_and_none_of_its_words(town: Town, phone: Phone, heard: Heard) -> None:
    assert _seals(town) == (True, "")
    damage(heard.person)
    with writing() as connection:
        connection.execute(
            text("UPDATE changes SET canonical = :text WHERE record = :id"), {"text": DAMAGED, "id": heard.person}
        )
    assert _seals(town) == (False, f"{heard.person} in changes, {heard.person} in records")


def _seals(town: Town) -> tuple[bool | None, str]:
    with reading() as connection:
        tenant = load_tenant(connection, town.id)
    (line,) = [line for line in doctor(KINDS, tenant, now_ms()).lines if line.name == "seals-broken"]
    return line.ok, line.detail
