"""L12: near a slip stands no address, account, replica, user agent or time: not in a table, a log line, a header."""

from __future__ import annotations

import ast
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect, text
from time_machine import Traveller

from server.api.limiter import limiter
from server.domain.ballot.slips import slip_hash, tracker
from server.logs import log_requests
from server.store.database import db, reading
from tests.ballot.hall import Hall, open_hall
from tests.ballot.test_refused_at_the_box import GOOD, ONE, small
from tests.listening import listening

NEAR_SLIPS = {
    "slips": {"township_id", "round_id", "slip_hash", "subject_id", "group_slug", "slip", "late"},
    "refused_slips": {"township_id", "round_id", "subject_id", "group_slug", "reason", "count"},
    "board_entries": {
        "township_id",
        "round_id",
        "at",
        "subject_id",
        "group_slug",
        "slip_hash",
        "key",
        "link",
        "outcome",
    },
}
SERVER = Path(__file__).parents[2] / "server"
HEADERS = {"Content-Type", "Content-Length", "Cache-Control", "X-Content-Type-Options"}
AGENT, ADDRESS = "Canary-Phone/9", "203.0.113.77"


@pytest.fixture
def hall(app: Flask, afternoon: Traveller) -> Iterator[Hall]:
    log_requests(app)
    limiter.reset()
    yield open_hall(app, small(), {"leader": 1})


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything this process logs, at the chattiest level."""
    with listening(monkeypatch, "debug") as heard:
        yield heard


def rows_of(table: str) -> list[dict[str, object]]:
    with reading() as connection:
        return [dict(row._mapping) for row in connection.execute(text(f"SELECT * FROM {table}"))]


def test_L12_no_column_near_a_slip_could_say_whose_it_is_or_when_it_came(app: Flask) -> None:
    inspector = inspect(db.engine)
    columns = {
        table: {str(one["name"]) for one in inspector.get_columns(table)} for table in inspector.get_table_names()
    }
    found = {table: names for table, names in columns.items() if table in NEAR_SLIPS or names & {"slip", "slip_hash"}}
    assert found == NEAR_SLIPS
    if db.engine.dialect.name == "sqlite":
        with reading() as connection:
            made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'slips'")).scalar_one()
        assert "WITHOUT ROWID" in made


def test_L12_a_posting_leaves_nothing_of_who_posted_it(hall: Hall, said: io.StringIO) -> None:
    phone = hall.phones[hall.rolls[0].id]
    sheet = hall.fill("leader", GOOD)
    assert hall.issue(phone, sheet).status_code == 200
    before, counted = said.getvalue(), set(limiter.storage.storage)
    headers = {"User-Agent": AGENT, "X-Forwarded-For": ADDRESS, "Cookie": "session=canary", **phone.headers}
    slip = sheet.slips[ONE]
    for body in (slip, slip, bytes([slip[0] ^ 1]) + slip[1:], slip[1:]):
        answer = hall.post((ONE, "leader"), body, headers=headers)
        assert set(answer.headers.keys()) <= {
            "Content-Type",
            "Content-Length",
            "Cache-Control",
            "X-Content-Type-Options",
        }
    hall.windows()
    assert said.getvalue() == before, "no line at all"
    assert {key for key in set(limiter.storage.storage) - counted if "the-box" not in key} == set()
    kept = json.dumps({table: rows_of(table) for table in sorted(NEAR_SLIPS)}, default=repr)
    account, replica = phone.enrolled["account"], phone.id
    secrets = (AGENT, ADDRESS, "127.0.0.1", "canary", account, replica, phone.enrolled["token"], hall.rolls[0].id)
    assert [secret for secret in secrets if secret in kept] == []


def test_L12_what_a_slip_is_called_stands_nowhere_else(hall: Hall, said: io.StringIO) -> None:
    sheet = hall.fill("leader", GOOD)
    assert hall.issue(hall.phones[hall.rolls[0].id], sheet).status_code == 200
    hall.post_all(sheet)
    others = json.dumps(
        {t: rows_of(t) for t in inspect(db.engine).get_table_names() if t not in NEAR_SLIPS}, default=repr
    )
    everywhere = others + said.getvalue()
    for subject, slip in sheet.slips.items():
        for name in (slip_hash(slip).hex(), tracker(slip), repr(slip), slip[-256:].hex(), slip[:32].hex()):
            assert name not in everywhere, subject
    issued = json.dumps(rows_of("issuances"))
    assert sheet.blinded[ONE].message.hex() not in issued


def test_L12_no_room_reads_both_who_handed_in_and_what_came() -> None:
    """Whoever imports the cellar of one never imports that of the other."""
    for path in SERVER.rglob("*.py"):
        imported = {
            node.module
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom) and node.module is not None
        }
        assert not imported >= {"server.store.slips", "server.store.issuances"}, path
        if path.name in ("slips.py", "post_slip.py", "open_box.py"):
            assert not imported & {"server.store.issuances", "server.store.roll", "server.store.reconciliation"}, path
