"""`zoufang digest`: every outcome has its words, and a second run says so."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from flask import Flask

from server.cli.digest import WORDS
from server.commands.write_digests import Outcome
from server.settings import Settings
from tests.night.test_worker import now_ms
from tests.night.town import Town, make_town

ROOT = Path(__file__).resolve().parents[2]
Say = Callable[..., str]


@pytest.fixture
def town(app: Flask) -> Town:
    return make_town(now_ms())


@pytest.fixture
def say(settings: Settings) -> Say:
    """What the command says on the test's database."""
    env = {**os.environ, "DATABASE_URL": settings.database_url, "VAR_DIR": settings.var_dir}

    def run(*words: str) -> str:
        command = [sys.executable, "-m", "server.cli", "digest", *words]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    return run


def test_every_outcome_has_words() -> None:
    assert set(WORDS) == set(get_args(Outcome))


def test_now_is_now_a_second_run_says_so_and_a_visit_in_between_is_seen(town: Town, say: Say) -> None:
    assert say() == "Digests: 2 not due."
    assert say("--now") == "Digests: 2 written."
    assert say("--now") == "Digests: 2 had theirs already."
    town.visit(0, now_ms())
    assert say("--now") == "Digests: 2 brought up to date."
    answer = json.loads(say("--now", "--json"))
    assert answer["counts"] == {"already": 2}
    assert {row["account"] for row in answer["digests"]} == {town.secretary, town.clerk}
    assert [fields["lines"][0]["count"] for _scope, fields in town.records("digest")] == [2, 2]
