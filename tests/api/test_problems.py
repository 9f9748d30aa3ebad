"""Every failure is a problem from the catalogue, and none of them tells how the house is built."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from server.api.problems import MIMETYPE
from server.domain.problems import CATALOGUE, SLUG_OF_STATUS, catalogue_markdown
from server.settings import Settings
from server.store.database import writing
from tests.phone import Phone, enrolment, slug_of

ROOT = Path(__file__).resolve().parents[2]


def test_each_slug_is_unique_and_documented() -> None:
    page = catalogue_markdown()
    headings = re.findall(r"^## (\S+)$", page, re.MULTILINE)
    assert headings == list(CATALOGUE) and len(set(headings)) == len(headings)
    assert (ROOT / "docs/problems.md").read_text(encoding="utf-8") == page, "run: python -m server.cli docs"


def test_the_type_of_a_problem_can_be_looked_up(app: Flask) -> None:
    client = app.test_client()
    where, _hash, slug = client.get("/sync/v1/hello").get_json()["type"].partition("#")
    page = client.get(where)
    assert (page.status_code, page.mimetype) == (200, "text/markdown") and f"## {slug}\n" in page.text


def test_each_slug_is_raised_somewhere() -> None:
    sources = [path for path in (ROOT / "server").rglob("*.py") if path.name != "problems.py"]
    code = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    raised = {slug for slug in CATALOGUE if f'"{slug}"' in code} | set(SLUG_OF_STATUS.values())
    assert raised == set(CATALOGUE)


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/sync/v1/nothing", 404, "not-found"),
        ("GET", "/auth/v1/replicas", 405, "method-not-allowed"),
        ("GET", "/sync/v1/hello", 401, "unknown-replica"),
        ("GET", "/sync/v1/pull", 401, "unknown-replica"),
        ("PUT", "/sync/v1/replica", 401, "unknown-replica"),
        ("POST", "/sync/v1/push", 401, "unknown-replica"),
    ],
)
def test_what_the_web_server_refuses_is_a_problem_too(
    app: Flask, method: str, path: str, status: int, slug: str
) -> None:
    body = {"storage": {}, "app_version": "1", "pending": 0, "clock_offset_ms": 0}
    answer = app.test_client().open(path, method=method, json=body if method in ("PUT", "POST") else None)
    problem = answer.get_json()
    assert (answer.status_code, answer.content_type, slug_of(problem)) == (status, MIMETYPE, slug)
    assert problem["status"] == status and problem["title"] and problem["device_action"] and problem["instance"] == path
    assert answer.headers["Cache-Control"] == "no-store"
    if status == 405:
        assert "POST" in answer.headers["Allow"]


def test_a_body_must_be_json(phone: Phone) -> None:
    for headers in ({"Content-Type": "text/plain"}, {"Content-Type": "application/json", "Content-Encoding": "br"}):
        for path in ("/sync/v1/push", "/auth/v1/replicas"):
            answer = phone.client.post(path, data=b"{}", headers=phone.headers | headers)
            assert (answer.status_code, slug_of(answer.get_json())) == (415, "unsupported-media-type")
    answer = phone.client.post("/auth/v1/replicas", data=b"{", headers={"Content-Type": "application/json"})
    assert (answer.status_code, slug_of(answer.get_json())) == (400, "malformed-request")
    answer = phone.client.post("/auth/v1/replicas", json=enrolment(invitation_code="x", label="l" * 70_000))
    assert (answer.status_code, slug_of(answer.get_json())) == (413, "batch-too-large")


@pytest.mark.parametrize("header", ["", "Basic x", "Bearer", "Bearer  ", "Bearer \udcff", "Token x"])
def test_a_strange_authorization_is_an_unknown_replica(app: Flask, header: str) -> None:
    answer = app.test_client().get("/sync/v1/hello", headers={"Authorization": header.encode("latin-1", "replace")})
    assert (answer.status_code, slug_of(answer.get_json())) == (401, "unknown-replica")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_fault_of_ours_shows_no_trace(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    @app.get("/broken")
    def broken() -> str:
        raise ZeroDivisionError("secret detail")

    answer = app.test_client().get("/broken")
    assert (answer.status_code, slug_of(answer.get_json())) == (500, "server-fault")
    assert "secret" not in answer.text and "Traceback" not in answer.text
    assert "secret detail" in caplog.text


def test_a_busy_database_is_503_and_nothing_is_applied(app: Flask, settings: Settings, phone: Phone) -> None:
    """A writer that holds the township too long: the phone is told to come back, not that something broke."""
    if not settings.database().startswith("sqlite"):
        with writing() as connection:
            connection.execute(text("SELECT seq FROM sync_heads FOR UPDATE"))
            answer = phone.push_raw([phone.change("delete", phone.id)])
    else:
        with writing():
            answer = phone.push_raw([phone.change("delete", phone.id)])
    assert (answer.status_code, slug_of(answer.get_json())) == (503, "busy")
    assert int(answer.headers["Retry-After"]) >= 1
    assert phone.client.get("/sync/v1/hello", headers=phone.headers).get_json()["last_n"] == 0
