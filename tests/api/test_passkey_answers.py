"""What a passkey signed serves once, for what it was asked for, here and now; anything else is refused alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.api.passkey_desk import REFUSED, add, added, asked, enter, events, post, prove, question, refused
from tests.authenticator import Authenticator, to_bytes, to_text
from tests.phone import Phone, enrol, found_town

pytestmark = pytest.mark.usefixtures("nobody_guessed_before")


def test_an_answer_serves_once(client: FlaskClient, office: Phone) -> None:
    key = added(office, steps=0)
    signed = key.sign(question(client))
    assert enter(client, signed).status_code == 201
    assert refused(enter(client, signed)) == REFUSED
    proof = key.sign(asked(office, "/auth/v1/proof/question"))
    assert post(office, "/auth/v1/proof/passkey", proof).status_code == 200
    assert refused(post(office, "/auth/v1/proof/passkey", proof)) == REFUSED


def test_a_made_passkey_is_kept_once(office: Phone) -> None:
    key = Authenticator()
    made = key.make(asked(office, "/auth/v1/passkeys/question"))
    assert post(office, "/auth/v1/passkeys", made).status_code == 201
    assert refused(post(office, "/auth/v1/passkeys", made)) == REFUSED
    assert refused(add(office, key)) == REFUSED, "the township has it already"


def test_an_answer_is_too_old_after_five_minutes(client: FlaskClient, office: Phone) -> None:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        key = added(office)
        first, second = question(client), question(client)
        clock.shift(timedelta(seconds=300))
        assert enter(client, key.sign(first)).status_code == 201
        clock.shift(timedelta(milliseconds=1))
        assert refused(enter(client, key.sign(second))) == REFUSED


def test_a_question_serves_its_purpose_and_its_replica_only(app: Flask, client: FlaskClient, office: Phone) -> None:
    key = added(office)
    to_prove = asked(office, "/auth/v1/proof/question")
    assert refused(enter(client, key.sign(to_prove))) == REFUSED
    assert refused(post(office, "/auth/v1/proof/passkey", key.sign(question(client)))) == REFUSED
    desk = Phone(client, enter(client, key.sign(question(client))).get_json())
    assert refused(post(desk, "/auth/v1/proof/passkey", key.sign(to_prove))) == REFUSED
    to_add = asked(office, "/auth/v1/passkeys/question")
    assert refused(post(desk, "/auth/v1/passkeys", Authenticator().make(to_add))) == REFUSED
    made_up = Authenticator().make(to_add, challenge=to_text(b"x" * 56))
    assert refused(post(office, "/auth/v1/passkeys", made_up)) == REFUSED


def test_another_address_signs_nothing(client: FlaskClient, office: Phone) -> None:
    key = added(office)
    key.origin = "https://zoufang.evil.example"
    assert refused(enter(client, key.sign(question(client)))) == REFUSED
    assert refused(add(office, Authenticator(origin=key.origin))) == REFUSED
    key.origin = "http://localhost"
    assert refused(enter(client, key.sign(question(client) | {"site": "evil.example"}))) == REFUSED


def test_who_does_not_unlock_the_key_is_nobody(client: FlaskClient, office: Phone) -> None:
    assert refused(add(office, Authenticator(verifies=False))) == REFUSED
    key = added(office)
    key.verifies = False
    assert refused(enter(client, key.sign(question(client)))) == REFUSED


def test_a_copied_passkey_is_refused_and_written_down(client: FlaskClient, office: Phone) -> None:
    key = added(office)
    assert enter(client, key.sign(question(client))).status_code == 201
    key.count -= 1
    assert refused(enter(client, key.sign(question(client)))) == REFUSED
    assert events()[-1] == "passkey-refused"
    key.count += 1
    assert enter(client, key.sign(question(client))).status_code == 201


def test_another_townships_passkey_opens_nothing_here(app: Flask, client: FlaskClient, office: Phone) -> None:
    key = added(office)
    stranger = enrol(app, found_town(app), "pbo")
    theirs = added(stranger)
    signed = key.sign(asked(stranger, "/auth/v1/proof/question"))
    assert refused(post(stranger, "/auth/v1/proof/passkey", signed)) == REFUSED
    (line,) = office.client.get("/auth/v1/passkeys", headers=office.headers).get_json()["passkeys"]
    assert refused(post(stranger, f"/auth/v1/passkeys/{line['id']}/remove")) == (404, "not-found")
    theirs.user = key.user
    assert refused(enter(client, theirs.sign(question(client)))) == REFUSED
    twin = Authenticator(credential=key.credential)
    assert add(stranger, twin).status_code == 201, "what another township has does not show"
    told = enter(client, key.sign(question(client))).get_json()
    assert told["account"] == office.enrolled["account"]


def test_guessing_gets_slower(client: FlaskClient, office: Phone) -> None:
    key = added(office)
    stranger = Authenticator(credential=key.credential, user=key.user)
    answers = [refused(enter(client, stranger.sign(question(client))))[1] for _ in range(6)]
    assert answers == ["passkey-refused"] * 5 + ["too-many-requests"]
    proofs = [refused(prove(office, stranger))[1] for _ in range(6)]
    assert proofs == ["passkey-refused"] * 5 + ["too-many-requests"]


@pytest.mark.parametrize("field", ["credential", "client_data", "attestation"])
@pytest.mark.parametrize("bytes_", [b"\0", b"{}", b"\xa1\x63fmt", b"[" * 4000])
def test_garbage_is_refused_and_never_a_fault(office: Phone, field: str, bytes_: bytes) -> None:
    made = Authenticator().make(asked(office, "/auth/v1/passkeys/question"))
    answer = post(office, "/auth/v1/passkeys", made | {field: to_text(bytes_)})
    assert refused(answer) in (REFUSED, (400, "malformed-request")), answer.text


@pytest.mark.parametrize("field", ["credential", "client_data", "authenticator_data", "signature", "user_handle"])
@pytest.mark.parametrize("cut", [1, 20])
def test_a_torn_answer_is_refused_and_never_a_fault(client: FlaskClient, office: Phone, field: str, cut: int) -> None:
    signed = added(office).sign(question(client))
    torn = signed | {field: to_text(to_bytes(signed[field])[:-cut])}
    assert refused(enter(client, torn)) == REFUSED
