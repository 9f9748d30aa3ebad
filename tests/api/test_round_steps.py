"""A round goes on only when what a step needs holds, and the keys that sign for it never leave the server."""

from __future__ import annotations

import base64
import io
import json
import logging

import pytest
from flask import Flask

from server.api.identity import now_ms
from server.commands.audit_chain import verify_audit
from server.commands.create_township import create_township
from server.commands.give_role import give_role
from server.commands.invite import invite
from server.commands.save_online import save_online
from server.domain.ballot.fingerprint import four_words
from server.domain.ballot.manifest import manifest_hash, read_manifest
from server.domain.canonical import canonical
from server.domain.judging.verdicts import OnlineWrite
from server.logs import log_requests
from server.schemas.kinds.registry import KINDS
from server.store.database import reading
from server.store.round_keys import load_keys, load_moduli
from tests.api.meeting import Hall, ask, events, everything_stored, gather, missing, ok, public_key, refused
from tests.phone import NOW_MS, Phone, Town, enrol, enrolment


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application as gunicorn serves it: every request leaves a line."""
    log_requests(app)
    return app


@pytest.fixture
def hall(app: Flask, town: Town) -> Hall:
    """The roll is set."""
    gathered = gather(app, town)
    ok(gathered.set_roll())
    return gathered


@pytest.fixture
def ballot(hall: Hall) -> str:
    """A prepared round with its tally key."""
    made = str(ok(hall.prepare(), 201)["round"]["id"])
    ok(hall.give_key(made))
    return made


def test_a_round_goes_from_prepared_to_closed_and_each_step_is_written_down(hall: Hall, ballot: str) -> None:
    assert refused(hall.step(ballot, "open")) == (409, "round-state")
    ok(hall.step(ballot, "issue"))
    ok(hall.come(7))
    assert missing(hall.step(ballot, "open")) == "quorum"
    ok(hall.come(8))
    assert ok(hall.step(ballot, "open"))["round"]["state"] == "open"
    assert hall.read()["state"] == "open"
    again = hall.step(ballot, "open")
    assert (refused(again), again.get_json()["state"]) == ((409, "round-state"), "open")
    assert ok(hall.step(ballot, "close"))["round"]["state"] == "closed"
    assert refused(hall.step(ballot, "close")) == (409, "round-state")
    assert [event for event in events() if event.startswith(("round-", "tally-"))] == [
        "round-prepared", "tally-key-taken", "round-issued", "round-opened", "round-closed",
    ]  # fmt: skip
    assert [state.faults for state in verify_audit()] == [()]


def test_the_sheet_is_issued_only_when_it_can_be_voted_on(hall: Hall) -> None:
    small = hall.rows()[:9]
    ok(hall.set_roll(small))
    ballot = ok(hall.prepare(), 201)["round"]["id"]
    assert missing(hall.step(ballot, "issue")) == "tally-key"
    ok(hall.give_key(ballot))
    few = hall.step(ballot, "issue")
    assert missing(few) == "groups-of-five"
    assert few.get_json()["places"] == [
        {"subject": subject, "group": "member_rep", "entitled": 4} for subject in hall.subjects
    ]
    ok(hall.set_roll(hall.rows()[:5]))
    assert missing(hall.step(ballot, "issue")) == "same-roll"
    ok(hall.set_roll())
    assert ok(hall.step(ballot, "issue"))["round"]["state"] == "issued"


def test_five_of_a_group_must_be_left_for_each_subject_when_the_recused_are_gone(hall: Hall, ballot: str) -> None:
    recused = hall.rows()
    recused[1]["recusals"] = [hall.subjects[1]]
    ok(hall.set_roll(recused))
    few = hall.step(ballot, "issue")
    assert missing(few) == "groups-of-five"
    assert few.get_json()["places"] == [{"subject": hall.subjects[1], "group": "leader", "entitled": 4}]
    assert hall.read()["rounds"][0]["state"] == "prepared"
    ok(hall.set_roll([*recused, {"name": "领导5", "group": "leader", "account": None}]))
    assert ok(hall.step(ballot, "issue"))["round"]["state"] == "issued"


def test_nothing_is_issued_or_opened_after_the_deadline(hall: Hall, ballot: str) -> None:
    refused_early = hall.prepare(deadline_ms=1)
    assert refused(refused_early) == (400, "malformed-request")
    _set_deadline(hall, ballot)
    assert missing(hall.step(ballot, "issue")) == "before-deadline"
    _set_deadline(hall, ballot, now_ms() + 3_600_000)
    ok(hall.step(ballot, "issue"))
    ok(hall.come())
    _set_deadline(hall, ballot)
    assert missing(hall.step(ballot, "open")) == "before-deadline"


def test_a_round_needs_a_roll_subjects_and_no_other_round(hall: Hall, ballot: str) -> None:
    assert missing(hall.prepare()) == "no-live-round"
    ok(hall.step(ballot, "void", {"reason": "名册有误"}))
    ok(hall.set_roll([]))
    assert missing(hall.prepare()) == "roll"
    ok(hall.set_roll())
    ungraded = [OnlineWrite(one, "subject", {"graded": False}) for one in hall.subjects]
    save_online(KINDS, hall.town.id, "office", ungraded, now_ms())
    assert missing(hall.prepare()) == "subjects"


def test_the_manifest_in_everybodys_record_is_that_of_the_specification(hall: Hall, ballot: str) -> None:
    recused = [*hall.rows(), {"name": "领导5", "group": "leader", "account": None}]
    recused[0]["recusals"] = [hall.subjects[0]]
    ok(hall.set_roll(recused))
    key = public_key()
    assert ok(hall.give_key(ballot, key)) == {"known": False}
    assert ok(hall.give_key(ballot, key)) == {"known": True}
    told = ok(hall.step(ballot, "issue"))["round"]
    hall.voters[0].pull()
    written = hall.voters[0].mirror[ballot]["fields"]
    raw = json.loads(written["manifest"])
    manifest = read_manifest(raw)
    assert written["manifest"] == canonical(raw)
    assert written["words"] == told["words"] == four_words(manifest_hash(raw))
    assert (raw["round"], raw["no"], raw["tally_key"], raw["deadline_ms"]) == (ballot, 1, key, told["deadline_ms"])
    assert [subject for subject, _ in manifest.subjects] == hall.subjects, "in the order of the draw"
    assert [name for _, name in manifest.subjects] == ["村1 支书1", "村0 支书0"]
    assert manifest.groups == (("leader", "领导"), ("member_rep", "党员代表"))
    assert [cell.entitled for cell in manifest.cells] == [5, 6, 6, 6]
    with reading() as connection:
        moduli = load_moduli(connection, hall.town.id, ballot)
    assert {(cell["subject"], cell["group"]): cell["n"] for cell in raw["cells"]} == moduli


def test_the_roll_is_frozen_from_the_issue_until_the_round_is_void(hall: Hall, ballot: str) -> None:
    ok(hall.step(ballot, "issue"))
    assert refused(hall.set_roll()) == (409, "roll-frozen")
    assert refused(hall.give_key(ballot)) == (409, "round-state")
    told = ok(hall.step(ballot, "void", {"reason": "表决器故障"}))["round"]
    assert (told["state"], told["void_reason"]) == ("void", "表决器故障")
    with reading() as connection:
        assert load_keys(connection, hall.town.id, ballot) == {}, "nothing of it is signed any more"
    assert refused(hall.step(ballot, "issue")) == (409, "round-state")
    ok(hall.set_roll())
    assert ok(hall.prepare(), 201)["round"]["no"] == 2
    assert "表决器故障" not in everything_stored("audit_events")


def test_the_tally_key_is_a_scrutineers_who_is_not_of_the_office(app: Flask, hall: Hall, ballot: str) -> None:
    assert refused(hall.give_key(ballot, by=hall.office)) == (403, "not-allowed")
    both = enrol(app, hall.town, "scrutineer")
    ok(hall.give_key(ballot, by=both))
    give_role(hall.town.id, both.enrolled["account"], "pbo", now_ms())
    assert refused(hall.give_key(ballot, by=both)) == (403, "not-allowed")
    answer = hall.give_key(ballot, public_key()[:-4] + "AAA=")
    assert refused(answer) == (400, "malformed-request")
    assert [error["pointer"] for error in answer.get_json()["errors"]] == ["/public"]


def test_steps_that_cannot_be_taken_back_ask_for_a_fresh_proof(app: Flask, hall: Hall, ballot: str) -> None:
    proved, hall.office = hall.office, enrol(app, hall.town, "pbo")
    needed = [hall.prepare(), *(hall.step(ballot, step) for step in ("issue", "open", "close"))]
    needed.append(hall.step(ballot, "void", {"reason": "试"}))
    assert [refused(answer) for answer in needed] == [(403, "step-up-needed")] * 5
    hall.office = proved
    assert hall.read()["rounds"][0]["state"] == "prepared" and hall.read()["rounds"][0]["has_tally_key"]


def test_another_township_and_a_stranger_find_no_round(app: Flask, hall: Hall, ballot: str) -> None:
    client, other = app.test_client(), create_township("白云镇", "990101102", NOW_MS)
    code = invite(other.id, "pbo", now_ms()).code
    desk = Phone(client, ok(client.post("/auth/v1/replicas", json=enrolment(invitation_code=code)), 201))
    ok(ask(desk, "POST", "/auth/v1/password", {"login": "baiyun", "password": "Baiyun 9921 水田里"}))
    stranger = enrol(app, hall.town, "leader")
    numbers = f"/ballots/v1/rounds/{ballot}/numbers"
    assert refused(ask(desk, "GET", numbers)) == (404, "not-found")
    assert refused(ask(stranger, "GET", numbers)) == (403, "not-on-roll")
    hall.office, own = desk, hall.office
    tried = [hall.prepare(), *(hall.step(ballot, step) for step in ("issue", "open", "close"))]
    tried.append(hall.step(ballot, "void", {"reason": "试"}))
    assert [refused(answer) for answer in tried] == [(404, "not-found")] * 5
    hall.office = own
    assert hall.read()["rounds"][0]["state"] == "prepared"


def test_numbers_say_how_many_and_nothing_finer(hall: Hall, ballot: str) -> None:
    ok(hall.step(ballot, "issue"))
    ok(hall.come(6))
    for reader in (hall.office, hall.scrutineer, hall.voters[0]):
        told = ok(ask(reader, "GET", f"/ballots/v1/rounds/{ballot}/numbers"))
        assert set(told) == {"state", "deadline_ms", "server_time_ms", "groups"}
        assert told["groups"] == [
            {"group": "leader", "entitled": 5, "present": 5, "issued_e": 0, "issued_p": 0, "received": 0},
            {"group": "member_rep", "entitled": 6, "present": 1, "issued_e": 0, "issued_p": 0, "received": 0},
        ]


def test_no_prime_is_in_an_answer_a_record_a_log_or_the_audit_chain(hall: Hall) -> None:
    heard, root = io.StringIO(), logging.getLogger()
    listener, level = logging.StreamHandler(heard), root.level
    root.addHandler(listener)
    root.setLevel(logging.DEBUG)
    prepared = hall.prepare()
    ballot = ok(prepared, 201)["round"]["id"]
    answers = [prepared, hall.give_key(ballot), hall.step(ballot, "issue"), ask(hall.office, "GET", hall.path())]
    answers.append(ask(hall.office, "GET", f"/ballots/v1/rounds/{ballot}/numbers"))
    root.removeHandler(listener)
    root.setLevel(level)
    hall.voters[0].pull()
    said = "\n".join(answer.text for answer in answers) + heard.getvalue() + json.dumps(hall.voters[0].mirror)
    stored = everything_stored("changes", "records", "audit_events", "round_keys", "round_books")
    with reading() as connection:
        keys = load_keys(connection, hall.town.id, ballot)
    assert len(keys) == 4
    for key in keys.values():
        assert int.from_bytes(base64.b64decode(key.n), "big") == key.p * key.q
        for prime in (key.p, key.q):
            for written in (str(prime), f"{prime:x}", f"{prime:X}"):
                assert written not in said and written not in stored
    assert ballot in said and ballot in stored


def _set_deadline(hall: Hall, ballot: str, deadline_ms: int = 1) -> None:
    writes = [OnlineWrite(ballot, "ballot_round", {"deadline_ms": deadline_ms})]
    save_online(KINDS, hall.town.id, "office", writes, now_ms())
