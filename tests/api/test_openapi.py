"""The OpenAPI document against the application: whatever is sent, nothing fails and no status is a surprise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from server.app import create_app
from server.settings import Settings
from server.store.database import db
from tests.phone import Phone, enrol, found_town

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Phone]]:
    """An application on PostgreSQL, where strange texts fail soonest, with a desk that is signed in."""
    cluster = request.getfixturevalue("postgres")
    url = cluster.new_database()
    folder: Path = tmp_path_factory.mktemp("openapi")
    app = create_app(
        Settings(var_dir=str(folder), database_url=url, redis_url="memory://", secret_key="openapi", demo=True)
    )
    with app.app_context():
        yield app, enrol(app, found_town(app), "pbo")
        db.engine.dispose()
    cluster.give_back(url)


EXAMPLES = settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


Answers = list[tuple[schemathesis.Case, int]]


def every_answer(app: Flask, headers: dict[str, str]) -> Iterator[tuple[schemathesis.Case, int]]:
    """Sends made-up requests to every address; each answer has passed the checks."""
    document = schemathesis.openapi.from_wsgi("/openapi.json", app)
    for found in document.get_all_operations():
        yield from _answers_of(found.ok(), headers)


def _answers_of(operation: Any, headers: dict[str, str]) -> Answers:
    seen: Answers = []

    @EXAMPLES
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        response = case.call(headers={"Accept-Encoding": "identity", **headers})
        # Readiness says 503 when Redis is away, and here it is.
        checks = [check for check in CHECKS if not (case.path == "/health/ready" and check is not_a_server_error)]
        case.validate_response(response, checks=checks)
        seen.append((case, response.status_code))

    ask()
    return seen


def test_a_signed_in_replica_meets_no_surprise(served: tuple[Flask, Phone]) -> None:
    app, desk = served
    statuses: dict[str, set[int]] = {}
    for case, status in every_answer(app, desk.headers):
        statuses.setdefault(case.path, set()).add(status)
    assert 200 in statuses["/sync/v1/push"] and 204 in statuses["/sync/v1/replica"]
    assert 200 in statuses["/sync/v1/pull"]


def test_a_stranger_meets_no_surprise(served: tuple[Flask, Phone]) -> None:
    for case, status in every_answer(served[0], {}):
        if not case.path.startswith(("/health/", "/demo/")):
            odd_address = status == 404 and "{" in case.path
            no_passkeys = status == 409 and case.path.startswith("/auth/v1/desks/")  # a bare address can have none
            assert odd_address or no_passkeys or status in (400, 401, 403, 413, 415, 426, 429), case.path


def test_the_document_names_every_address_and_leaves_no_status_open(served: tuple[Flask, Phone]) -> None:
    app, _desk = served
    paths = app.test_client().get("/openapi.json").get_json()["paths"]
    api = ("/sync/", "/auth/", "/office/", "/ballots/", "/health/", "/demo/")
    rules = {re.sub(r"<(?:\w+(?:\(.*?\))?:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    assert set(paths) == {rule for rule in rules if rule.startswith(api)}
    for operations in paths.values():
        for operation in (operation for name, operation in operations.items() if name != "parameters"):
            assert "default" not in operation["responses"]
