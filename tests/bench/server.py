"""The web server as the product runs it, on a database of its own, with a township to measure in."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from flask import Flask

from server.app import create_app
from server.settings import Settings
from server.store.database import db
from server.store.migrate import upgrade
from tests.bench.connection import Connection
from tests.postgres import cluster

ROOT = Path(__file__).resolve().parents[2]
SECRET = "a secret of the measurements"
DATABASES = ("sqlite", "postgresql")
SHOWN = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class Server:
    """gunicorn with `server.gunicorn`, as the supervisor starts it; `processes` is WEB_PROCESSES."""

    def __init__(self, database_url: str, var: Path, processes: int = 1) -> None:
        self.database_url, self.var = database_url, var
        self.url = ""
        self._start(processes)

    def _start(self, processes: int) -> None:
        env = {
            "MALLOC_ARENA_MAX": "2",
            "MALLOC_TRIM_THRESHOLD_": "131072",
            **os.environ,
            "DATABASE_URL": self.database_url,
            "VAR_DIR": str(self.var),
            "REDIS_URL": "memory://",
            "SECRET_KEY": SECRET,
            "DEMO": "0",
            "WEB_PROCESSES": str(processes),
        }
        port = _free_port()
        argv = [sys.executable, "-m", "gunicorn", "-c", "python:server.gunicorn", "--bind", f"127.0.0.1:{port}"]
        with (self.var / "web.log").open("ab") as log:
            argv.append("tests.bench.app:web()")
            self.process = subprocess.Popen(argv, cwd=ROOT, env=env, stdout=log, stderr=log)
        self.url = f"http://127.0.0.1:{port}"
        self._wait()

    def _wait(self, limit_s: float = 30) -> None:
        until = time.monotonic() + limit_s
        while time.monotonic() < until and self.process.poll() is None:
            with suppress(OSError):
                if Connection(self.url).get("/health/live").status == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"the server did not come up: {(self.var / 'web.log').read_text()[-2000:]}")

    def restart(self, processes: int) -> None:
        self.stop()
        self._start(processes)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)

    def memory_mb(self) -> float:
        """What the web processes below the master hold, shared pages by their share (PSS)."""
        workers = psutil.Process(self.process.pid).children()
        return sum(float(one.memory_full_info().pss) for one in workers) / 1e6


@dataclass(slots=True)
class Bench:
    """A running server, and the application of this process on the same database, inside its context."""

    database: str
    app: Flask
    server: Server

    @property
    def name(self) -> str:
        return SHOWN[self.database]


@contextmanager
def bench_on(database: str) -> Iterator[Bench]:
    """A migrated, empty database of this sort with everything written through to the disk, and the server on it."""
    with tempfile.TemporaryDirectory(prefix="zf-bench-") as folder, _database(database, Path(folder)) as url:
        app = create_app(
            Settings(var_dir=folder, database_url=url, redis_url="memory://", secret_key=SECRET, demo=False)
        )
        server = Server(url, Path(folder))
        try:
            with app.app_context():
                yield Bench(database, app, server)
                db.engine.dispose()
        finally:
            server.stop()


@contextmanager
def _database(database: str, folder: Path) -> Iterator[str]:
    if database == "sqlite":
        url = f"sqlite:///{folder / 'bench.sqlite3'}"
        upgrade(url)
        yield url
        return
    if shutil.which("initdb") is None and not Path("/usr/lib/postgresql").exists():
        raise RuntimeError("PostgreSQL is not installed; `make test` installs it")
    with cluster(durable=True) as running:
        yield running.new_database()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
