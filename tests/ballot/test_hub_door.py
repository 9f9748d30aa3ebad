"""The door of a hub: the ballot for the township's own app, and for all else a wait that costs no phone anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from time_machine import Traveller
from werkzeug.test import TestResponse

from server.api.identity import now_ms
from server.commands.revoke import revoke
from tests.ballot.election import election
from tests.ballot.hall import Hall, open_hall
from tests.ballot.hub_hall import HOME, exported, hub_of
from tests.phone import enrol, enrolment, slug_of


@pytest.fixture
def hall(app: Flask, afternoon: Traveller) -> Hall:
    made = election(["青石沟"], {"leader": ("领导", 5)})
    return open_hall(app, made, {"leader": 5})


@pytest.fixture
def hub(hall: Hall, tmp_path: Path) -> Iterator[Hall]:
    with hub_of(hall, exported(hall), tmp_path / "hub") as there:
        yield there


def waits(answer: TestResponse) -> bool:
    """What an outbox waits on: nothing was done, come again."""
    told = answer.get_json()
    return (answer.status_code, slug_of(told), told["device_action"]) == (503, "not-at-hub", "retry")


def test_nothing_of_an_outbox_is_taken_answered_or_forgotten(hub: Hall) -> None:
    phone = next(iter(hub.phones.values()))
    visit = phone.visit(hub.town)
    asked = [
        phone.push_raw([visit]),
        phone.pull_raw(),
        phone.client.get("/sync/v1/hello", headers=phone.headers),
        phone.client.put("/sync/v1/replica", json={}, headers=phone.headers),
        phone.client.post("/sync/v1/sealed", json={}, headers={"Authorization": "Bearer a-drop-token"}),
        phone.client.post("/auth/v1/replicas", json=enrolment(continues=phone.id), headers=phone.headers),
        phone.client.get("/sync/v1/hello", headers={"Authorization": "Bearer nobody-we-know"}),
        phone.client.post("/sync/v1/push", json={"changes": []}),
    ]
    assert [waits(answer) for answer in asked[:-1]] == [True] * 7
    assert slug_of(asked[-1].get_json()) == "unknown-replica"  # no token at all: nobody's outbox


def test_steps_that_are_the_servers_wait_for_it(hub: Hall) -> None:
    desk, phone = hub.office, next(iter(hub.phones.values()))
    away = [
        ("POST", f"/ballots/v1/rounds/{hub.round}/void", {"reason": "x"}),
        ("POST", f"/ballots/v1/rounds/{hub.round}/tally-key/release", {"private": ""}),
        ("GET", f"/ballots/v1/rounds/{hub.round}/board", None),
        ("PUT", f"/ballots/v1/meetings/{hub.meeting}/roll", {"rows": []}),
        ("GET", "/office/v1/replicas", None),
        ("POST", "/office/v1/invitations", {}),
        ("GET", "/demo/v1/roles", None),
    ]
    for method, path, body in away:
        for who in (desk, phone):
            assert waits(who.client.open(path, method=method, json=body, headers=who.headers)), path


def test_the_clerk_who_enrolled_at_the_hub_reads_the_round_and_leads_it(hub: Hall) -> None:
    hub.office.pull()
    assert {row["kind"] for row in hub.office.mirror.values()} >= {"meeting", "ballot_round"}
    read = hub.office.client.get(f"/ballots/v1/meetings/{hub.meeting}", headers=hub.office.headers).get_json()
    assert (read["hall_code"], len(read["roll"])) == ("123456", 5)
    assert hub.office.enrolled["township"]["at_hub"] is True
    assert hub.call(hub.office, "POST", "close").status_code == 200


def test_the_wall_leads_phones_to_their_own_app_and_names_the_hub(hub: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(hub.app.config["ZOUFANG"]), "address", lambda _config: "https://192.168.1.20:8799")
    path = f"/ballots/v1/meetings/{hub.meeting}"
    read = hub.office.client.get(path, headers=hub.office.headers).get_json()
    assert (read["address"], read["hub"]) == (HOME, "https://192.168.1.20:8799")


def test_only_the_townships_own_app_may_read_an_answer_from_elsewhere(hub: Hall) -> None:
    client, path = hub.app.test_client(), f"/ballots/v1/rounds/{hub.round}/issuances"
    asked = {"Origin": HOME, "Access-Control-Request-Method": "POST", "Access-Control-Request-Private-Network": "true"}
    answer = client.options(path, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == HOME
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "content-encoding" in answer.headers["Access-Control-Allow-Headers"]
    assert "Origin" in answer.headers["Vary"]
    refused = client.post(path, json={}, headers={"Origin": HOME})
    assert refused.headers["Access-Control-Allow-Origin"] == HOME  # the phone must be able to read why
    for elsewhere in ({"Origin": "https://evil.example"}, {}):
        assert "Access-Control-Allow-Origin" not in client.options(path, headers=elsewhere).headers
    hello = client.get("/sync/v1/hello", headers={"Origin": HOME, "Authorization": "Bearer x"})
    assert "Access-Control-Allow-Origin" not in hello.headers


def test_a_phone_that_enrolled_after_the_export_is_told_to_take_paper(hall: Hall, tmp_path: Path) -> None:
    revoke(hall.phones[hall.rolls[0].id].id, now_ms())
    given = exported(hall)
    late = enrol(hall.app, hall.town, "evaluator", account=hall.rolls[0].account)
    with hub_of(hall, given, tmp_path / "hub") as hub:
        late.client = hub.app.test_client()
        assert waits(hub.call(late, "GET", "numbers"))
        path = f"/ballots/v1/meetings/{hub.meeting}/readiness"
        door = hub.office.client.get(path, headers=hub.office.headers).get_json()["rows"]
        assert [row["name"] for row in door if not row["enrolled"]] == [hall.rolls[0].name]


def test_a_server_that_is_no_hub_shares_nothing_with_other_addresses(hall: Hall, app: Flask) -> None:
    path = f"/ballots/v1/rounds/{hall.round}/issuances"
    assert "Access-Control-Allow-Origin" not in app.test_client().options(path, headers={"Origin": HOME}).headers
