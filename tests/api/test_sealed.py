"""A phone that cannot be unlocked hands in sealed rows: they are kept whatever became of its owner, and only kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from werkzeug.test import TestResponse

from server.api.identity import now_ms
from server.commands.end_role import end_role
from server.commands.open_parcel import list_parcels
from server.commands.revoke import revoke
from server.schemas.parcel import MOST_ROWS, PARCEL_BYTES
from tests.phone import Json, Phone, Town, slug_of
from tests.sealing import Vault, point


@pytest.fixture
def vault() -> Vault:
    return Vault(point(ec.generate_private_key(ec.SECP256R1())))


def drop_headers(phone: Phone) -> dict[str, str]:
    return {"Authorization": f"Bearer {phone.enrolled['drop_token']}"}


def hand_in(phone: Phone, parcel: Json) -> TestResponse:
    return phone.client.post("/sync/v1/sealed", json=parcel, headers=drop_headers(phone))


def test_a_parcel_is_kept_once_however_often_it_comes(phone: Phone, town: Town, vault: Vault) -> None:
    parcel = vault.parcel(phone.visit(town), captures=[vault.sealed_capture("路上看到水渠塌了")])
    first, again = hand_in(phone, parcel), hand_in(phone, parcel)
    assert first.status_code == 200, first.text
    receipt = first.get_json()
    assert (receipt["kept"], receipt["revoked"]) == (2, False)
    assert again.get_json()["hash"] == receipt["hash"]
    kept = list_parcels(town.id)
    assert [(one.replica_id, one.changes, one.notes, one.opened_at_ms) for one in kept] == [(phone.id, 1, 1, None)]
    assert sha256(kept[0].body.encode()).hexdigest() == receipt["hash"]


def test_the_passphrase_copy_of_the_key_is_refused(phone: Phone, town: Town, vault: Vault) -> None:
    parcel = vault.parcel(phone.visit(town))
    parcel["vault"]["pin"] = {"salt": "AA==", **vault.box("x", b"y")}
    answer = hand_in(phone, parcel)
    assert (answer.status_code, slug_of(answer.get_json())) == (400, "malformed-request")
    assert list_parcels(town.id) == []


def test_an_expired_session_deletes_no_work(phone: Phone, town: Town, vault: Vault) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(days=31)):
        assert phone.push_raw([phone.visit(town)]).status_code == 401
        assert hand_in(phone, vault.parcel(phone.visit(town))).status_code == 200
    assert len(list_parcels(town.id)) == 1


def test_a_person_who_left_office_still_hands_in(phone: Phone, town: Town, vault: Vault) -> None:
    end_role(phone.id, now_ms())
    assert hand_in(phone, vault.parcel(phone.visit(town))).get_json() == {
        "hash": list_parcels(town.id)[0].hash,
        "kept": 1,
        "revoked": False,
        "server_time_ms": list_parcels(town.id)[0].received_at_ms,
    }


def test_a_revoked_phone_hands_in_and_is_told(phone: Phone, town: Town, vault: Vault) -> None:
    revoke(phone.id, now_ms())
    receipt = hand_in(phone, vault.parcel(phone.visit(town))).get_json()
    assert (receipt["kept"], receipt["revoked"]) == (1, True)
    assert len(list_parcels(town.id)) == 1


def test_an_empty_parcel_asks_whether_the_phone_is_trusted(phone: Phone, town: Town, vault: Vault) -> None:
    empty = {"v": 1, "gen": 1, "outbox": [], "drafts": [], "captures": []}
    assert hand_in(phone, empty).get_json()["revoked"] is False
    revoke(phone.id, now_ms())
    assert hand_in(phone, empty).get_json()["revoked"] is True
    assert list_parcels(town.id) == []


@pytest.mark.parametrize("token", ["token", "none"])
def test_only_the_drop_token_hands_in(phone: Phone, town: Town, vault: Vault, token: str) -> None:
    answer = phone.client.post(
        "/sync/v1/sealed",
        json=vault.parcel(phone.visit(town)),
        headers={"Authorization": f"Bearer {phone.enrolled.get(token, 'nobody')}"},
    )
    assert (answer.status_code, slug_of(answer.get_json())) == (401, "unknown-replica")


def test_the_drop_token_opens_nothing(phone: Phone, town: Town) -> None:
    for path in ("/sync/v1/hello", "/sync/v1/pull", "/office/v1/replicas"):
        assert phone.client.get(path, headers=drop_headers(phone)).status_code == 401, path
    pushed = phone.client.post("/sync/v1/push", json={"changes": [phone.visit(town)]}, headers=drop_headers(phone))
    assert pushed.status_code == 401


def test_what_is_too_much_for_one_parcel_is_refused_whole(phone: Phone, town: Town, vault: Vault) -> None:
    draft = vault.sealed_draft("a", "字" * 10)
    many = hand_in(phone, vault.parcel(drafts=[draft] * (MOST_ROWS + 1)))
    assert (many.status_code, slug_of(many.get_json())) == (400, "malformed-request")
    large = hand_in(phone, vault.parcel(drafts=[draft, vault.sealed_draft("b", "x" * PARCEL_BYTES)]))
    assert (large.status_code, slug_of(large.get_json())) == (413, "batch-too-large")
    alone = hand_in(phone, vault.parcel(drafts=[vault.sealed_draft("b", "x" * PARCEL_BYTES)]))
    assert alone.status_code == 200
    assert len(list_parcels(town.id)) == 1


def test_a_phone_cannot_fill_the_disk(phone: Phone, town: Town, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.commands.receive_parcel.MOST_KEPT_BYTES", 3000)
    first = vault.parcel(phone.visit(town))
    assert hand_in(phone, first).status_code == 200
    second = hand_in(phone, vault.parcel(phone.visit(town), phone.visit(town)))
    assert (second.status_code, slug_of(second.get_json())) == (507, "storage-full")
    assert hand_in(phone, first).status_code == 200, "what is kept already needs no room"


def test_one_phone_is_braked_and_not_the_hall(app: Flask, phone: Phone, office: Phone) -> None:
    empty = {"v": 1, "gen": 1, "outbox": [], "drafts": [], "captures": []}
    statuses = [hand_in(phone, empty).status_code for _ in range(121)]
    assert statuses.count(200) == 120 and statuses[-1] == 429
    assert hand_in(office, empty).status_code == 200
