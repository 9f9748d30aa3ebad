"""Runs seeds of the real client core against the real server, and kills the server while they run.

Shape:  `storm(...)` gives the client's summary with `kills` added; `make storm` and `--help` for the command line.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import json
import multiprocessing
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from gunicorn.app.wsgiapp import run as gunicorn

ROOT = Path(__file__).resolve().parents[2]
FORKS = multiprocessing.get_context("forkserver")
"""Its one process has imported what a server needs, so that a killed server is back in a tenth of the time."""
FORKS.set_forkserver_preload(["tests.faults.app", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread"])
RUNNER = ["node", "--import", "tsx", "tests/faults/run.ts"]


class Server:
    """One gunicorn with the rigged app; `kill` is kill -9 of the whole group, then a new one on the same port."""

    def __init__(self, database_url: str, var_dir: Path) -> None:
        self.port = _free_port()
        self.var_dir = var_dir
        self.environ = {**os.environ, "DATABASE_URL": database_url, "VAR_DIR": str(var_dir), "DEMO": "0"}
        self.kills = 0
        self.process = self._start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _start(self) -> ForkServerProcess:
        process = FORKS.Process(target=_serve, args=(self.port, self.environ))
        process.start()
        _wait_for(f"{self.base}/health/live", process)
        return process

    def kill(self) -> None:
        """kill -9 of master and workers wherever they are; a new server stands when this returns."""
        self._end()
        self.kills += 1
        self.process = self._start()

    def _end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid or 0, signal.SIGKILL)
        self.process.join()

    def close(self) -> None:
        self._end()


def _serve(port: int, environ: dict[str, str]) -> None:
    """This process is gunicorn, the leader of a group of its own."""
    os.setsid()
    os.chdir(ROOT)
    os.environ.update(environ)
    log = os.open(Path(environ["VAR_DIR"]) / "server.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.argv = ["gunicorn", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread", "--threads", "8"]
    sys.argv += ["--timeout", "60", "tests.faults.app:rigged()"]
    gc.freeze()  # what was imported stays
    gunicorn()


def storm(
    server: Server, runs: int, first: int = 1, seconds: int = 0, kills: int = 0, every_s: float = 1.5
) -> dict[str, Any]:
    """The summary of `runs` seeds from `first` (or as many as `seconds` allow), with `kills` deaths of the server."""
    command = [*RUNNER, "--base", server.base, "--first", str(first), "--runs", str(runs), "--seconds", str(seconds)]
    client = subprocess.Popen(command, cwd=ROOT / "pwa", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    killer = threading.Thread(target=_kill_now_and_then, args=(server, client, kills, every_s, first), daemon=True)
    killer.start()
    out, err = client.communicate()
    killer.join()
    if client.returncode != 0:
        raise RuntimeError(f"the client side ended with {client.returncode}: {err.decode()[-4000:]}")
    summary: dict[str, Any] = json.loads(out.decode().strip().splitlines()[-1])
    return {**summary, "kills": server.kills}


def _kill_now_and_then(server: Server, client: subprocess.Popen[bytes], kills: int, every_s: float, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(kills):
        time.sleep(every_s * (0.5 + chance.random()))
        if client.poll() is not None:
            return
        server.kill()


@contextlib.contextmanager
def running(database_url: str) -> Iterator[Server]:
    """A migrated database with the rigged server on it."""
    with tempfile.TemporaryDirectory() as folder:
        var_dir = Path(folder)
        url = database_url or f"sqlite:///{var_dir / 'faults.sqlite3'}"
        environ = {**os.environ, "DATABASE_URL": url, "VAR_DIR": folder}
        subprocess.run(
            [sys.executable, "-m", "server.cli", "migrate"], cwd=ROOT, env=environ, check=True, capture_output=True
        )
        server = Server(url, var_dir)
        try:
            yield server
        finally:
            server.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: ForkServerProcess, limit_s: float = 30) -> None:
    deadline = time.monotonic() + limit_s
    while time.monotonic() < deadline and process.is_alive():
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    raise RuntimeError(f"the rigged server did not come up: {url}")


def main() -> int:
    """Prints one line of JSON; exit 1 if anything was lost, doubled, stuck or different."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1_000_000_000)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=0)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--every-s", type=float, default=1.5)
    parser.add_argument("--database-url", default="")
    given = parser.parse_args()
    started = time.monotonic()
    with running(given.database_url) as server:
        summary = storm(server, given.runs, given.first, given.seconds, given.kills, given.every_s)
    summary["seconds"] = round(time.monotonic() - started, 1)
    print(json.dumps(summary, ensure_ascii=False))
    return 1 if summary["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
