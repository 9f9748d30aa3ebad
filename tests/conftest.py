"""What tests stand on: an empty, migrated database of each sort, and the application on it."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from server.app import create_app
from server.settings import Settings
from server.store.database import db
from server.store.migrate import upgrade
from tests.postgres import Cluster, cluster

DATABASES = ("sqlite", "postgresql")


def pytest_collection_finish() -> None:
    """What was imported and collected stays: the collector looks through what the tests make, and not through that."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The PostgreSQL of this session."""
    with cluster() as running:
        yield running


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """The address of an empty SQLite database."""
    path = tmp_path / "zoufang.sqlite3"
    shutil.copy(_sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres: Cluster) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    url = postgres.new_database()
    yield url
    postgres.give_back(url)


@pytest.fixture(params=DATABASES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database; the test runs once on each."""
    name = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(name))


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings of a system of its own; the limiter counts in memory."""
    return Settings(
        var_dir=str(tmp_path), database_url=database_url, redis_url="memory://", secret_key="a secret of the tests"
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The web application on an empty database, inside its context."""
    application = create_app(settings)
    with application.app_context():
        yield application
        db.engine.dispose()
