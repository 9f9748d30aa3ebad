"""`zoufang audit` as it is typed: 0 while the chain holds, 1 and the place where it does not, 2 for a wrong file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from server.cli.main import main
from server.store.database import writing
from tests.phone import enrol, found_town

Said = tuple[int, str]
Command = Callable[..., Said]


@pytest.fixture
def audit(
    app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Types `zoufang audit …` beside the app of the test; exit code and what it printed."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("VAR_DIR", app.config["ZOUFANG"].var_dir)

    def run(*words: str) -> Said:
        monkeypatch.setattr("sys.argv", ["zoufang", "audit", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        return int(ended.value.code or 0), capsys.readouterr().out

    return run


def as_json(said: Said) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said[1])
    return found


def test_verify_names_the_event_that_was_touched(app: Flask, audit: Command) -> None:
    enrol(app, found_town(app))
    assert audit("verify") == (0, "✓ 云台镇: 2 events, unbroken\n")
    with writing() as connection:
        connection.execute(text("UPDATE audit_events SET account = 'somebody' WHERE n = 1"))
    assert audit("verify") == (1, "✗ 云台镇: event 1 is not what was written there\n")
    code, said = audit("verify", "--json")
    (town,) = json.loads(said)["townships"]
    assert (code, json.loads(said)["ok"], town["events"]) == (1, False, 2)
    assert [(fault["n"], fault["what"]) for fault in town["faults"]] == [(1, "changed")]


def test_a_checkpoint_finds_a_chain_that_was_written_anew(app: Flask, audit: Command, tmp_path: Path) -> None:
    enrol(app, town := found_town(app))
    noted = tmp_path / "noted.json"
    assert audit("checkpoint", "--to", str(noted))[0] == 0
    assert as_json(audit("checkpoint", "--json"))["townships"][town.id]["n"] == 2
    assert audit("checkpoint", "--to", str(noted))[0] == 2, "an older checkpoint is never overwritten"
    assert audit("verify", "--checkpoint", str(noted))[0] == 0
    with writing() as connection:
        connection.execute(text("DELETE FROM audit_events WHERE n = 2"))
    assert audit("verify")[0] == 0
    code, said = audit("verify", "--checkpoint", str(noted))
    assert code == 1 and "event 2 is gone" in said
    assert audit("verify", "--checkpoint", str(tmp_path / "none.json"))[0] == 2
