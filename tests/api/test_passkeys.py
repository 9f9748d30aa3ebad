"""A desk signs in with a passkey and proves with it who one is; it ends with its person's office and its desk."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from server.api.identity import now_ms
from server.app import create_app
from server.cli.passkeys import passkey
from server.commands.end_role import end_role
from server.commands.revoke import revoke
from server.domain.passkeys import user_handle
from server.settings import BadSetting, Settings
from server.store.database import db
from tests.api.passkey_desk import REFUSED, add, added, asked, end_nobody, enter, events, post, prove, question, refused
from tests.authenticator import Authenticator
from tests.phone import Phone, Town, enrol, found_town

pytestmark = pytest.mark.usefixtures("nobody_guessed_before")


@pytest.mark.parametrize("packed", [False, True])
def test_a_passkey_makes_a_browser_a_desk_of_the_same_account(client: FlaskClient, office: Phone, packed: bool) -> None:
    key = Authenticator()
    assert add(office, key, packed=packed).status_code == 201
    told = enter(client, key.sign(question(client))).get_json()
    assert told["account"] == office.enrolled["account"] and told["replica"] != office.id
    assert Phone(client, told).pull_raw().status_code == 200
    assert refused(end_nobody(Phone(client, told))) == (404, "not-found"), "signing in was a proof"
    assert events()[-2:] == ["passkey-added", "passkey-sign-in"]


def test_the_question_names_no_account_and_no_passkey(client: FlaskClient, office: Phone) -> None:
    before = question(client)
    key = added(office)
    after = question(client)
    assert set(before) == set(after) == {"challenge", "site", "valid_ms", "server_time_ms"}
    stranger = Authenticator(user=key.user)
    nobody = Authenticator(user=user_handle("0" * 32, "1" * 32))
    wrong = enter(client, stranger.sign(question(client)))
    none = enter(client, nobody.sign(question(client)))
    assert refused(wrong) == refused(none) == REFUSED
    assert wrong.get_json() == none.get_json()


def test_a_passkey_is_a_fresh_proof_for_the_browser_that_gave_it(client: FlaskClient, office: Phone) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        needed = end_nobody(office).get_json()
        assert (needed["how"], needed["passkey"]) == ("set-password", False)
        key = added(office)
        assert refused(end_nobody(office)) == (404, "not-found"), "making it was a proof"
        desk = Phone(client, enter(client, key.sign(question(client))).get_json())
        clock.shift(timedelta(seconds=301))
        needed = end_nobody(office).get_json()
        assert (needed["how"], needed["passkey"]) == ("passkey", True)
        assert prove(office, key).status_code == 200
        assert refused(end_nobody(office)) == (404, "not-found")
        assert refused(end_nobody(desk)) == (403, "step-up-needed")
        assert events()[-1] == "stepped-up"


def test_whoever_has_a_password_or_passkey_proves_it_before_he_changes_either(office: Phone) -> None:
    password = {"login": "dangjianban", "password": "Qingshi-gou 4417 田"}
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        assert post(office, "/auth/v1/password", password).status_code == 200
        clock.shift(timedelta(seconds=301))
        assert refused(post(office, "/auth/v1/passkeys/question")) == (403, "step-up-needed")
        post(office, "/auth/v1/proof", {"password": password["password"]})
        ready = asked(office, "/auth/v1/passkeys/question")
        clock.shift(timedelta(seconds=299))
        key = Authenticator()
        made = key.make(ready)
        answer = post(office, "/auth/v1/passkeys", made)
        assert answer.status_code == 201, answer.text
        kept = answer.get_json()["id"]
        clock.shift(timedelta(seconds=301))
        assert refused(post(office, f"/auth/v1/passkeys/{kept}/remove")) == (403, "step-up-needed")
        needed = post(office, "/auth/v1/password", password).get_json()
        assert (needed["how"], needed["passkey"]) == ("password", True)
        prove(office, key)
        assert post(office, f"/auth/v1/passkeys/{kept}/remove").status_code == 200
        assert refused(post(office, f"/auth/v1/passkeys/{kept}/remove")) == (404, "not-found")
        assert refused(post(office, "/auth/v1/proof/question")) == (409, "no-passkeys-here")
        assert "passkey-removed" in events()


def test_a_passkey_alone_guards_a_first_password(office: Phone) -> None:
    password = {"login": "dangjianban", "password": "Qingshi-gou 4417 田"}
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        key = added(office)
        clock.shift(timedelta(seconds=301))
        assert refused(post(office, "/auth/v1/password", password)) == (403, "step-up-needed")
        prove(office, key)
        assert post(office, "/auth/v1/password", password).status_code == 200


def test_a_removed_passkey_opens_nothing(client: FlaskClient, office: Phone) -> None:
    key = added(office)
    (line,) = office.client.get("/auth/v1/passkeys", headers=office.headers).get_json()["passkeys"]
    assert (line["label"], line["here"], line["last_used_at_ms"]) == ("U盾", True, None)
    ready = question(client)
    post(office, f"/auth/v1/passkeys/{line['id']}/remove")
    assert refused(enter(client, key.sign(ready))) == REFUSED


def test_who_left_the_office_signs_in_no_more(client: FlaskClient, office: Phone) -> None:
    key = added(office)
    end_role(office.id, now_ms())
    assert refused(enter(client, key.sign(question(client)))) == REFUSED


def test_a_passkey_ends_with_the_replica_it_was_made_at(client: FlaskClient, office: Phone) -> None:
    key = added(office)
    desk = Phone(client, enter(client, key.sign(question(client))).get_json())
    other = added(desk)
    revoke(office.id, now_ms())
    assert refused(enter(client, key.sign(question(client)))) == REFUSED
    assert enter(client, other.sign(question(client))).status_code == 201
    assert refused(post(office, "/auth/v1/proof/question")) == (403, "replica-revoked")


def test_a_lost_sign_in_is_the_same_desk(client: FlaskClient, office: Phone) -> None:
    key = added(office)
    named = {"enrolment": "0123456789abcdef"}
    lost, told = (enter(client, key.sign(question(client)), **named).get_json() for _ in range(2))
    assert (told["replica"], told["token"]) == (lost["replica"], lost["token"])


def test_passkeys_are_for_the_office_only_and_ten_at_most(app: Flask, town: Town, office: Phone) -> None:
    leader = enrol(app, town, "leader")
    assert refused(post(leader, "/auth/v1/passkeys/question")) == (403, "not-allowed")
    assert refused(post(leader, "/auth/v1/proof/question")) == (409, "no-passkeys-here")
    for _ in range(10):
        added(office)
    assert refused(post(office, "/auth/v1/passkeys/question")) == (400, "malformed-request")


@pytest.mark.parametrize("base", ["http://192.168.1.20:8765", "https://192.168.1.20", "http://zoufang.example"])
def test_an_address_without_a_name_of_ours_has_no_passkeys(client: FlaskClient, office: Phone, base: str) -> None:
    answer = client.post("/auth/v1/desks/question", base_url=base)
    assert refused(answer) == (409, "no-passkeys-here")
    told = client.get("/auth/v1/passkeys", headers=office.headers, base_url=base).get_json()
    assert told["possible"] is False
    proxied = client.post("/auth/v1/desks/question", headers={"X-Forwarded-For": "10.0.0.7"})
    assert refused(proxied) == (409, "no-passkeys-here"), "localhost is for whoever sits at the machine"


def test_passkeys_are_for_the_systems_own_name(settings: Settings) -> None:
    served = create_app(replace(settings, public_url="https://zoufang.example"))
    with served.app_context():
        office = enrol(served, found_town(served), "pbo")
        office.client.environ_base["HTTP_ORIGIN"] = "https://zoufang.example"
        key = added(office, origin="https://zoufang.example")
        assert asked(office, "/auth/v1/proof/question")["site"] == "zoufang.example"
        assert enter(office.client, key.sign(question(office.client))).status_code == 201
        office.client.environ_base["HTTP_ORIGIN"] = "https://evil.example"
        assert refused(office.client.post("/auth/v1/desks/question")) == (409, "no-passkeys-here")
        db.engine.dispose()


@pytest.mark.parametrize(
    "url", ["zoufang.example", "https://Zoufang.example", "https://a.example/", "http://a.example"]
)
def test_a_public_address_is_an_origin_or_a_bad_setting(url: str) -> None:
    with pytest.raises(BadSetting, match="PUBLIC_URL"):
        Settings.from_environment({"PUBLIC_URL": url})
    assert Settings.from_environment({"PUBLIC_URL": "https://a.example:8443"}).address() == "https://a.example:8443"


def test_the_last_clerks_passkey_is_listed_and_removed_at_the_machine(
    settings: Settings, office: Phone, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = added(office)
    for name in ("var_dir", "database_url"):
        monkeypatch.setenv(name.upper(), getattr(settings, name))
    told = CliRunner().invoke(passkey, ["list", "--json"], catch_exceptions=False)
    (line,) = json.loads(told.output)["passkeys"]
    assert (line["label"], line["site"]) == ("U盾", "localhost")
    assert CliRunner().invoke(passkey, ["remove", line["id"], "--json"], catch_exceptions=False).exit_code == 0
    assert refused(enter(client, key.sign(question(client)))) == REFUSED
