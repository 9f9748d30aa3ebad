"""How the night shift is set up: every name known, nothing but JSON, late acknowledgement, a queue for each task."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from server.commands.ask_digest import EFFECT
from server.commands.do_effects import LEASE_MS
from workers import digests, effects, upkeep
from workers.app import app
from workers.broker import VISIBILITY_S, broker_url
from workers.routes import QUEUES, TASK_OF_EFFECT
from workers.schedule import HOUR_S, TICK_S, TIMETABLE

ROOT = Path(__file__).resolve().parents[2]
OURS = {name for name in app.tasks if not name.startswith("celery.")}


def test_every_task_that_is_named_somewhere_exists_and_has_a_queue() -> None:
    named = {entry["task"] for entry in TIMETABLE.values()} | set(TASK_OF_EFFECT.values())
    assert named <= OURS
    assert set(QUEUES) == OURS
    ours = (effects.drain, upkeep.prune, upkeep.checkpoint, digests.tick, digests.write, digests.asked)
    assert {task.name for task in ours} == OURS


def test_every_effect_that_a_command_leaves_has_a_task() -> None:
    assert EFFECT in TASK_OF_EFFECT


def test_a_task_is_acknowledged_after_it_is_done_and_one_at_a_time() -> None:
    assert all(app.tasks[name].acks_late for name in OURS)
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.accept_content == ["json"]
    assert app.conf.broker_transport_options["visibility_timeout"] == VISIBILITY_S


def test_nobody_believes_a_worker_dead_before_redis_does() -> None:
    assert LEASE_MS >= VISIBILITY_S * 1000


def test_a_tick_that_nobody_took_is_gone_when_the_next_one_comes() -> None:
    assert all(entry["options"]["expires"] == entry["schedule"] for entry in TIMETABLE.values())
    assert {entry["schedule"] for entry in TIMETABLE.values()} == {TICK_S, HOUR_S}


@pytest.mark.parametrize(
    ("given", "ours"),
    [
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock"),
        ("redis+socket:///var/redis.sock", "redis+socket:///var/redis.sock"),
        ("redis://redis:6379/0", "redis://redis:6379/0"),
        ("rediss://redis:6379/0", "rediss://redis:6379/0"),
        ("sentinel://one:26379", "sentinel://one:26379"),
    ],
)
def test_the_brokers_address_in_kombus_words(given: str, ours: str) -> None:
    assert broker_url(given) == ours


def test_the_timetables_process_opens_no_database() -> None:
    """Beat needs names and times only; SQLAlchemy and Flask would double its memory."""
    code = "import sys, workers.beat; print({'sqlalchemy', 'flask', 'workers.app'} & set(sys.modules))"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.strip() == "set()"
