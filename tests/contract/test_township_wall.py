"""The wall between townships (PostgreSQL): a turn that forgets its township, or names another, reaches no row of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.commands.create_township import create_township
from server.commands.invite import invite
from server.domain.judging.verdicts import Departure, Effect
from server.store.database import db, open_database, reading, writing
from server.store.migrate import upgrade
from server.store.transaction import transaction, writing_in
from server.store.wall import WRITER_ROLE
from tests.postgres import Cluster
from tests.records import made, new_id

NO_TOWNSHIPS = {"alembic_version", "sealing_keys"}
"""Tables without a row of any township, which a turn may not touch; named in docs/decisions/0013-feed-wall.md."""


@pytest.fixture
def two(postgres_url: str) -> Iterator[tuple[str, str]]:
    """Two townships that hold the same things."""
    app = Flask("wall")
    open_database(app, postgres_url)
    with app.app_context():
        ids = [create_township("云台镇", code, now_ms=1).id for code in ("990101101", "990101102")]
        for township in ids:
            with transaction(township) as tx:
                tx.save([made(1, scope="a")], [Departure(2, "b", new_id())], head=2)
                tx.add_effects([Effect("digest-asked", {})], 1)
            invite(township, "pbo", 2)
        yield ids[0], ids[1]
        db.engine.dispose()


def walled_tables() -> dict[str, str]:
    """Every table of the database with the column that its wall looks at, empty where it has no wall."""
    found = text(
        "SELECT c.relname, CASE WHEN c.relrowsecurity THEN coalesce(pg_get_expr(p.polqual, c.oid), '') ELSE '' END "
        "FROM pg_class c LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polname = 'township' "
        "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')"
    )
    with reading() as connection:
        return {str(name): str(rule) for name, rule in connection.execute(found)}


def test_every_table_is_behind_the_wall(two: tuple[str, str]) -> None:
    rules = walled_tables()
    for name in set(rules) - NO_TOWNSHIPS:
        column = "id" if name == "townships" else "township_id"
        assert rules[name].startswith(f"(({column})::text = ( SELECT township_told()"), (name, rules[name])


def test_a_turn_sees_its_own_township_in_every_table(two: tuple[str, str]) -> None:
    mine, _other = two
    counted = {}
    with transaction(mine) as tx:
        for name in set(walled_tables()) - NO_TOWNSHIPS:
            column = "id" if name == "townships" else "township_id"
            rows = tx.connection.execute(text(f"SELECT DISTINCT {column} FROM {name}")).scalars().all()
            assert set(rows) <= {mine}, name
            counted[name] = len(rows)
    holding = {"townships", "sync_heads", "records", "departures", "effects", "invitations", "accounts", "audit_events"}
    assert {name for name, n in counted.items() if n} == holding


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records SET fields = '{}' WHERE township_id = :other",
        "DELETE FROM invitations WHERE township_id = :other",
    ],
)
def test_a_turn_changes_nothing_of_another_township(two: tuple[str, str], statement: str) -> None:
    mine, other = two
    with transaction(mine) as tx:
        assert tx.connection.execute(text(statement), {"other": other}).rowcount == 0


def test_a_turn_adds_nothing_to_another_township(two: tuple[str, str]) -> None:
    mine, other = two
    row = {"township": other, "id": new_id()}
    with pytest.raises(DBAPIError, match="row-level security"), transaction(mine) as tx:
        tx.connection.execute(
            text("INSERT INTO accounts (township_id, id, created_at_ms) VALUES (:township, :id, 1)"), row
        )
    with pytest.raises(DBAPIError, match="row-level security"), writing_in(mine) as connection:
        connection.execute(text("UPDATE effects SET township_id = :township"), row)


@pytest.mark.parametrize("statement", ["SELECT count(*) FROM records", "UPDATE effects SET tries = 0"])
def test_a_township_that_was_not_told_raises_and_never_looks_like_no_rows(two: tuple[str, str], statement: str) -> None:
    with writing_in(two[0]) as connection:
        connection.execute(text("SELECT 1"))
    for _ in range(3):
        with pytest.raises(DBAPIError, match="township wall: no township told"), writing() as connection:
            connection.execute(text("SELECT set_config('role', :role, true)"), {"role": WRITER_ROLE})
            connection.execute(text(statement))


def test_the_wall_ends_with_its_turn(two: tuple[str, str]) -> None:
    with transaction(two[0]):
        pass
    with reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM records")).scalar() == 2
        assert connection.execute(text("SELECT current_user::text")).scalar() != WRITER_ROLE


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_events SET detail = '{}'", "DELETE FROM audit_events", "TRUNCATE audit_events"]
)
def test_no_turn_edits_or_removes_what_was_decided(two: tuple[str, str], statement: str) -> None:
    with pytest.raises(DBAPIError, match="permission denied"), transaction(two[0]) as tx:
        tx.connection.execute(text(statement))


def test_a_table_that_comes_later_is_behind_the_wall_after_the_upgrade(postgres_url: str) -> None:
    app = Flask("later")
    open_database(app, postgres_url)
    with app.app_context():
        with writing() as connection:
            connection.execute(text("CREATE TABLE later (township_id varchar(36) PRIMARY KEY)"))
        assert walled_tables()["later"] == ""
        upgrade(postgres_url)
        assert "township_told" in walled_tables()["later"]
        db.engine.dispose()


def test_the_writers_role_cannot_walk_around_the_wall(two: tuple[str, str]) -> None:
    asked = {"role": WRITER_ROLE}
    with reading() as connection:
        role = connection.execute(
            text("SELECT rolsuper, rolbypassrls, rolcanlogin FROM pg_roles WHERE rolname = :role"), asked
        ).one()
        owned = connection.execute(text("SELECT count(*) FROM pg_tables WHERE tableowner = :role"), asked).scalar()
    assert tuple(role) == (False, False, False) and owned == 0


def test_a_database_owner_without_rights_over_roles_is_told_what_to_do(postgres: Cluster) -> None:
    postgres.new_database()  # whose migration has made both roles in this cluster
    url = postgres.url_for_owner("plain")
    with pytest.raises(DBAPIError, match="GRANT zoufang_feed, zoufang_writer TO plain"):
        upgrade(url)
    postgres.execute("GRANT zoufang_feed TO plain")
    with pytest.raises(DBAPIError, match="GRANT zoufang_writer TO plain"):
        upgrade(url)
    postgres.execute("GRANT zoufang_writer TO plain")
    upgrade(url)
    app = Flask("plain")
    open_database(app, url)
    with app.app_context():
        township = create_township("云台镇", "990101101", now_ms=1).id
        with transaction(township) as tx:
            tx.save([made(1, scope="a")], [], head=1)
            assert tx.connection.execute(text("SELECT current_user::text")).scalar() == WRITER_ROLE
        db.engine.dispose()
