"""The timetable's own process, on a real Redis."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.night.broker import Broker, wait_until
from workers.routes import QUEUES
from workers.schedule import TIMETABLE

ROOT = Path(__file__).resolve().parents[2]
EVERY_SECOND = """
import sys, workers.schedule as schedule
for entry in schedule.TIMETABLE.values():
    entry["schedule"] = 1
import workers.beat
sys.exit(workers.beat.main())
"""


def sent(broker: Broker) -> dict[tuple[str, str], dict[str, Any]]:
    """What waits in the queues, by queue and task."""
    waiting = [(queue, json.loads(raw)) for queue in set(QUEUES.values()) for raw in broker.redis.lrange(queue, 0, -1)]
    return {(queue, message["headers"]["task"]): message for queue, message in waiting}


def start(tmp_path: Path, **env: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "VAR_DIR": str(tmp_path), **env}
    command = [sys.executable, "-c", EVERY_SECOND]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def beat(broker: Broker, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    process = start(tmp_path, REDIS_URL=broker.url)
    yield process
    process.kill()
    process.communicate()


def test_every_line_of_the_timetable_reaches_its_queue_and_it_stops_when_asked(
    beat: subprocess.Popen[str], broker: Broker
) -> None:
    wanted = {(QUEUES[entry["task"]], entry["task"]) for entry in TIMETABLE.values()}
    wait_until(lambda: wanted <= set(sent(broker)), "a line of the timetable is missing")
    for message in sent(broker).values():
        assert message["content-type"] == "application/json" and message["headers"]["expires"]
    beat.terminate()
    assert beat.wait(20) == 0


def test_a_bad_setting_ends_it_with_one_sentence(tmp_path: Path) -> None:
    process = start(tmp_path, PORT="here")
    _out, said = process.communicate(timeout=40)
    assert process.returncode == 2
    assert said == "zoufang: PORT is 'here'; it takes a whole number\n"
