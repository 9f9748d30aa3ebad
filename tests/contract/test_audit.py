"""The chain of decisions: whoever changes, removes, puts in or moves an event is found, and where."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Connection, text

from server.commands.audit_chain import (
    audit_checkpoint,
    read_checkpoint,
    save_checkpoint,
    verify_audit,
    write_checkpoint,
)
from server.commands.create_township import create_township
from server.commands.invite import invite
from server.domain.audit import MOST_FAULTS, AuditFault, link
from server.domain.problems import Problem
from server.store.audit import add_audit, load_audit_page, load_chain
from server.store.database import reading, writing
from server.store.transaction import transaction

CANARY = "王老汉说低保被截留"
DAY_MS = 86_400_000


@pytest.fixture
def chain(township: str) -> str:
    """A township in which seven things were decided, beside another one."""
    for at in range(1, 8):
        with transaction(township) as tx:
            add_audit(tx.connection, township, "office", "revoked", {"replica": f"r{at}"}, at)
    other = create_township("邻镇", "990101102", now_ms=1).id
    invite(other, "pbo", 2)
    return township


def edit(connection: Connection, township: str) -> None:
    connection.execute(text("UPDATE audit_events SET detail = '{}' WHERE township_id = :t AND n = 4"), {"t": township})


def remove(connection: Connection, township: str) -> None:
    connection.execute(text("DELETE FROM audit_events WHERE township_id = :t AND n = 4"), {"t": township})


def number(connection: Connection, township: str, old: int, new: int) -> None:
    moved = {"t": township, "old": old, "new": new}
    connection.execute(text("UPDATE audit_events SET n = :new WHERE township_id = :t AND n = :old"), moved)


def remove_and_close_up(connection: Connection, township: str) -> None:
    remove(connection, township)
    for old in (5, 6, 7):
        number(connection, township, old, old - 1)


def swap(connection: Connection, township: str) -> None:
    for old, new in ((3, 99), (5, 3), (99, 5)):
        number(connection, township, old, new)


def put_in(connection: Connection, township: str) -> None:
    """A well-made link after the third: only those behind it do not fit any more."""
    for old in (7, 6, 5, 4):
        number(connection, township, old, old + 1)
    before = load_chain(connection, township)[2].hash
    row = {"t": township, "hash": link(before, 4, 3, "office", "revoked", "{}")}
    statement = "INSERT INTO audit_events VALUES (:t, 4, 3, 'office', 'revoked', '{}', :hash)"
    connection.execute(text(statement), row)


@pytest.mark.parametrize(
    ("touch", "found"),
    [
        (edit, [AuditFault(4, "changed")]),
        (remove, [AuditFault(4, "missing")]),
        (remove_and_close_up, [AuditFault(4, "changed"), AuditFault(5, "moved", 6), AuditFault(6, "moved", 7)]),
        (swap, [AuditFault(3, "moved", 5), AuditFault(5, "moved", 3)]),
        (
            put_in,
            [
                AuditFault(5, "moved", 4),
                AuditFault(6, "moved", 5),
                AuditFault(7, "moved", 6),
                AuditFault(8, "moved", 7),
            ],
        ),
    ],
)
def test_whoever_touches_the_chain_is_found(chain: str, touch: object, found: list[AuditFault]) -> None:
    assert callable(touch)
    with writing() as connection:
        touch(connection, chain)
    states = {state.township: state for state in verify_audit()}
    assert list(states[chain].faults) == found
    assert [state.faults for township, state in states.items() if township != chain] == [()]


def test_decisions_at_the_same_moment_make_one_chain(store: Flask, township: str) -> None:
    def decide(at: int) -> None:
        with store.app_context():
            invite(township, "pbo", at)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(decide, range(12)))
    assert [(state.events, state.faults) for state in verify_audit()] == [(12, ())]


def test_a_decision_that_was_not_taken_leaves_no_event(township: str) -> None:
    with pytest.raises(RuntimeError), transaction(township) as tx:
        add_audit(tx.connection, township, "office", "revoked", {}, 1)
        raise RuntimeError("the machine died here")
    assert [(state.events, state.faults) for state in verify_audit()] == [(0, ())]


def test_an_untouched_chain_holds_and_each_township_has_its_own(chain: str) -> None:
    assert [(state.events, state.faults) for state in verify_audit(township_id=chain)] == [(7, ())]
    assert all(state.faults == () for state in verify_audit(audit_checkpoint(1)))


def rewrite(township: str, events: int) -> None:
    """Somebody who can write the database makes a whole new chain that fits."""
    with writing() as connection:
        connection.execute(text("DELETE FROM audit_events WHERE township_id = :t"), {"t": township})
        for at in range(1, events + 1):
            add_audit(connection, township, "office", "revoked", {"replica": f"x{at}"}, at)


@pytest.mark.parametrize(
    ("events", "fault"),
    [
        (9, AuditFault(7, "rewritten")),
        (7, AuditFault(7, "rewritten")),
        (3, AuditFault(7, "cut")),
        (0, AuditFault(7, "cut")),
    ],
)
def test_a_chain_that_was_written_anew_is_found_by_its_checkpoint_only(
    chain: str, tmp_path: Path, events: int, fault: AuditFault
) -> None:
    assert save_checkpoint(tmp_path / "noted.json", audit_checkpoint(9))
    rewrite(chain, events)
    assert verify_audit(township_id=chain)[0].faults == ()
    assert verify_audit(read_checkpoint(tmp_path / "noted.json"), chain)[0].faults == (fault,)


def test_a_chain_that_went_on_still_runs_through_its_checkpoint(chain: str) -> None:
    noted = audit_checkpoint(9)
    invite(chain, "pbo", 10)
    assert [state.faults for state in verify_audit(noted)] == [(), ()]


def test_a_township_that_is_gone_is_missed(chain: str) -> None:
    noted = audit_checkpoint(9)
    with writing() as connection:
        for table, column in (("audit_events", "township_id"), ("sync_heads", "township_id"), ("townships", "id")):
            connection.execute(text(f"DELETE FROM {table} WHERE {column} = :t"), {"t": chain})
    lost = next(state for state in verify_audit(noted) if state.township == chain)
    assert lost.faults == (AuditFault(7, "cut"),)


def test_a_day_has_one_checkpoint_that_only_its_owner_reads(chain: str, tmp_path: Path) -> None:
    first = write_checkpoint(tmp_path / "noted", 20 * DAY_MS)
    assert first is not None and first.name == "audit-19700121.json" and first.stat().st_mode & 0o777 == 0o600
    assert write_checkpoint(tmp_path / "noted", 20 * DAY_MS + 5) is None
    assert write_checkpoint(tmp_path / "noted", 21 * DAY_MS) is not None
    assert {path.name for path in (tmp_path / "noted").iterdir()} == {"audit-19700121.json", "audit-19700122.json"}
    assert read_checkpoint(first)["townships"][chain]["n"] == 7


@pytest.mark.parametrize("written", ["", "[]", "{}", '{"format": 2, "townships": {}}', '{"format": 1, "townships": 3}'])
def test_a_file_that_is_no_checkpoint_is_refused_in_words(store: Flask, tmp_path: Path, written: str) -> None:
    (tmp_path / "it.json").write_text(written)
    for path in (tmp_path / "it.json", tmp_path / "none.json"):
        with pytest.raises(Problem) as caught:
            read_checkpoint(path)
        assert caught.value.entry.slug == "malformed-request"


def test_what_could_be_content_never_enters_the_chain(chain: str) -> None:
    detail = {"replica": "r", "reason": CANARY, "note": "two words", "n": 3, "roles": ["pbo", CANARY]}
    with transaction(chain) as tx:
        add_audit(tx.connection, chain, "office", "revoked", detail, 9)
    with reading() as connection:
        (newest,) = load_audit_page(connection, chain, None, 1)
    left = {"replica": "r", "reason": "left-out", "note": "left-out", "n": 3, "roles": ["pbo", "left-out"]}
    assert json.loads(newest.detail) == left


def test_the_newest_come_first_a_page_at_a_time(chain: str) -> None:
    with reading() as connection:
        first = load_audit_page(connection, chain, None, 3)
        rest = load_audit_page(connection, chain, first[-1].n, 100)
    assert [event.n for event in first + rest] == [7, 6, 5, 4, 3, 2, 1]


def test_a_long_list_of_faults_is_cut(township: str) -> None:
    with writing() as connection:
        for at in range(1, 2 * MOST_FAULTS):
            add_audit(connection, township, "office", "revoked", {}, at)
        connection.execute(text("UPDATE audit_events SET account = 'x'"))
    assert len(verify_audit(township_id=township)[0].faults) == MOST_FAULTS
