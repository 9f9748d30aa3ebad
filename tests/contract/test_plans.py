"""What every push asks for is found by an index, however large the township has grown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from server.commands.create_township import create_township
from server.store.database import db, open_database, reading
from server.store.records import load_family, load_kind


@pytest.fixture
def asked(sqlite_url: str) -> Iterator[list[tuple[str, Any]]]:
    """The statements on `records` that SQLite is given, with their values."""
    app = Flask("plans")
    open_database(app, sqlite_url)
    heard: list[tuple[str, Any]] = []

    def hear(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if "FROM records" in statement and not statement.startswith("EXPLAIN"):
            heard.append((statement, values))

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", hear)
        yield heard
        db.engine.dispose()


def test_no_push_walks_the_whole_township(asked: list[tuple[str, Any]]) -> None:
    township = create_township("云台镇", "990101101", now_ms=1).id
    with reading() as connection:
        load_kind(connection, township, "cycle")
        load_family(connection, township, ["a", "b"])
        assert asked
        plans = [
            str(row[3])
            for statement, values in list(asked)
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
    searched = [plan for plan in plans if "records" in plan]
    assert len(searched) >= 3, plans
    assert not [plan for plan in searched if plan.endswith("(township_id=?)") or plan.startswith("SCAN records")], plans
