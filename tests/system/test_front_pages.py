"""The app's files and pages, health, and the demo's sign-in, as a browser and a load balancer meet them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from server.api.identity import now_ms
from server.app import create_app
from server.commands.create_township import create_township
from server.commands.invite import invite
from server.commands.save_online import save_online
from server.domain.judging.verdicts import OnlineWrite
from server.schemas.kinds.registry import KINDS
from server.settings import Settings
from server.store.accounts import insert_account, insert_role
from server.store.database import db, writing

NOW_MS = 1_795_000_000_000
SECRETARY = "0192a000-0000-7000-8000-000000000001"
ACCOUNT = "0192a000-0000-7000-8000-000000000002"


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Flask]:
    """An application with a small built app and DEMO=1, on SQLite, without Redis."""
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html><title>走访</title>")
    (dist / "assets" / "main-abc.js").write_text("1;")
    (dist / "assets" / "main-abc.js.br").write_bytes(b"packed")
    (tmp_path / "secret.txt").write_text("outside")
    settings = Settings(
        var_dir=str(tmp_path / "var"), database_url=sqlite_url, redis_url="memory://", demo=True, pwa_dir=str(dist)
    )
    app = create_app(settings)
    with app.app_context():
        yield app
        db.engine.dispose()


@pytest.fixture
def browser(site: Flask) -> FlaskClient:
    return site.test_client()


@pytest.fixture
def demo_town(site: Flask) -> str:
    """A demo township with one committee secretary."""
    town = create_township("云台镇", "990101101", NOW_MS, is_demo=True).id
    person = OnlineWrite(SECRETARY, "person", {"name": "程启岳", "post": "镇党委书记"})
    save_online(KINDS, town, "office", [person], NOW_MS)
    with writing() as connection:
        insert_account(connection, town, ACCOUNT, SECRETARY, NOW_MS)
        insert_role(connection, town, ACCOUNT, ACCOUNT, "committee_secretary", None, NOW_MS)
    return town


@pytest.mark.parametrize("address", ["/", "/villages/0192a000-0000-7000-8000-000000000001", "/sync"])
def test_every_address_of_the_app_is_its_page_with_its_policy(browser: FlaskClient, address: str) -> None:
    answer = browser.get(address, buffered=True)
    assert answer.status_code == 200
    assert answer.mimetype == "text/html"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "require-trusted-types-for 'script'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in answer.headers


def test_a_file_with_a_hash_is_kept_for_ever_and_comes_packed(browser: FlaskClient) -> None:
    packed = browser.get("/assets/main-abc.js", headers={"Accept-Encoding": "gzip, br"}, buffered=True)
    assert (packed.data, packed.headers["Content-Encoding"], packed.mimetype) == (b"packed", "br", "text/javascript")
    assert "immutable" in packed.headers["Cache-Control"]
    plain = browser.get("/assets/main-abc.js", buffered=True)
    assert plain.data == b"1;" and "Content-Encoding" not in plain.headers
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "address",
    ["/assets/gone.js", "/sync/v1/nothing", "/favicon.ico", "/../secret.txt", "/%2e%2e/secret.txt", "/phone/"],
)
def test_what_is_not_there_is_a_problem_and_not_a_page(browser: FlaskClient, address: str) -> None:
    answer = browser.get(address, buffered=True)
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"
    assert b"outside" not in answer.data


def test_health_says_what_is_missing(site: Flask, browser: FlaskClient) -> None:
    assert browser.get("/health/live").json == {"live": True}
    answer = browser.get("/health/ready")  # memory:// is no Redis
    assert answer.status_code == 503
    assert answer.json == {
        "ready": False,
        "checks": {"database": True, "guard": True, "revision": True, "redis": False},
    }
    assert browser.get("/health/sync").json["ready"] is True, "phones sync without Redis"
    with writing() as connection:
        connection.execute(text("DROP TRIGGER records_guard_update"))
        connection.execute(text("UPDATE alembic_version SET version_num = '20000101_0000'"))
    checks = browser.get("/health/ready").json
    assert checks == {"ready": False, "checks": {"database": True, "guard": False, "revision": False, "redis": False}}
    broken = browser.get("/health/sync")
    assert broken.status_code == 503
    assert broken.json == {"ready": False, "checks": {"database": True, "guard": False, "revision": False}}


def test_the_demo_offers_its_people_and_an_invitation_that_works(browser: FlaskClient, demo_town: str) -> None:
    offered = browser.get("/demo/v1/roles").json
    assert offered == {
        "township": demo_town,
        "name": "云台镇",
        "roles": [
            {
                "role": "committee_secretary",
                "person": SECRETARY,
                "name": "程启岳",
                "post": "镇党委书记",
                "village": None,
            },
        ],
    }
    made = browser.post("/demo/v1/invitations", json={"role": "committee_secretary"})
    assert made.status_code == 201
    assert made.json is not None
    enrol = {"invitation_code": made.json["code"], "label": "手机", "platform": "Android", "schema_version": 1}
    enrolled = browser.post("/auth/v1/replicas", json=enrol)
    assert enrolled.status_code == 201
    assert enrolled.json is not None and enrolled.json["person"] == SECRETARY


def test_the_demo_offers_nothing_else(browser: FlaskClient, demo_town: str) -> None:
    answer = browser.post("/demo/v1/invitations", json={"role": "admin"})
    assert answer.status_code == 400
    assert answer.json is not None and answer.json["errors"][0]["pointer"] == "/role"


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("192.0.2.9", {}),
        ("127.0.0.1", {"Host": "zoufang.example.cn"}),
        ("127.0.0.1", {"Host": "127.0.0.1.example.cn"}),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}),
        ("127.0.0.1", {"X-Real-IP": "127.0.0.1"}),
        ("127.0.0.1", {"Via": "1.1 proxy"}),
        ("127.0.0.1", {"Sec-Fetch-Site": "cross-site"}),
    ],
)
def test_to_anybody_from_elsewhere_there_is_no_demo(
    browser: FlaskClient, demo_town: str, peer: str, headers: dict[str, str]
) -> None:
    for answer in (
        browser.get("/demo/v1/roles", headers=headers, environ_base={"REMOTE_ADDR": peer}),
        browser.post(
            "/demo/v1/invitations",
            json={"role": "committee_secretary"},
            headers=headers,
            environ_base={"REMOTE_ADDR": peer},
        ),
    ):
        assert answer.status_code == 404
        assert answer.json is not None and answer.json["type"] == "/docs/problems#not-found"


def test_one_tap_proves_who_one_is_in_the_demo_and_in_no_other_township(browser: FlaskClient, demo_town: str) -> None:
    real = create_township("真镇", "620111103", NOW_MS).id
    for town, status in ((demo_town, 200), (real, 404)):
        code = invite(town, "pbo", now_ms()).code
        asked = {"invitation_code": code, "label": "电脑", "platform": "desktop", "schema_version": 1}
        enrolled = browser.post("/auth/v1/replicas", json=asked).json
        assert enrolled is not None
        headers = {"Authorization": f"Bearer {enrolled['token']}"}
        assert browser.post("/demo/v1/proofs", headers=headers).status_code == status
        ended = browser.post("/office/v1/roles/nobody/end", json={}, headers=headers).json
        assert ended is not None
        slug = "not-found" if town == demo_town else "step-up-needed"
        assert ended["type"] == f"/docs/problems#{slug}"
    from_elsewhere = browser.post("/demo/v1/proofs", headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.9"})
    assert from_elsewhere.status_code == 404
    assert browser.post("/demo/v1/proofs").status_code == 401


def test_without_demo_mode_or_a_demo_township_there_is_no_demo(site: Flask, browser: FlaskClient) -> None:
    create_township("真镇", "620111103", NOW_MS)
    assert browser.get("/demo/v1/roles").status_code == 404
    create_township("云台镇", "990101101", NOW_MS, is_demo=True)
    assert browser.get("/demo/v1/roles").status_code == 200
    site.config["ZOUFANG"] = Settings(demo=False)
    assert browser.get("/demo/v1/roles").status_code == 404
