"""What a test leaves behind in a database that another test is lent: nothing."""

from __future__ import annotations

import pytest

from tests.postgres import Cluster, name_of

CHANGED = {
    "a guard is off": "ALTER TABLE records DISABLE TRIGGER records_guard",
    "a table more": "CREATE TABLE more (id int)",
    "a column more": "ALTER TABLE townships ADD COLUMN more int",
    "no wall": "ALTER TABLE records DISABLE ROW LEVEL SECURITY",
    "a function of another body": "CREATE OR REPLACE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "another revision": "UPDATE alembic_version SET version_num = '20260101_0000'",
}
WRITE = "INSERT INTO townships VALUES ('t', '镇', '1', 'Asia/Shanghai', false, 'e', '{}', 1)"
TOWNSHIPS = "SELECT count(*) FROM townships"


def test_a_database_that_was_written_to_is_lent_again_empty(postgres: Cluster) -> None:
    url = postgres.new_database()
    postgres.execute(WRITE, name_of(url))
    assert postgres.execute(TOWNSHIPS, name_of(url)) == [(1,)]
    postgres.give_back(url)
    again = postgres.new_database()
    assert again == url
    assert postgres.execute(TOWNSHIPS, name_of(again)) == [(0,)]
    postgres.give_back(again)


@pytest.mark.parametrize("statement", CHANGED.values(), ids=CHANGED)
def test_a_database_of_another_shape_is_never_lent_again(postgres: Cluster, statement: str) -> None:
    url = postgres.new_database()
    postgres.execute(statement, name_of(url))
    postgres.give_back(url)
    again = postgres.new_database()
    assert again != url
    postgres.give_back(again)
