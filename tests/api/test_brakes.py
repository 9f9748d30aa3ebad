"""The brakes with a real Redis: who guesses is stopped, whoever works is not, and sync goes on when Redis is away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from server.api.limiter import ANSWER_WITHIN_S, limiter
from server.app import create_app
from server.settings import Settings
from server.store.database import db
from tests.api.redis_server import RedisServer
from tests.phone import Phone, Town, enrol, enrolment, found_town, new_id, slug_of

GUESSES, IMPORTS, READINGS = 30, 20, 240
ROSTER = {"text": "统计用区划代码\t村(居)名称\n990101101299\t新村村民委员会", "dry_run": True}


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    running = RedisServer()
    yield running
    running.end()


@pytest.fixture
def app(
    redis_server: RedisServer, sqlite_url: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Flask]:
    """The application, with its limiter on the Redis of this test."""
    monkeypatch.setattr(limiter, "_storage_dead", False)  # the one limiter of this process remembers the test before
    application = create_app(replace(settings, redis_url=redis_server.url, database_url=sqlite_url))
    with application.app_context():
        yield application
        db.engine.dispose()


@pytest.fixture
def settings(tmp_path: object) -> Settings:
    return Settings(var_dir=str(tmp_path), secret_key="a secret of the tests", sealing_key="a" * 64)


def guess(app: Flask, address: str = "10.0.0.1") -> TestResponse:
    asked = enrolment(invitation_code="ABCDE12345")
    return app.test_client().post("/auth/v1/replicas", json=asked, environ_base={"REMOTE_ADDR": address})


def assert_stopped(answer: TestResponse) -> None:
    assert (answer.status_code, slug_of(answer.get_json())) == (429, "too-many-requests")
    assert 1 <= int(answer.headers["Retry-After"]) <= 61


def test_who_guesses_codes_is_stopped_and_his_neighbour_is_not(app: Flask, redis_server: RedisServer) -> None:
    town = found_town(app)
    for _ in range(GUESSES):
        assert guess(app).status_code == 403
    assert_stopped(guess(app))
    assert guess(app, "10.0.0.2").status_code == 403
    assert redis_server.client.keys("*"), "the count stands in Redis, for every web process"
    assert enrol(app, town).pull()


def test_a_hall_of_people_enrols_from_one_address(app: Flask, town: Town) -> None:
    phones = [enrol(app, town) for _ in range(GUESSES + 2)]
    assert len({phone.id for phone in phones}) == GUESSES + 2


def test_one_who_imports_without_end_is_stopped_alone(app: Flask, town: Town, office: Phone) -> None:
    other = enrol(app, town, "pbo")
    for _ in range(IMPORTS):
        assert office.client.post("/office/v1/rosters", json=ROSTER, headers=office.headers).status_code == 200
    assert_stopped(office.client.post("/office/v1/rosters", json=ROSTER, headers=office.headers))
    assert other.client.post("/office/v1/rosters", json=ROSTER, headers=other.headers).status_code == 200


def test_one_who_reads_histories_without_end_is_stopped_alone(app: Flask, town: Town, phone: Phone) -> None:
    visit = new_id()
    phone.push(phone.visit(town, visit))
    path, other = f"/sync/v1/records/{visit}/history", enrol(app, town)
    for _ in range(READINGS):
        assert phone.client.get(path, headers=phone.headers).status_code == 200
    assert_stopped(phone.client.get(path, headers=phone.headers))
    assert other.client.get(path, headers=other.headers).status_code == 200
    assert phone.push(phone.visit(town))[0]["outcome"] == "applied", "sync has no brake of this kind"


def test_tokens_that_are_guessed_at_the_sealed_door_are_counted(app: Flask, town: Town) -> None:
    client = app.test_client()
    for at in range(GUESSES):
        answer = client.post("/sync/v1/sealed", json={}, headers={"Authorization": f"Bearer guess-{at}"})
        assert answer.status_code == 401, answer.text
    assert_stopped(client.post("/sync/v1/sealed", json={}, headers={"Authorization": "Bearer guess"}))


def test_no_token_and_no_code_stands_in_redis(app: Flask, redis_server: RedisServer, office: Phone) -> None:
    office.client.post("/office/v1/rosters", json=ROSTER, headers=office.headers)
    guess(app)
    kept = b" ".join(redis_server.client.keys("*"))
    assert kept and office.enrolled["token"].encode() not in kept and b"ABCDE" not in kept


def test_without_redis_sync_goes_on_and_guesses_are_counted_here(
    app: Flask, redis_server: RedisServer, town: Town, phone: Phone
) -> None:
    redis_server.kill()
    assert phone.push(phone.visit(town))[0]["outcome"] == "applied"
    assert phone.pull() and phone.client.get("/sync/v1/hello", headers=phone.headers).status_code == 200
    assert enrol(app, town).pull()
    for _ in range(GUESSES):
        assert guess(app).status_code == 403
    assert_stopped(guess(app))
    assert phone.push(phone.visit(town))[0]["outcome"] == "applied"


def test_a_redis_that_comes_back_counts_again(app: Flask, redis_server: RedisServer) -> None:
    redis_server.kill()
    assert guess(app).status_code == 403
    redis_server.start()
    give_up_s = time.monotonic() + 20
    while not redis_server.client.keys("*"):
        assert time.monotonic() < give_up_s, "the limiter never went back to Redis"
        assert guess(app).status_code in (403, 429)
        time.sleep(0.3)


def test_a_redis_that_hangs_keeps_nobody_waiting(app: Flask, redis_server: RedisServer, town: Town) -> None:
    enrol(app, town)
    redis_server.freeze()
    began_s = time.monotonic()
    assert guess(app).status_code == 403
    assert enrol(app, town).pull()
    assert time.monotonic() - began_s < 8 * ANSWER_WITHIN_S


def test_the_system_starts_without_redis(
    redis_server: RedisServer, settings: Settings, sqlite_url: str, app: Flask
) -> None:
    redis_server.kill()
    again = create_app(replace(settings, redis_url=redis_server.url, database_url=sqlite_url))
    assert again.test_client().get("/health/live").status_code == 200
    with again.app_context():
        assert guess(again).status_code == 403
        db.engine.dispose()
