"""The demo's meeting: 35 entitled as in DOMAIN.md 14, most with an account, nobody recused, and people to try it as."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import text

from server.commands.demo_sign_in import demo_roles
from server.demo import load
from server.demo.data import read_data
from server.demo.ids import local_ms
from server.demo.load import DemoLoaded, load_demo
from server.demo.names import TOWNSHIP, account_id, cycle_id
from server.domain.ballot.preparing import appraised, places_of
from server.domain.ballot.roll import RollRow, small_places
from server.schemas.kinds.registry import KINDS
from server.store.database import reading, writing
from server.store.records import load_kind
from server.store.roll import load_roll
from tests.demo.conftest import NOW_MS
from tests.demo.tables import everything, records

HALL = read_data().hall


def meeting_of(year: int) -> str:
    (found,) = [one for one in records("meeting").values() if one.fields["cycle_id"] == cycle_id(year)]
    return found.id


def roll_of(year: int) -> list[RollRow]:
    with reading() as connection:
        return load_roll(connection, TOWNSHIP, meeting_of(year))


def holders(role: str) -> set[str]:
    with reading() as connection:
        found = connection.execute(text("SELECT account_id FROM role_assignments WHERE role = :role"), {"role": role})
        return set(found.scalars())


def test_the_roll_is_that_of_the_handbook(demo: DemoLoaded) -> None:
    rows = roll_of(2026)
    assert Counter(row.group for row in rows) == {"leader": 11, "member_rep": 24}
    on_paper = Counter(row.group for row in rows if row.account is None)
    assert on_paper == {"leader": 3, "member_rep": 4}
    assert {row.status for row in rows} == {"expected"} and not any(row.recusals for row in rows)
    assert small_places(rows, ["anybody"]) == []
    names = [row.name for row in rows]
    people = [str(one.fields["name"]) for one in records("person").values()]
    assert len(set(names)) == 35 and max(Counter(people).values()) == 1
    assert account_id("secretary") not in {row.account for row in rows}
    entries = records("roll_entry").values()
    assert {one.created_by for one in entries} == {row.account for row in rows if row.account}


def test_its_meeting_is_planned_without_a_time_and_a_round_would_have_26_places(demo: DemoLoaded) -> None:
    fields = records("meeting")[meeting_of(2026)].fields
    assert (fields["state"], fields.get("starts_at_ms"), fields["place"]) == ("planned", None, "镇政府大会议室")
    assert "2026" in fields["title"]
    with reading() as connection:
        subjects = appraised(load_kind(connection, TOWNSHIP, "subject"), cycle_id(2026))
    assert len(places_of(subjects, roll_of(2026))) == 26
    assert records("ballot_round") == {}


def test_a_newcomer_may_be_an_evaluator_or_a_scrutineer_who_is_somebody_else(demo: DemoLoaded) -> None:
    _tenant, offered = demo_roles(NOW_MS)
    assert [one.role for one in offered] == list(dict.fromkeys(one.role for one in offered))
    by_role = {one.role: one.account for one in offered}
    assert set(by_role) == {"committee_secretary", "pbo", "branch_secretary", "evaluator", "scrutineer"}
    on_roll = {row.account for row in roll_of(2026)}
    assert {by_role["evaluator"], by_role["scrutineer"]} < on_roll and len(set(by_role.values())) == 5
    others = {one.role: one.others for one in offered}
    assert (others["evaluator"], others["scrutineer"]) == (0, 1)
    scrutineers = holders("scrutineer")
    assert len(scrutineers) == 2 and scrutineers < on_roll and not scrutineers & holders("pbo")


def test_a_demo_of_before_gets_its_meeting_and_keeps_what_people_did(empty: None, monkeypatch) -> None:
    with monkeypatch.context() as before:
        before.setattr(load, "call_meeting", lambda *_given: None)
        load_demo(KINDS, NOW_MS)
    assert records("meeting") == {}
    assert load_demo(KINDS, NOW_MS).new
    assert len(roll_of(2026)) == 35
    with writing() as connection:
        connection.execute(text("UPDATE evaluator_roll SET status = 'present' WHERE group_slug = 'leader'"))
    kept = everything()
    assert not load_demo(KINDS, NOW_MS).new
    assert everything() == kept


def test_each_year_has_its_own_meeting_with_the_same_people(empty: None) -> None:
    load_demo(KINDS, NOW_MS)
    load_demo(KINDS, local_ms("2027-01-02T08:00"))
    first, second = ({(row.name, row.account) for row in roll_of(year)} for year in (2026, 2027))
    assert first == second and len(records("meeting")) == 2
