"""A meeting has a roll that is taken whole or not at all, people who come, and a code that only its office reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from server.api.identity import now_ms
from server.commands.audit_chain import verify_audit
from server.commands.create_township import create_township
from server.commands.invite import invite
from tests.api.meeting import Hall, ask, events, everything_stored, gather, make, ok, public_key, refused
from tests.phone import NOW_MS, Json, Phone, Town, enrol, enrolment, new_id

pytestmark = pytest.mark.usefixtures("nobody_guessed_before")


@pytest.fixture
def hall(app: Flask, town: Town) -> Hall:
    return gather(app, town)


def test_a_meeting_is_in_everybodys_feed_without_the_code_of_its_hall(hall: Hall) -> None:
    code = hall.read()["hall_code"]
    assert len(code) == 6 and code.isdigit()
    assert hall.read(hall.scrutineer)["hall_code"] is None
    hall.voters[0].pull()
    row = hall.voters[0].mirror[hall.id]
    assert (row["kind"], row["scope"], row["fields"]["state"]) == ("meeting", f"town:{hall.town.id}", "planned")
    assert "hall_code" not in row["fields"]
    assert code not in everything_stored("audit_events", "changes")


def test_the_office_fixes_the_time_later_and_everybody_reads_it(hall: Hall) -> None:
    before = hall.read()
    asked = {"title": "述职评议会", "place": "镇大礼堂", "starts_at_ms": NOW_MS + 86_400_000}
    assert ok(ask(hall.office, "PUT", hall.path(), asked)) == {"meeting": hall.id}
    after = hall.read()
    assert {key: after[key] for key in asked} == asked
    assert after["hall_code"] == before["hall_code"] and after["state"] == "planned"
    hall.voters[0].pull()
    fields = hall.voters[0].mirror[hall.id]["fields"]
    assert {key: fields[key] for key in asked} == asked
    assert "meeting-changed" in events()
    assert refused(ask(hall.scrutineer, "PUT", hall.path(), asked)) == (403, "not-allowed")
    assert refused(ask(hall.office, "PUT", hall.path(), asked | {"title": " "})) == (400, "malformed-request")
    assert refused(ask(hall.office, "PUT", f"/ballots/v1/meetings/{new_id()}", asked)) == (404, "not-found")


def test_only_the_office_learns_where_phones_reach_the_server(
    hall: Hall, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(app.config["ZOUFANG"]), "address", lambda _config: "https://zf.example")
    assert (hall.read()["address"], hall.read()["hub"]) == ("https://zf.example", None)
    assert hall.read(hall.scrutineer)["address"] is None


def test_a_township_without_an_open_cycle_has_no_meeting(app: Flask) -> None:
    empty = create_township("空镇", "990101103", NOW_MS)
    client = app.test_client()
    enrolled = client.post("/auth/v1/replicas", json=enrolment(invitation_code=invite(empty.id, "pbo", now_ms()).code))
    answer = ask(Phone(client, enrolled.get_json()), "POST", "/ballots/v1/meetings", {"title": "会", "place": "厅"})
    assert refused(answer) == (409, "round-guard") and answer.get_json()["guard"] == "open-cycle"


def test_everybody_sees_his_own_row_and_no_other(hall: Hall) -> None:
    roll = ok(hall.set_roll())["roll"]
    assert [row["group"] for row in roll] == ["leader"] * 5 + ["member_rep"] * 6
    for at, phone in enumerate(hall.voters):
        phone.pull()
        own = [row for row in phone.mirror.values() if row["kind"] == "roll_entry"]
        assert [row["fields"]["status"] for row in own] == ["expected"], at
    hall.office.pull()
    assert [row for row in hall.office.mirror.values() if row["kind"] == "roll_entry"] == []
    assert hall.read()["roll"] == roll
    assert "领导0" not in everything_stored("evaluator_roll", "changes", "audit_events"), "names are sealed"


def test_whoever_leaves_the_roll_loses_his_row_and_attendance_of_the_others_stays(hall: Hall) -> None:
    first = ok(hall.set_roll())["roll"]
    ok(hall.come(3))
    hall.voters[1].pull()
    kept = [{name: row[name] for name in ("id", "name", "group", "account", "recusals")} for row in first]
    after = ok(hall.set_roll([kept[0], *kept[2:]]))["roll"]
    assert [row["status"] for row in after[:3]] == ["present", "present", "expected"]
    hall.voters[1].pull()
    assert [row for row in hall.voters[1].mirror.values() if row["kind"] == "roll_entry"] == []


def test_faults_come_by_row_and_then_nothing_is_taken(hall: Hall, phone: Phone) -> None:
    before = ok(hall.set_roll())["roll"]
    twice = hall.voters[0].enrolled["account"]
    rows: list[Json] = [
        {"name": " 甲", "group": "leader", "account": twice},
        {"name": "乙", "group": "friends", "account": twice},
        {"name": "丙", "group": "leader", "account": new_id()},
        {"id": new_id(), "name": "丁", "group": "leader"},
        {"name": "戊", "group": "leader", "recusals": [new_id()]},
        {"name": "己", "group": "leader", "account": phone.enrolled["account"]},
    ]
    answer = hall.set_roll(rows)
    assert refused(answer) == (400, "malformed-request")
    found = {error["pointer"] for error in answer.get_json()["errors"]}
    assert found == {
        "/rows/0/account", "/rows/1/account", "/rows/1/group", "/rows/2/account", "/rows/3/id", "/rows/4/recusals",
        "/rows/5/account",
    }  # fmt: skip
    assert hall.read()["roll"] == before
    assert events().count("roll-set") == 1


def test_attendance_is_noted_by_row_or_not_at_all(hall: Hall) -> None:
    rows = ok(hall.set_roll())["roll"]
    wrong = [{"id": rows[0]["id"], "status": "present"}, {"id": new_id(), "status": "present"}]
    answer = ask(hall.office, "PUT", hall.path("/attendance"), {"rows": wrong})
    assert refused(answer) == (400, "malformed-request")
    assert {row["status"] for row in hall.read()["roll"]} == {"expected"}
    ok(hall.come(2, "excused"))
    assert [row["status"] for row in hall.read()["roll"][:3]] == ["excused", "excused", "expected"]
    said = events().count("attendance-taken")
    ok(hall.come(2, "excused"))
    assert events().count("attendance-taken") == said == 1, "what is so already is no decision"


def test_whoever_reads_the_code_in_the_hall_is_present(hall: Hall) -> None:
    ok(hall.set_roll())
    code = hall.read()["hall_code"]
    wrong = str((int(code) + 1) % 1_000_000).zfill(6)
    path, voter = hall.path("/attendance/self"), hall.voters[0]
    assert refused(ask(voter, "POST", path, {"hall_code": wrong})) == (403, "hall-code-wrong")
    assert hall.read()["roll"][0]["status"] == "expected"
    assert refused(ask(hall.scrutineer, "POST", path, {"hall_code": code})) == (403, "not-on-roll")
    assert ok(ask(voter, "POST", path, {"hall_code": code})) == {"status": "present"}
    assert [row["status"] for row in hall.read()["roll"][:2]] == ["present", "expected"]
    voter.pull()
    assert [row["fields"]["status"] for row in voter.mirror.values() if row["kind"] == "roll_entry"] == ["present"]
    assert events()[-1] == "present-reported"


def test_the_code_of_the_hall_cannot_be_tried_out(hall: Hall) -> None:
    ok(hall.set_roll())
    tries = [ask(hall.voters[0], "POST", hall.path("/attendance/self"), {"hall_code": "x"}) for _ in range(31)]
    assert refused(tries[0]) == (403, "hall-code-wrong") and refused(tries[-1]) == (429, "too-many-requests")


def test_a_phone_is_ready_once_it_has_pulled_the_sheet(hall: Hall) -> None:
    ok(hall.set_roll())
    ballot = ok(hall.prepare(), 201)["round"]["id"]
    ok(hall.give_key(ballot, public_key()))
    for phone in hall.voters:
        phone.pull()
    ok(hall.step(ballot, "issue"))
    assert [row["has_sheet"] for row in _ready(hall)] == [False] * 11
    # A contact is written down once in five minutes.
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=301)):
        hall.voters[0].pull()
    rows = _ready(hall)
    assert [row["enrolled"] for row in rows] == [True, True] + [False] * 9
    assert [row["has_sheet"] for row in rows] == [True] + [False] * 10
    assert rows[0]["last_contact_ms"] > 0 and rows[2]["last_contact_ms"] is None


def test_a_stranger_and_another_township_find_nothing(app: Flask, town: Town, hall: Hall) -> None:
    ok(hall.set_roll())
    other = create_township("白云镇", "990101102", NOW_MS)
    client = app.test_client()
    code = invite(other.id, "pbo", now_ms()).code
    desk = Phone(client, ok(client.post("/auth/v1/replicas", json=enrolment(invitation_code=code)), 201))
    leader = enrol(app, town, "leader")
    asked: list[tuple[str, str, Json | None]] = [
        ("GET", "", None),
        ("PUT", "/roll", {"rows": []}),
        ("PUT", "/attendance", {"rows": []}),
        ("GET", "/readiness", None),
    ]
    for method, rest, body in asked:
        assert refused(ask(desk, method, hall.path(rest), body)) == (404, "not-found"), rest
        assert refused(ask(leader, method, hall.path(rest), body)) == (403, "not-allowed"), rest
    assert refused(ask(desk, "POST", hall.path("/attendance/self"), {"hall_code": "1"})) == (404, "not-found")
    assert refused(ask(leader, "POST", "/ballots/v1/meetings", {"title": "会", "place": "厅"})) == (403, "not-allowed")
    assert len(hall.read()["roll"]) == 11


def test_two_meetings_have_rolls_of_their_own_and_the_chain_is_whole(hall: Hall) -> None:
    ok(hall.set_roll())
    first, hall.id = hall.id, make(hall.office)
    assert hall.read()["roll"] == []
    ok(hall.set_roll(hall.rows()[:1]))
    hall.voters[0].pull()
    entries = [row["fields"] for row in hall.voters[0].mirror.values() if row["kind"] == "roll_entry"]
    assert {entry["meeting_id"] for entry in entries} == {first, hall.id}
    assert [state.faults for state in verify_audit()] == [()]


def _ready(hall: Hall) -> list[Json]:
    rows: list[Json] = ok(ask(hall.office, "GET", hall.path("/readiness")))["rows"]
    assert json.dumps(rows).count("hall_code") == 0
    return rows
