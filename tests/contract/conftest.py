"""The store by itself, on either database."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from flask import Flask

from server.commands.create_township import create_township
from server.store.database import db, open_database
from server.store.sealing import open_sealing


@pytest.fixture
def store(database_url: str) -> Iterator[Flask]:
    """An opened, empty database inside an app context."""
    app = Flask("contract")
    open_database(app, database_url)
    open_sealing(app, lambda _may_make: b"a sealing key of the tests, 32 long")
    with app.app_context():
        yield app
        db.engine.dispose()


@pytest.fixture
def township(store: Flask) -> str:
    """A township with an empty feed."""
    return create_township("云台镇", "990101101", now_ms=1, township_id=str(uuid.uuid4())).id
