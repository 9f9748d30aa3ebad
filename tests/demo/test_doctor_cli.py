"""`zoufang demo` and `zoufang doctor` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from server.cli import opened as cli
from server.cli.main import zoufang
from server.commands.demo_sign_in import demo_invite
from server.commands.enrol import Install, enrol
from server.commands.push_changes import push_changes
from server.domain.canonical import canonical, change_hash
from server.domain.replicas import Replica
from server.schemas.changes import read_changes
from server.schemas.envelope import read_push
from server.schemas.kinds.registry import KINDS, SCHEMA_VERSION
from server.store.database import db, open_database
from tests.demo.conftest import NOW_MS, SEALING_KEY, opened
from tests.demo.tables import records

CHANGE = "0193e0a0-0000-7000-8000-00000000c0de"


@pytest.fixture
def typed(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Runs one command line on a database of its own, and closes what a process would leave to its end."""
    apps: list[Flask] = []
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("VAR_DIR", str(tmp_path))
    monkeypatch.setenv("SEALING_KEY", SEALING_KEY)
    monkeypatch.setattr(cli, "open_database", lambda app, url: (apps.append(app), open_database(app, url)))

    def run(*words: str) -> Result:
        result = CliRunner().invoke(zoufang, words, standalone_mode=False)
        with apps.pop().app_context():
            db.engine.dispose()
        return result

    return run


def push(replica: Replica, record: str, kind: str, action: str, fields: dict[str, object]) -> str:
    """The outcome of one change of a newcomer's phone."""
    change = {
        "change": CHANGE,
        "schema_version": SCHEMA_VERSION,
        "record": record,
        "kind": kind,
        "action": action,
        "base": 628,
        "fields": fields,
        "captured_at_ms": NOW_MS,
        "clock_offset_ms": 0,
    }
    body = json.dumps({"changes": [{"n": 1, "hash": change_hash(canonical(change)), **change}]}).encode()
    return str(push_changes(KINDS, replica, read_changes(replica.id, read_push(body)), NOW_MS).outcomes[0]["outcome"])


def test_demo_loads_once_and_says_so_the_second_time(typed):
    first, second = typed("demo"), typed("demo")
    assert "452 changes pushed" in first.output
    assert "nothing changed" in second.output
    assert json.loads(typed("demo", "--json").output)["new"] is False


def test_doctor_prints_the_numbers_of_the_handbook_and_ends_with_0(typed):
    typed("demo")
    result = typed("doctor")
    assert result.return_value == 0
    assert "✓ 2017: visits 19, made offline 16 · interviews 84 = 38 + 46 · villages 13 of 13" in result.output
    assert "conflicts 2, open 1 · duplicate pairs 1" in result.output
    assert "✗" not in result.output
    answer = json.loads(typed("doctor", "--json", "--township", "990101101").output)
    assert answer["ok"] is True
    assert answer["townships"][0]["totals"]["2017"]["interviews"] == 84


def test_doctor_without_a_township_says_so(typed):
    assert "there is no township yet" in str(typed("doctor").exception)
    typed("demo")
    assert "no township 'nowhere'" in str(typed("doctor", "--township", "nowhere").exception)


def test_whoever_settles_the_open_conflict_is_no_fault(typed, database_url: str):
    typed("demo")
    with opened(database_url):
        invitation = demo_invite("committee_secretary", NOW_MS)
        enrolled = enrol(invitation.code, Install("a phone", "Android", SCHEMA_VERSION), NOW_MS, lease_ms=86_400_000)
        waiting = next(record for record in records("conflict").values() if record.fields["status"] == "open")
        sides = [{"replica": side["replica"], "n": side["n"]} for side in waiting.fields["sides"]]
        settle = {"value": waiting.fields["sides"][0]["value"], "sides": sides}
        assert push(enrolled.identity.replica, waiting.id, "conflict", "settle", settle) == "applied"
    result = typed("doctor")
    assert result.return_value == 0
    assert "· 2017 conflicts_open: 0 (1 as loaded; people have worked on that year since)" in result.output
