"""`zoufang hub import` killed in the middle, run twice, given what is not its file: one sentence, or the round."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from time_machine import Traveller

from server.cli.main import main
from server.domain.hub_file import locked
from server.schemas.hub_file import handover_bytes
from server.settings import Settings
from tests.ballot.election import election, subject_id
from tests.ballot.hall import Hall, open_hall
from tests.ballot.hub_hall import closed, exported, hub_of
from tests.ballot.test_hub_round import everything

KILLED = """
import os, signal, sys
import server.commands.hub.import_hub as step
step.add_audit = lambda *_args: os.kill(os.getpid(), signal.SIGKILL)  # the last statement before the commit
from server.cli.main import main
sys.argv = ["zoufang", *sys.argv[1:]]
main()
"""
Typed = Callable[..., tuple[int, str]]
PASSPHRASE = "twelve letters at least"


@pytest.fixture
def typed(settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Types a command of `zoufang`; its exit code and what it said."""
    for name, value in {"VAR_DIR": settings.var_dir, "DATABASE_URL": settings.database_url, "DEMO": "0"}.items():
        monkeypatch.setenv(name, value)

    def run(*line: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["zoufang", *line])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out + said.err

    return run


@pytest.fixture
def file(app: Flask, afternoon: Traveller, tmp_path: Path) -> Path:
    """What a hub wrote after one evaluator had handed in there; the passphrase lies beside it."""
    made = election(["青石沟"], {"leader": ("领导", 5)})
    hall: Hall = open_hall(app, made, {"leader": 5})
    with hub_of(hall, exported(hall), tmp_path / "hub") as hub:
        sheet = hub.fill("leader", {subject_id(1): "good"})
        assert hub.issue(next(iter(hub.phones.values())), sheet).status_code == 200
        hub.post_all(sheet)
        back = handover_bytes(closed(hub))
    path = tmp_path / "back.zf"
    path.write_bytes(locked(back, PASSPHRASE, bytes(16), bytes(12)))
    (tmp_path / "words").write_text(PASSPHRASE + "\n")
    return path


def words(file: Path) -> tuple[str, ...]:
    return ("hub", "import", str(file), "--passphrase-file", str(file.parent / "words"))


def test_killed_in_the_middle_it_has_done_nothing_and_then_does_it_all(
    file: Path, settings: Settings, typed: Typed
) -> None:
    before = everything()
    env = {**os.environ, "VAR_DIR": settings.var_dir, "DATABASE_URL": settings.database_url, "DEMO": "0"}
    line = [sys.executable, "-c", KILLED, *words(file)]
    killed = subprocess.run(line, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert killed.returncode == -9, killed.stderr
    assert everything() == before
    code, said = typed(*words(file))
    assert code == 0 and "1 have handed in or hold paper, 1 slips; the round is open" in said
    after = everything()
    assert typed(*words(file)) == (0, "This hub's file was here before: nothing has changed.\n")
    assert everything() == after != before


def test_what_is_typed_wrong_ends_with_one_sentence(
    file: Path, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything()
    monkeypatch.chdir(tmp_path)
    Path("wrong").write_text("another passphrase\n")
    Path("short").write_text("short\n")
    Path("none.zf").write_bytes(b"a letter")
    secret, away = ["--passphrase-file", "words"], ["--origin", "https://a.example"]
    for said, *line in (
        ("the passphrase is wrong, or the file was changed", "import", "back.zf", "--passphrase-file", "wrong"),
        ("this is no file of a hub", "import", "none.zf", *secret),
        ("there is no file missing.zf", "import", "missing.zf", *secret),
        ("has no ballot_round 'no-round'; it has: 第一轮", "export", "no-round", "--to", "x.zf", *away, *secret),
        ("words exists; nothing was written", "export", "第一轮", "--to", "words", *away, *secret),
        ("at least 12 characters", "export", "第一轮", "--to", "x.zf", *away, "--passphrase-file", "short"),
        ("give it with --origin or PUBLIC_URL", "export", "any", "--to", "x.zf", *secret),
        ("was not run on this machine", "close", "back.zf", "--to", "x.zf", *secret),
        ("there is no file x.zf", "run", "x.zf", *secret),
    ):
        code, told = typed("hub", *line)
        assert (code, told.count("\n")) == (2, 1) and said in told, (told, line)
    assert not Path("x.zf").exists()
    assert everything() == before


def test_a_laptop_is_given_up_only_by_whoever_says_that_the_round_is_void(file: Path, typed: Typed) -> None:
    line = ("hub", "take-back", "0193a1b2-0000-7000-9000-000000000001", "--reason", "电脑丢了")
    code, said = typed(*line)
    assert code == 2 and "--void" in said
    assert typed(*line, "--void") == (0, "The round is void; prepare another for the meeting.\n")
    code, said = typed(*words(file))
    assert code == 2 and "taken back and is void" in said
    code, said = typed(*line, "--void")
    assert code == 2 and "with no hub" in said
