"""A forgotten passphrase: the phone asks, the office answers, and the data key passes the server only sealed."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from server.api.identity import now_ms
from server.commands.revoke import revoke
from server.commands.store_recovery_key import store_recovery_key
from server.schemas.recovery_key import open_box, read_recovery_key
from server.store.database import reading
from tests.api.test_people import proved
from tests.api.test_sealed import drop_headers, hand_in
from tests.phone import Json, Phone, Town, enrol, slug_of
from tests.sealing import Vault, b64, point, printed, seal_to


class Forgetful:
    """A phone whose person forgot the passphrase, with a key pair made for one request."""

    def __init__(self, phone: Phone, vault: Vault) -> None:
        self.phone, self.vault = phone, vault
        self.own = ec.generate_private_key(ec.SECP256R1())

    def ask(self, **more: Json) -> TestResponse:
        body = {"vault": self.vault.id, "wrap": self.vault.wrap, "public_key": b64(point(self.own))} | more
        return self.phone.client.post("/sync/v1/recoveries", json=body, headers=drop_headers(self.phone))

    def look(self, recovery: str) -> TestResponse:
        return self.phone.client.get(f"/sync/v1/recoveries/{recovery}", headers=drop_headers(self.phone))


@pytest.fixture
def safe() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def forgetful(phone: Phone, safe: ec.EllipticCurvePrivateKey) -> Forgetful:
    return Forgetful(phone, Vault(point(safe)))


@pytest.fixture
def office(app: Flask, town: Town) -> Phone:
    return proved(enrol(app, town, "pbo"))


def desk_list(office: Phone) -> Json:
    answer = office.client.get("/office/v1/recoveries", headers=office.headers)
    assert answer.status_code == 200, answer.text
    found: Json = answer.get_json()
    return found


def answer(office: Phone, recovery: str, box: Json) -> TestResponse:
    return office.client.post(f"/office/v1/recoveries/{recovery}", json={"answer": box}, headers=office.headers)


def resealed(safe: ec.EllipticCurvePrivateKey, asked: Json) -> Json:
    """What the office's browser does with the printed key: open the wrap, seal the data key to the phone."""
    key = read_recovery_key(printed(safe))
    data_key = open_box(key, f"zoufang/recovery/{asked['vault']}", asked["wrap"])
    public = base64.b64decode(asked["public_key"])
    return seal_to(public, f"zoufang/recovered/{asked['vault']}", data_key)


def test_the_phone_gets_its_key_back_and_nobody_else_can_read_it(
    forgetful: Forgetful, office: Phone, safe: ec.EllipticCurvePrivateKey
) -> None:
    recovery = forgetful.ask().get_json()["id"]
    assert forgetful.look(recovery).get_json()["answer"] is None
    asked = desk_list(office)["recoveries"][0]
    assert (asked["id"], asked["replica"], asked["person"]) == (recovery, forgetful.phone.id, "王建国")
    assert answer(office, recovery, resealed(safe, asked)).status_code == 204
    box = forgetful.look(recovery).get_json()["answer"]
    assert open_box(forgetful.own, f"zoufang/recovered/{forgetful.vault.id}", box) == forgetful.vault.data_key
    assert desk_list(office)["recoveries"][0]["answered_at_ms"] is not None


def test_the_server_has_no_key_in_the_clear_and_the_chain_names_who_answered(
    forgetful: Forgetful, office: Phone, town: Town, safe: ec.EllipticCurvePrivateKey
) -> None:
    recovery = forgetful.ask().get_json()["id"]
    answer(office, recovery, resealed(safe, desk_list(office)["recoveries"][0]))
    with reading() as connection:
        kept = json.dumps([list(map(str, row)) for row in connection.execute(text("SELECT * FROM recoveries"))])
        events = connection.execute(text("SELECT account, event FROM audit_events ORDER BY n")).all()
    assert b64(forgetful.vault.data_key) not in kept and printed(safe) not in kept
    assert [tuple(event) for event in events[-2:]] == [
        (forgetful.phone.enrolled["account"], "recovery-asked"),
        (office.enrolled["account"], "recovery-answered"),
    ]


def test_the_same_request_twice_is_one_and_a_newer_one_takes_its_place(forgetful: Forgetful, office: Phone) -> None:
    first = forgetful.ask().get_json()["id"]
    assert forgetful.ask().get_json()["id"] == first
    forgetful.own = ec.generate_private_key(ec.SECP256R1())
    second = forgetful.ask().get_json()["id"]
    assert [one["id"] for one in desk_list(office)["recoveries"]] == [second]
    assert forgetful.look(first).status_code == 404


def test_an_answer_wants_a_fresh_proof_and_the_request_waits(app: Flask, forgetful: Forgetful, town: Town) -> None:
    recovery = forgetful.ask().get_json()["id"]
    desk = enrol(app, town, "pbo")
    refused = answer(desk, recovery, seal_to(point(forgetful.own), "x", b"0" * 32))
    assert (refused.status_code, slug_of(refused.get_json())) == (403, "step-up-needed")
    assert forgetful.look(recovery).get_json()["answer"] is None


def test_a_lost_phone_gets_no_key(forgetful: Forgetful, office: Phone, safe: ec.EllipticCurvePrivateKey) -> None:
    recovery = forgetful.ask().get_json()["id"]
    asked = desk_list(office)["recoveries"][0]
    revoke(forgetful.phone.id, now_ms())
    for refused in (forgetful.ask(), forgetful.look(recovery), answer(office, recovery, resealed(safe, asked))):
        assert (refused.status_code, slug_of(refused.get_json())) == (403, "replica-revoked")


def test_another_phone_learns_nothing(app: Flask, forgetful: Forgetful, town: Town) -> None:
    recovery = forgetful.ask().get_json()["id"]
    other = enrol(app, town)
    looked = other.client.get(f"/sync/v1/recoveries/{recovery}", headers=drop_headers(other))
    assert (looked.status_code, slug_of(looked.get_json())) == (404, "not-found")
    stranger = other.client.get(f"/sync/v1/recoveries/{recovery}", headers={"Authorization": "Bearer nobody"})
    assert stranger.status_code == 401


def test_only_the_desk_answers(app: Flask, forgetful: Forgetful, town: Town) -> None:
    recovery = forgetful.ask().get_json()["id"]
    box = seal_to(point(forgetful.own), "x", b"0" * 32)
    branch = enrol(app, town, "branch_secretary", village=town.villages[0])
    for role in (branch, enrol(app, town, "leader")):
        assert answer(role, recovery, box).status_code == 403
        assert role.client.get("/office/v1/recoveries", headers=role.headers).status_code == 403


def test_what_is_no_key_is_refused(forgetful: Forgetful, office: Phone) -> None:
    assert forgetful.ask(public_key=b64(b"short")).status_code == 400  # type: ignore[arg-type]
    recovery = forgetful.ask().get_json()["id"]
    assert answer(office, recovery, {"epk": "AA==", "iv": "AA==", "ct": "AA=="}).status_code == 400
    assert (
        answer(office, "00000000-0000-8000-8000-000000000000", seal_to(point(forgetful.own), "x", b"0")).status_code
        == 404
    )
    assert forgetful.look("nonsense").status_code == 404


def test_the_desk_sees_what_lies_sealed_until_it_is_opened(
    phone: Phone, office: Phone, town: Town, forgetful: Forgetful
) -> None:
    hand_in(phone, forgetful.vault.parcel(phone.visit(town), captures=[forgetful.vault.sealed_capture("一")]))
    found = desk_list(office)
    assert [(one["replica"], one["changes"], one["notes"]) for one in found["sealed"]] == [(phone.id, 1, 1)]
    assert found["has_recovery_key"] is False
    store_recovery_key(town.id, b64(forgetful.vault.recovery), now_ms())
    assert desk_list(office)["has_recovery_key"] is True
