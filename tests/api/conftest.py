"""A town with its application and its phones."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.api.limiter import limiter
from tests.phone import Phone, Town, enrol, found_town


@pytest.fixture
def town(app: Flask) -> Town:
    """A township with two villages and an open cycle."""
    return found_town(app)


@pytest.fixture
def phone(app: Flask, town: Town) -> Phone:
    """The committee secretary's phone."""
    return enrol(app, town)


@pytest.fixture
def office(app: Flask, town: Town) -> Phone:
    """The office's desk."""
    return enrol(app, town, "pbo")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return app.test_client()


@pytest.fixture
def nobody_guessed_before(app: Flask) -> Iterator[None]:
    """The test begins with an empty ladder."""
    limiter.reset()
    yield
    limiter.reset()
