"""The second wall (PostgreSQL): even a query of ours that asks for too much gets only the scopes it was told (L15)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.commands.create_township import create_township
from server.domain.judging.verdicts import Departure
from server.store.database import db, open_database, reading
from server.store.feed import FEED_ROLE, behind_the_wall, departures_after, live_rows, rows_after
from server.store.transaction import transaction
from tests.records import made, new_id

EVERYTHING = ["a", "b", "own:x"]


@pytest.fixture
def walled(postgres_url: str) -> Iterator[str]:
    """A township with one row and one departure in each of three scopes, beside another township."""
    app = Flask("wall")
    open_database(app, postgres_url)
    with app.app_context():
        for _ in range(2):
            township = create_township("云台镇", "990101101", now_ms=1).id
            with transaction(township) as tx:
                rows = [made(at, scope=scope) for at, scope in enumerate(EVERYTHING, start=1)]
                gone = [Departure(at, scope, new_id()) for at, scope in enumerate(EVERYTHING, start=4)]
                tx.save(rows, gone, head=6)
        yield township
        db.engine.dispose()


def test_L15_a_query_that_asks_for_too_much_gets_its_own_scopes(walled: str) -> None:
    with reading() as connection:
        behind_the_wall(connection, walled, ["a"])
        assert [row.scope for row in rows_after(connection, walled, EVERYTHING, 0, 9, 9, live=False)] == ["a"]
        assert [row.scope for row in departures_after(connection, walled, EVERYTHING, 0, 9, 9)] == ["a"]
        assert [row.scope for row in live_rows(connection, walled, EVERYTHING)] == ["a"]
        assert connection.execute(text("SELECT count(*) FROM records")).scalar() == 1


def test_L15_without_scopes_there_is_nothing_to_see(walled: str) -> None:
    with reading() as connection:
        behind_the_wall(connection, walled, [])
        assert connection.execute(text("SELECT count(*) FROM records")).scalar() == 0


def test_L15_a_forgotten_setting_raises_and_never_looks_like_nothing_new(walled: str) -> None:
    with reading() as connection:
        behind_the_wall(connection, walled, ["a"])
    for _ in range(3):
        with pytest.raises(DBAPIError, match="feed wall: no"), reading() as connection:
            connection.execute(text("SELECT set_config('role', :role, true)"), {"role": FEED_ROLE})
            connection.execute(text("SELECT count(*) FROM records"))


def test_L15_the_wall_ends_with_its_transaction(walled: str) -> None:
    with reading() as connection:
        behind_the_wall(connection, walled, ["a"])
    with reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM records")).scalar() == 6


@pytest.mark.parametrize("statement", ["SELECT * FROM changes", "SELECT * FROM replicas", "UPDATE records SET seq = 1"])
def test_L15_the_feeds_role_reads_the_feed_and_nothing_else(walled: str, statement: str) -> None:
    with pytest.raises(DBAPIError, match=r"permission denied|read-only"), reading() as connection:
        behind_the_wall(connection, walled, EVERYTHING)
        connection.execute(text(statement))


def test_L15_the_feeds_role_cannot_walk_around_the_wall(walled: str) -> None:
    with reading() as connection:
        role = connection.execute(
            text("SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = :role"), {"role": FEED_ROLE}
        ).one()
        owned = connection.execute(
            text("SELECT count(*) FROM pg_tables WHERE tableowner = :role"), {"role": FEED_ROLE}
        ).scalar()
    assert tuple(role) == (False, False, False) and owned == 0
