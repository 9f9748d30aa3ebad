"""The OpenAPI document against the application: whatever is sent, nothing fails and no status is a surprise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
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


MOST, FEWER = 40, 10
"""Examples for an address that reads a body or a query, and for one that reads its path at most."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One made-up request, as the desk sent it and as a stranger did. Shape: the statuses of the answers"""

    case: schemathesis.Case
    desk: int
    stranger: int


def everything_asked(app: Flask, headers: dict[str, str]) -> Iterator[Asked]:
    """Sends made-up requests to every address, each with the desk's headers and without; all answers passed the checks.

    To make up a request costs more than to answer it, so both send the same ones.
    """
    document = schemathesis.openapi.from_wsgi("/openapi.json", app)
    for found in document.get_all_operations():
        yield from _asked_of(found.ok(), headers)


def _asked_of(operation: Any, headers: dict[str, str]) -> list[Asked]:
    seen: list[Asked] = []
    many = MOST if operation.body or operation.query else FEWER

    @settings(
        max_examples=many, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        seen.append(Asked(case, _checked(case, headers), _checked(case, {})))

    ask()
    return seen


def _checked(case: schemathesis.Case, headers: dict[str, str]) -> int:
    response = case.call(headers={"Accept-Encoding": "identity", **headers})
    # Readiness says 503 when Redis is away, and here it is.
    checks = [check for check in CHECKS if not (case.path == "/health/ready" and check is not_a_server_error)]
    case.validate_response(response, checks=checks)
    return int(response.status_code)


def test_neither_a_signed_in_replica_nor_a_stranger_meets_a_surprise(served: tuple[Flask, Phone]) -> None:
    app, desk = served
    statuses: dict[str, set[int]] = {}
    for asked in everything_asked(app, desk.headers):
        path, status = asked.case.path, asked.stranger
        statuses.setdefault(path, set()).add(asked.desk)
        if not path.startswith(("/health/", "/demo/")):
            odd_address = status == 404 and "{" in path
            no_passkeys = status == 409 and path.startswith("/auth/v1/desks/")  # a bare address can have none
            assert odd_address or no_passkeys or status in (400, 401, 403, 413, 415, 426, 429), path
    assert 200 in statuses["/sync/v1/push"] and 204 in statuses["/sync/v1/replica"]
    assert 200 in statuses["/sync/v1/pull"]


def test_the_document_names_every_address_and_leaves_no_status_open(served: tuple[Flask, Phone]) -> None:
    app, _desk = served
    paths = app.test_client().get("/openapi.json").get_json()["paths"]
    api = ("/sync/", "/auth/", "/office/", "/ballots/", "/health/", "/demo/")
    rules = {re.sub(r"<(?:\w+(?:\(.*?\))?:)?(\w+)>", r"{\1}", rule.rule) for rule in app.url_map.iter_rules()}
    assert set(paths) == {rule for rule in rules if rule.startswith(api)}
    for operations in paths.values():
        for operation in (operation for name, operation in operations.items() if name != "parameters"):
            assert "default" not in operation["responses"]
