"""Enrolment: one code, one install, five tries, a quarter of an hour; and successors of replicas."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from server.api.identity import now_ms
from server.commands.invite import invite
from server.commands.revoke import revoke
from server.commands.store_recovery_key import store_recovery_key
from server.domain.invitations import ALPHABET, shown
from server.domain.problems import Problem
from server.store.database import reading
from tests.phone import Phone, Town, enrol, enrolment, slug_of

KEYS = {
    *("replica", "account", "person", "roles", "scopes", "token", "drop_token", "epoch", "next_n", "limits"),
    *("server_time_ms", "township", "recovery_key"),
}


def redeem(client: FlaskClient, code: str) -> TestResponse:
    return client.post("/auth/v1/replicas", json=enrolment(invitation_code=code))


def wrong(code: str) -> str:
    """The same selector with another secret."""
    return code[:-1] + ALPHABET[(ALPHABET.index(code[-1]) + 1) % len(ALPHABET)]


def test_a_code_enrols_one_install_once(client: FlaskClient, town: Town) -> None:
    made = invite(town.id, "committee_secretary", now_ms(), person=town.secretary)
    answer = redeem(client, made.code)
    assert answer.status_code == 201
    enrolled = answer.get_json()
    assert set(enrolled) == KEYS
    assert enrolled["account"] == made.account and enrolled["person"] == town.secretary
    assert enrolled["roles"] == [{"role": "committee_secretary"}]
    assert f"own:{made.account}" in enrolled["scopes"] and f"field:{town.villages[0]}" in enrolled["scopes"]
    assert enrolled["township"]["id"] == town.id and enrolled["next_n"] == 1
    again = redeem(client, made.code)
    assert (again.status_code, slug_of(again.get_json())) == (403, "invitation-invalid")


def test_a_person_keeps_the_account_over_several_installs(app: Flask, town: Town) -> None:
    first, second = enrol(app, town), enrol(app, town)
    assert first.enrolled["account"] == second.enrolled["account"]
    assert first.id != second.id
    with reading() as connection:
        roles = connection.execute(text("SELECT count(*) FROM role_assignments")).scalar()
    assert roles == 1


@pytest.mark.parametrize("typing", [str.lower, shown, lambda code: f" {code[:3]} {code[3:]} "])
def test_a_code_may_be_typed_as_it_is_read(client: FlaskClient, town: Town, typing: object) -> None:
    assert callable(typing)
    assert redeem(client, typing(invite(town.id, "pbo", now_ms()).code)).status_code == 201


def test_letters_that_look_like_digits_are_read_as_such(client: FlaskClient, town: Town) -> None:
    while not {"0", "1"} & set(code := invite(town.id, "pbo", now_ms()).code):
        pass
    assert redeem(client, code.replace("0", "o").replace("1", "L")).status_code == 201


def test_five_wrong_codes_close_the_invitation(client: FlaskClient, town: Town) -> None:
    code = invite(town.id, "pbo", now_ms()).code
    for _ in range(5):
        assert slug_of(redeem(client, wrong(code)).get_json()) == "invitation-invalid"
    closed = redeem(client, code)
    assert (closed.status_code, slug_of(closed.get_json())) == (429, "too-many-tries")
    assert int(closed.headers["Retry-After"]) > 0


def test_a_code_ends_after_its_quarter_of_an_hour(client: FlaskClient, town: Town) -> None:
    start = datetime.now(UTC)
    with time_machine.travel(start, tick=False) as clock:
        code = invite(town.id, "pbo", now_ms()).code
        clock.shift(timedelta(seconds=900))
        assert slug_of(redeem(client, code).get_json()) == "invitation-invalid"
        clock.shift(timedelta(seconds=-1))
        assert redeem(client, code).status_code == 201


@pytest.mark.parametrize("code", ["", "ABC", "ABCDE12345", "U" * 10, "\0" * 10, "１２３４５６７８９０", "A" * 41])
def test_what_is_no_code_is_refused(client: FlaskClient, town: Town, code: str) -> None:
    assert redeem(client, code).status_code in (400, 403)


def test_roles_that_hold_no_replica_are_not_invited(town: Town) -> None:
    for role, village in (("admin", None), ("county_observer", None), ("emperor", None), ("branch_secretary", None)):
        with pytest.raises(Problem) as caught:
            invite(town.id, role, now_ms(), village=village)
        assert caught.value.entry.slug == "malformed-request"


def test_the_secret_of_an_invitation_is_not_stored(town: Town) -> None:
    code = invite(town.id, "pbo", now_ms()).code
    with reading() as connection:
        stored = " ".join(str(part) for row in connection.execute(text("SELECT * FROM invitations")) for part in row)
    assert code[5:] not in stored and code[:5] in stored


def test_no_token_is_stored(phone: Phone) -> None:
    with reading() as connection:
        stored = " ".join(str(part) for row in connection.execute(text("SELECT * FROM replicas")) for part in row)
    assert phone.enrolled["token"] not in stored and phone.enrolled["drop_token"] not in stored


def test_a_successor_keeps_the_account_and_the_old_token(phone: Phone) -> None:
    answer = phone.client.post("/auth/v1/replicas", json=enrolment(continues=phone.id), headers=phone.headers)
    assert answer.status_code == 201
    assert answer.get_json()["account"] == phone.enrolled["account"]
    assert answer.get_json()["replica"] != phone.id
    assert phone.client.get("/sync/v1/hello", headers=phone.headers).status_code == 200


def test_a_successor_needs_the_old_ones_token(app: Flask, town: Town, phone: Phone, office: Phone) -> None:
    asked = enrolment(continues=phone.id)
    for headers in ({}, office.headers, {"Authorization": "Bearer x"}):
        answer = phone.client.post("/auth/v1/replicas", json=asked, headers=headers)
        assert (answer.status_code, slug_of(answer.get_json())) == (401, "unknown-replica")
    revoke(phone.id, now_ms())
    answer = phone.client.post("/auth/v1/replicas", json=asked, headers=phone.headers)
    assert (answer.status_code, slug_of(answer.get_json())) == (403, "replica-revoked")


def test_an_enrolment_says_exactly_one_way_in(client: FlaskClient, town: Town, phone: Phone) -> None:
    for given in ({}, {"invitation_code": "A" * 10, "continues": phone.id}, {"invitation_code": 7}):
        answer = client.post("/auth/v1/replicas", json=enrolment(**given))
        assert answer.status_code == 400
        assert answer.get_json()["errors"][0]["pointer"] == "/invitation_code"


def test_the_recovery_key_comes_with_the_enrolment(app: Flask, town: Town) -> None:
    assert enrol(app, town).enrolled["recovery_key"] is None
    key = "BG" + "A" * 84 + "A="
    with pytest.raises(Problem):
        store_recovery_key(town.id, "not a key", now_ms())
    store_recovery_key(town.id, key.replace("BG", "BA"), now_ms())
    assert enrol(app, town).enrolled["recovery_key"] == key.replace("BG", "BA")


def test_a_lease_ends_after_thirty_days_of_silence_and_moves_with_contact(phone: Phone) -> None:
    start = datetime.now(UTC)
    with time_machine.travel(start, tick=False) as clock:
        clock.shift(timedelta(days=20))
        assert phone.client.get("/sync/v1/hello", headers=phone.headers).status_code == 200
        clock.shift(timedelta(days=20))
        assert phone.client.get("/sync/v1/pull", headers=phone.headers).status_code == 200
        clock.shift(timedelta(days=31))
        for answer in (phone.pull_raw(), phone.push_raw([]), phone.client.get("/sync/v1/hello", headers=phone.headers)):
            assert (answer.status_code, slug_of(answer.get_json())) == (401, "unknown-replica")


def test_a_lost_answer_is_asked_for_again_and_costs_nothing(app: Flask, client: FlaskClient, town: Town) -> None:
    code = invite(town.id, "committee_secretary", now_ms(), person=town.secretary).code
    asked = enrolment(invitation_code=code, enrolment="0123456789abcdef")
    lost = client.post("/auth/v1/replicas", json=asked).get_json()
    again = client.post("/auth/v1/replicas", json=asked)
    assert again.status_code == 201
    told = again.get_json()
    assert (told["replica"], told["account"], told["next_n"]) == (lost["replica"], lost["account"], 1)
    assert (told["token"], told["drop_token"]) == (lost["token"], lost["drop_token"])
    assert told["token"] != told["drop_token"] and len(told["token"]) == 64
    assert Phone(client, lost).pull_raw().status_code == 200, "a copy of the request that comes late locks nobody out"
    with reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM replicas")).scalar() == 1


@pytest.mark.parametrize("enrolment_id", [None, "fedcba9876543210"])
def test_a_spent_code_opens_nothing_to_whoever_did_not_spend_it(
    client: FlaskClient, town: Town, enrolment_id: str | None
) -> None:
    code = invite(town.id, "pbo", now_ms()).code
    client.post("/auth/v1/replicas", json=enrolment(invitation_code=code, enrolment="0123456789abcdef"))
    other = {"enrolment": enrolment_id} if enrolment_id else {}
    answer = client.post("/auth/v1/replicas", json=enrolment(invitation_code=code, **other))
    assert (answer.status_code, slug_of(answer.get_json())) == (403, "invitation-invalid")


@pytest.mark.parametrize("end", ["pulled", "pushed", "revoked", "expired"])
def test_a_lost_answer_is_given_again_only_while_nobody_had_it(client: FlaskClient, town: Town, end: str) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        code = invite(town.id, "committee_secretary", now_ms(), person=town.secretary).code
        asked = enrolment(invitation_code=code, enrolment="0123456789abcdef")
        phone = Phone(client, client.post("/auth/v1/replicas", json=asked).get_json())
        if end == "pulled":
            phone.pull()
        elif end == "pushed":
            phone.push(phone.visit(town))
        elif end == "revoked":
            revoke(phone.id, now_ms())
        else:
            clock.shift(timedelta(seconds=900))
        answer = client.post("/auth/v1/replicas", json=asked)
        assert (answer.status_code, slug_of(answer.get_json())) == (403, "invitation-invalid")
