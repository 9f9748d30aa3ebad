"""One store, two databases: what is saved comes back, together or not at all, and the feed is in order."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace

import pytest
from sqlalchemy import text

from server.domain.judging.verdicts import Departure, Effect
from server.domain.problems import Problem
from server.domain.records import FieldSeq
from server.store.database import reading
from server.store.feed import departures_after, live_rows, rows_after
from server.store.records import load_kind
from server.store.transaction import transaction
from tests.records import made, new_id

ODD = "NUL \0 in JSON, 𠮷, \"quotes\", \\ backslash, \u2028, 'ticks', %s :name {brace}"


def test_a_record_comes_back_as_it_was_saved(township: str) -> None:
    record = made(
        1,
        fields={"text": ODD, "n": 0, "none": None, "flag": False, "list": [1, {"id": "x"}], "area_notes.study": "集"},
        field_seqs={"text": FieldSeq(1, "replica", 3, 0), "list/x": FieldSeq(1, "cmd:1", 0, 9)},
        parent=new_id(),
        deleted=True,
    )
    with transaction(township) as tx:
        tx.save([record], [], head=1)
    with transaction(township) as tx:
        assert tx.load_records([record.id]) == {record.id: record}
        assert tx.head == 1


def test_children_come_with_their_parent(township: str) -> None:
    parent = made(1)
    children = [made(seq, parent=parent.id) for seq in (2, 3)]
    with transaction(township) as tx:
        tx.save([parent, *children, made(4)], [], head=4)
        assert set(tx.load_records([parent.id])) == {parent.id, *(child.id for child in children)}
        assert tx.load_records([]) == {}


def test_a_second_save_replaces_everything_but_the_key(township: str) -> None:
    first = made(1, scope="town:t")
    second = replace(first, seq=2, scope="own:a", fields={"name": "别"}, deleted=True, parent=new_id())
    with transaction(township) as tx:
        tx.save([first], [], head=1)
        tx.save([second], [], head=2)
        assert tx.load_records([first.id]) == {first.id: second}


def test_nothing_of_a_broken_transaction_stays(township: str) -> None:
    record = made(1)
    with pytest.raises(RuntimeError), transaction(township) as tx:
        tx.save([record], [Departure(1, "own:a", record.id)], head=1)
        tx.add_effects([Effect("digest", {"id": 1})], now_ms=1)
        raise RuntimeError("cut")
    with reading() as connection:
        for table in ("records", "departures", "effects"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0
        assert connection.execute(text("SELECT seq FROM sync_heads")).scalar() == 0


def test_rows_come_in_order_within_their_scopes_and_bounds(township: str) -> None:
    records = [made(seq, scope="a" if seq % 2 else "b", deleted=seq == 5) for seq in range(1, 10)]
    with transaction(township) as tx:
        tx.save(records, [], head=9)
    with reading() as connection:

        def seqs(scopes: list[str], after: int, until: int, limit: int, live: bool = False) -> list[int]:
            return [row.seq for row in rows_after(connection, township, scopes, after, until, limit, live)]

        assert seqs(["a"], 0, 9, 99) == [1, 3, 5, 7, 9]
        assert seqs(["a"], 0, 9, 99, live=True) == [1, 3, 7, 9]
        assert seqs(["a", "b"], 2, 7, 3) == [3, 4, 5]
        assert seqs([], 0, 9, 99) == []
        assert {row.seq for row in live_rows(connection, township, ["a"])} == {1, 3, 7, 9}


def test_the_rows_of_a_sum_stay_in_the_database_until_they_are_read(township: str) -> None:
    with transaction(township) as tx:
        tx.save([made(seq, scope="a") for seq in range(1, 4)], [], head=3)
    with reading() as connection:
        rows = iter(live_rows(connection, township, ["a"]))
        assert next(rows).scope == "a"
        if connection.dialect.name == "postgresql":  # SQLite hands over row by row in any case
            assert connection.execute(text("SELECT count(*) FROM pg_cursors")).scalar() == 1
        assert len(list(rows)) == 2


def test_departures_come_in_order_within_their_scopes(township: str) -> None:
    gone = [Departure(seq, "a" if seq % 2 else "b", new_id()) for seq in (1, 2, 3)]
    with transaction(township) as tx:
        tx.save([], gone, head=3)
    with reading() as connection:
        found = departures_after(connection, township, ["a"], 0, 3, 10)
    assert [(row.seq, row.record, row.scope) for row in found] == [
        (g.seq, g.record, "a") for g in gone if g.scope == "a"
    ]


def test_stored_fields_are_canonical_text(township: str) -> None:
    with transaction(township) as tx:
        tx.save([made(1, fields={"b": 1, "a": "集"})], [], head=1)
    with reading() as connection:
        assert connection.execute(text("SELECT fields FROM records")).scalar() == '{"a":"集","b":1}'


def test_kinds_are_found_without_the_deleted(township: str) -> None:
    kept, deleted, other = made(1, kind="cycle"), made(2, kind="cycle", deleted=True), made(3, kind="village")
    with transaction(township) as tx:
        tx.save([kept, deleted, other], [], head=3)
        assert load_kind(tx.connection, township, "cycle") == [kept]


def test_an_effect_waits_until_the_commit(township: str) -> None:
    with transaction(township) as tx:
        tx.add_effects([Effect("digest", {"account": "a"})], now_ms=7)
    with reading() as connection:
        row = connection.execute(
            text("SELECT kind, payload, created_at_ms, due_at_ms, tries, done_at_ms FROM effects")
        ).one()
    assert (row.kind, json.loads(row.payload), row.created_at_ms, row.due_at_ms, row.tries) == (
        "digest",
        {"account": "a"},
        7,
        7,
        0,
    )
    assert row.done_at_ms is None


def test_a_township_that_is_not_there_is_a_problem(store: object) -> None:
    with pytest.raises(Problem) as caught, transaction(str(uuid.uuid4())):
        raise AssertionError("no such township")
    assert caught.value.entry.slug == "not-found"
