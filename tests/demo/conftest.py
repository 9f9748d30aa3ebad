"""The demo township, loaded once a module on each sort of database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from server.demo.ids import local_ms
from server.demo.load import DemoLoaded, load_demo
from server.schemas.kinds.registry import KINDS
from server.store.database import db, open_database
from server.store.sealing import open_sealing
from tests.conftest import DATABASES

SEALING_KEY = "a sealing key of the tests, 32 long"
NOW_MS = local_ms("2026-11-24T09:00")


@pytest.fixture(scope="module", params=DATABASES)
def demo_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an empty database that lives as long as the module."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("_sqlite_template")
        path = tmp_path_factory.mktemp("demo") / "zoufang.sqlite3"
        shutil.copy(template, path)
        yield f"sqlite:///{path}"
    else:
        postgres = request.getfixturevalue("postgres")
        url = postgres.new_database()
        yield url
        postgres.give_back(url)


@pytest.fixture(scope="module")
def demo(demo_url: str) -> Iterator[DemoLoaded]:
    """The demo township, with the database open around it."""
    with opened(demo_url):
        yield load_demo(KINDS, NOW_MS)


@pytest.fixture
def empty(database_url: str) -> Iterator[None]:
    """An empty database, open; the test loads by itself."""
    with opened(database_url):
        yield


@contextmanager
def opened(url: str) -> Iterator[None]:
    """The database at this address, open inside."""
    app = Flask("demo-tests")
    open_database(app, url)
    open_sealing(app, lambda _may_make: SEALING_KEY.encode())
    with app.app_context():
        yield
        db.engine.dispose()
