"""The guard of the feed: no statement can write a record that no phone would ever see, or take one away (L4)."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.store.database import is_sqlite, reading, writing
from server.store.migrate import GuardMissing, assert_guard
from server.store.transaction import transaction
from tests.records import made

INSERT = (
    "INSERT INTO records (township_id, id, kind, scope, seq, fields, field_seqs, deleted, created_by, created_at_ms, "
    "updated_by, updated_at_ms) VALUES (:township, 'x', 'k', 's', :seq, '{}', '{}', false, '', 0, '', 0)"
)
BREACHES = {
    "an update that keeps its number": ("UPDATE records SET fields = '{}'", {}),
    "an update that lowers it": ("UPDATE records SET seq = seq - 1", {}),
    "an update above the head": ("UPDATE records SET seq = 99", {}),
    "a new id": ("UPDATE records SET id = 'y', seq = 3", {}),
    "a delete": ("DELETE FROM records", {}),
    "an insert above the head": (INSERT, {"seq": 4}),
    "an insert without a number": (INSERT, {"seq": 0}),
}


@pytest.fixture
def filled(township: str) -> str:
    """One record at 2, the head at 3."""
    with transaction(township) as tx:
        tx.save([made(2, id="r")], [], head=3)
    return township


@pytest.mark.parametrize("breach", BREACHES)
def test_L4_the_guard_refuses(filled: str, breach: str) -> None:
    statement, values = BREACHES[breach]
    with pytest.raises(DBAPIError, match="records guard"), writing() as connection:
        connection.execute(text(statement), {"township": filled, **values} if "township" in statement else values)
    with reading() as connection:
        assert connection.execute(text("SELECT id, seq, fields FROM records")).all() == [("r", 2, '{"name":"人 2"}')]


def test_L4_the_guard_lets_a_number_grow_up_to_the_head(filled: str) -> None:
    with writing() as connection:
        connection.execute(text("UPDATE records SET seq = 3"))
    with reading() as connection:
        assert connection.execute(text("SELECT seq FROM records")).scalar() == 3


def test_L4_replacing_a_row_is_no_way_around_the_guard(filled: str) -> None:
    with writing() as connection:
        sqlite = is_sqlite(connection)
    statement = INSERT.replace("'x'", "'r'")
    statement = (
        statement.replace("INSERT", "INSERT OR REPLACE")
        if sqlite
        else f"{statement} ON CONFLICT (township_id, id) DO UPDATE SET fields = excluded.fields"
    )
    with pytest.raises(DBAPIError, match="records guard"), writing() as connection:
        connection.execute(text(statement), {"township": filled, "seq": 2})


def test_the_system_does_not_start_without_the_guard(township: str) -> None:
    with writing() as connection:
        assert_guard(connection)
        sqlite = is_sqlite(connection)
        connection.execute(
            text("DROP TRIGGER records_guard_update" if sqlite else "DROP TRIGGER records_guard ON records")
        )
    with reading() as connection, pytest.raises(GuardMissing, match="records_guard"):
        assert_guard(connection)
