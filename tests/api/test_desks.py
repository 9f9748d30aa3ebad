"""A desk signs in with a password, guessing gets slower, and what cannot be taken back wants a fresh proof."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from server.api.identity import now_ms
from server.commands.end_role import end_role
from server.commands.passwords import clear_password
from server.commands.revoke import revoke
from server.store.database import reading
from tests.phone import Phone, Town, enrol, found_town, slug_of

PASSWORD = "Qingshi-gou 4417 田"
LOGIN = "dangjianban"
END = {"at_ms": 0}


pytestmark = pytest.mark.usefixtures("nobody_guessed_before")


def set_password(desk: Phone, password: str = PASSWORD, login: str = LOGIN) -> TestResponse:
    body = {"login": login, "password": password}
    return desk.client.post("/auth/v1/password", json=body, headers=desk.headers)


def prove(desk: Phone, password: str = PASSWORD) -> TestResponse:
    return desk.client.post("/auth/v1/proof", json={"password": password}, headers=desk.headers)


def sign_in(client: FlaskClient, password: str = PASSWORD, login: str = LOGIN, **more: str) -> TestResponse:
    body = {"login": login, "password": password, "label": "办公室", "platform": "desktop", "schema_version": 1} | more
    return client.post("/auth/v1/desks", json=body)


def end_nobody(desk: Phone) -> TestResponse:
    """An act that wants a proof and finds nothing to do."""
    return desk.client.post("/office/v1/roles/nobody/end", json=END, headers=desk.headers)


def refused(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, slug_of(answer.get_json())


def test_a_password_makes_a_browser_a_desk_of_the_same_account(client: FlaskClient, office: Phone) -> None:
    assert set_password(office).status_code == 200
    told = sign_in(client, login=" ＤangJianBan ").get_json()
    assert told["account"] == office.enrolled["account"] and told["replica"] != office.id
    assert Phone(client, told).pull_raw().status_code == 200
    assert refused(end_nobody(Phone(client, told))) == (404, "not-found"), "signing in was a proof"


def test_a_lost_sign_in_is_the_same_desk(client: FlaskClient, office: Phone) -> None:
    set_password(office)
    lost, told = (sign_in(client, enrolment="0123456789abcdef").get_json() for _ in range(2))
    assert (told["replica"], told["token"]) == (lost["replica"], lost["token"])
    Phone(client, told).pull()
    assert sign_in(client, enrolment="0123456789abcdef").get_json()["replica"] != told["replica"]


def test_nobody_learns_whether_there_is_such_an_account(client: FlaskClient, office: Phone) -> None:
    set_password(office)
    wrong, nobody = sign_in(client, "wrong wrong wrong"), sign_in(client, login="nobody")
    assert refused(wrong) == refused(nobody) == (403, "sign-in-refused")
    assert wrong.get_json() == nobody.get_json()


@pytest.mark.parametrize("login", [LOGIN, "nobody"])
def test_guessing_gets_slower_whether_there_is_such_a_name_or_not(
    client: FlaskClient, office: Phone, login: str
) -> None:
    set_password(office)
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        slugs = [refused(sign_in(client, f"wrong guess {at}", login))[1] for at in range(7)]
        assert slugs == ["sign-in-refused"] * 5 + ["too-many-requests"] * 2
        held_up = sign_in(client, PASSWORD, login)
        assert held_up.status_code == 429 and int(held_up.headers["Retry-After"]) > 0
        assert refused(sign_in(client, "wrong", "somebody-else")) == (403, "sign-in-refused")
        clock.shift(timedelta(seconds=61))
        assert sign_in(client, PASSWORD, login).status_code == (201 if login == LOGIN else 403)


def test_a_right_password_is_no_step_on_the_ladder(client: FlaskClient, office: Phone) -> None:
    set_password(office)
    assert [sign_in(client).status_code for _ in range(8)] == [201] * 8


@pytest.mark.parametrize(
    ("login", "password", "where"),
    [
        (LOGIN, "short 4417", "/password"),
        (LOGIN, "aaaaaaaaaaaaaaaaaaaaaaaa", "/password"),
        (LOGIN, "password1234", "/password"),
        (LOGIN, "dangjianban12", "/password"),
        (LOGIN, "x" * 201, "/password"),
        ("ab", PASSWORD, "/login"),
        ("has space", PASSWORD, "/login"),
        ("x" * 41, PASSWORD, "/login"),
    ],
)
def test_a_weak_password_or_an_odd_name_is_not_taken(office: Phone, login: str, password: str, where: str) -> None:
    answer = set_password(office, password, login)
    assert refused(answer) == (400, "malformed-request")
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [where]
    assert password not in answer.text
    assert end_nobody(office).get_json()["how"] == "set-password"


def test_a_taken_name_is_said_to_be_taken(app: Flask, office: Phone) -> None:
    set_password(office)
    other = enrol(app, found_town(app), "pbo")
    answer = set_password(other, login="DANGJIANBAN")
    assert [error["pointer"] for error in answer.get_json()["errors"]] == ["/login"]
    assert set_password(other, login="another").status_code == 200
    assert [error["pointer"] for error in set_password(other).get_json()["errors"]] == ["/login"]


def test_whoever_has_a_password_proves_it_before_he_changes_it(office: Phone) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        set_password(office)
        clock.shift(timedelta(seconds=301))
        assert refused(set_password(office, "Another one 5528 石")) == (403, "step-up-needed")
        assert refused(prove(office, "wrong wrong wrong")) == (403, "sign-in-refused")
        assert prove(office).status_code == 200
        assert set_password(office, "Another one 5528 石").status_code == 200
        assert refused(prove(office)) == (403, "sign-in-refused")


def test_a_proof_is_fresh_for_five_minutes_of_the_servers_clock(office: Phone) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        assert end_nobody(office).get_json()["how"] == "set-password"
        set_password(office)
        clock.shift(timedelta(seconds=300))
        assert refused(end_nobody(office)) == (404, "not-found")
        clock.shift(timedelta(seconds=1))
        needed = end_nobody(office)
        assert (refused(needed), needed.get_json()["how"]) == ((403, "step-up-needed"), "password")
        until = prove(office).get_json()
        assert until["proved_until_ms"] - until["server_time_ms"] == 300_000
        assert refused(end_nobody(office)) == (404, "not-found")


def test_a_proof_counts_for_the_browser_that_gave_it(app: Flask, client: FlaskClient, office: Phone) -> None:
    set_password(office)
    with reading() as connection:
        person = connection.execute(text("SELECT person_id FROM accounts")).scalar()
    assert person is None
    desk = Phone(client, sign_in(client).get_json())
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=301), tick=False):
        prove(desk)
        assert refused(end_nobody(desk)) == (404, "not-found")
        assert refused(end_nobody(office)) == (403, "step-up-needed")


def test_guessing_a_proof_gets_slower(office: Phone) -> None:
    set_password(office)
    slugs = [refused(prove(office, f"wrong guess {at}"))[1] for at in range(6)]
    assert slugs == ["sign-in-refused"] * 5 + ["too-many-requests"]


def test_a_password_is_for_the_office_only(app: Flask, town: Town, phone: Phone) -> None:
    assert set_password(phone, login="shuji").status_code == 200
    assert refused(set_password(enrol(app, town, "leader"))) == (403, "not-allowed")


def test_who_left_the_office_signs_in_no_more(client: FlaskClient, office: Phone) -> None:
    set_password(office)
    end_role(office.id, now_ms())
    assert refused(sign_in(client)) == (403, "sign-in-refused")


def test_a_revoked_desk_proves_nothing_and_sets_nothing(office: Phone) -> None:
    set_password(office)
    revoke(office.id, now_ms())
    assert refused(prove(office)) == refused(set_password(office)) == (403, "replica-revoked")


def test_a_forgotten_password_is_cleared_and_set_anew(client: FlaskClient, office: Phone, town: Town) -> None:
    set_password(office)
    assert clear_password(town.id, office.enrolled["account"], now_ms()) is True
    assert clear_password(town.id, office.enrolled["account"], now_ms()) is False
    assert refused(sign_in(client)) == (403, "sign-in-refused")
    assert refused(prove(office)) == (403, "step-up-needed")
    assert set_password(office, "Another one 5528 石").status_code == 200
    assert sign_in(client, "Another one 5528 石").status_code == 201


def test_neither_database_nor_audit_knows_the_password(office: Phone) -> None:
    set_password(office)
    with reading() as connection:
        rows = [
            *connection.execute(text("SELECT * FROM passwords")),
            *connection.execute(text("SELECT * FROM audit_events")),
        ]
    kept = " ".join(str(part) for row in rows for part in row)
    assert PASSWORD not in kept and "$argon2id$" in kept and "password-set" in kept
