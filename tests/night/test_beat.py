"""The timetable's own process, on a real Redis."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.night.broker import Broker, wait_until

ROOT = Path(__file__).resolve().parents[2]
EVERY_SECOND = """
import sys, workers.schedule as schedule
for entry in schedule.TIMETABLE.values():
    entry["schedule"] = 1
import workers.beat
sys.exit(workers.beat.main())
"""


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


def test_both_lines_of_the_timetable_reach_their_queues_and_it_stops_when_asked(
    beat: subprocess.Popen[str], broker: Broker
) -> None:
    queues = {"effects": "effects.drain", "digests": "digests.tick"}
    wait_until(lambda: all(int(broker.redis.llen(queue)) > 0 for queue in queues), "a line of the timetable is missing")
    for queue, task in queues.items():
        message = json.loads(broker.redis.lindex(queue, 0))
        assert (message["headers"]["task"], message["content-type"]) == (task, "application/json")
        assert message["headers"]["expires"]
    beat.terminate()
    assert beat.wait(20) == 0


def test_a_bad_setting_ends_it_with_one_sentence(tmp_path: Path) -> None:
    process = start(tmp_path, PORT="here")
    _out, said = process.communicate(timeout=40)
    assert process.returncode == 2
    assert said == "zoufang: PORT is 'here'; it takes a whole number\n"
