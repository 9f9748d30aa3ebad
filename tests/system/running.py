"""One running system, seen from outside, and the command line beside it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
START_S, STOP_S = 90.0, 30.0


class System:
    """One running system, seen from outside."""

    def __init__(self, var: Path, settings: Mapping[str, str], *words: str) -> None:
        self.var = var
        clean = {name: value for name, value in os.environ.items() if name not in {"PORT", "DATABASE_URL", "REDIS_URL"}}
        self.env = {**clean, "VAR_DIR": str(var), "PORT": "0", "DEMO": "0", **settings}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workers.supervisor", *words],
            cwd=ROOT,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        self.url = self._wait_until_ready()

    def _wait_until_ready(self) -> str:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip())
            if line.startswith("ready "):
                return line.split()[1]
        raise AssertionError(f"the system ended without being ready: {self.said}\n{self.logs()}")

    def logs(self) -> str:
        return "\n".join(f"{log.name}: {log.read_text()[-2000:]}" for log in sorted((self.var / "logs").glob("*.log")))

    def family(self) -> list[psutil.Process]:
        """Everything that the supervisor started, and what those started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def child(self, word: str) -> psutil.Process:
        """The supervisor's own child whose command line has this word."""
        mine = psutil.Process(self.process.pid).children()
        return next(one for one in mine if word in " ".join(one.cmdline()))

    def health(self) -> dict[str, object]:
        with urllib.request.urlopen(f"{self.url}/health/ready", timeout=20) as answer:
            found: dict[str, object] = json.load(answer)
        return found

    def wait_for(self, condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(OSError, StopIteration, psutil.Error):
                if condition():
                    return
            time.sleep(0.1)
        raise AssertionError(f"{what} did not happen in {seconds} s\n{self.logs()}")

    def stop(self, how: int = signal.SIGTERM) -> int:
        """The supervisor has ended; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(STOP_S)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


def cli(var: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """The `zoufang` command as a person runs it beside that VAR_DIR."""
    env = {**os.environ, "VAR_DIR": str(var), "DEMO": "0", **settings}
    words = (sys.executable, "-m", "server.cli", *words)
    return subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=120)
