"""The whole system under the supervisor, and the ways its programs are killed: SIGKILL, and nothing said before."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.postgres import Cluster, cluster
from tests.system.running import System

WORDS = {"web master": "-m gunicorn", "redis": "redis-server", "worker": "workers.worker", "beat": "workers.beat"}
OF_POSTGRES = ("postmaster", "backend")
COME_BACK_S, GROWN_S = 60.0, 11.0
"""A program killed again within ten seconds of its start comes back ever later; that would be a storm of one kind."""


class Victims:
    """The running system. Shape: `kills` counts what was really killed, by kind."""

    def __init__(self, system: System, postgres: Cluster | None) -> None:
        self.system, self.postgres = system, postgres
        self.kinds = ("web worker", *WORDS, *(OF_POSTGRES if postgres else ()))
        self.kills: Counter[str] = Counter()
        threading.Thread(target=self._hear, daemon=True).start()

    def _hear(self) -> None:
        """The supervisor says a line at each death; unread they would fill the pipe and stop it."""
        assert self.system.process.stdout is not None
        with contextlib.suppress(ValueError):
            for line in self.system.process.stdout:
                self.system.said.append(line.rstrip())

    def grown(self) -> list[str]:
        """The kinds that stand long enough to be killed again; web workers and backends come back at once."""
        found = [kind for kind in self.kinds if kind not in WORDS]
        for kind, words in WORDS.items():
            with contextlib.suppress(psutil.Error, StopIteration):
                if time.time() - self.system.child(words).create_time() > GROWN_S:
                    found.append(kind)
        return found

    def kill(self, kind: str, chance: random.Random) -> None:
        """One of this kind is dead; a dead cluster stands again, the rest is the product's own task."""
        until = time.monotonic() + COME_BACK_S
        while not self._killed(kind, chance):
            assert time.monotonic() < until, f"no {kind} came back in {COME_BACK_S} s: {self.system.said[-5:]}"
            time.sleep(0.1)
        self.kills[kind] += 1
        if kind == "postmaster" and self.postgres:
            self.postgres.start()

    def _killed(self, kind: str, chance: random.Random) -> bool:
        with contextlib.suppress(psutil.Error, StopIteration, OSError):
            if kind in OF_POSTGRES:
                return self._kill_postgres(kind, chance)
            if kind == "web worker":
                chance.choice(self.system.child("-m gunicorn").children() or [_nobody()]).kill()
            else:
                os.killpg(self.system.child(WORDS[kind]).pid, signal.SIGKILL)
            return True
        return False

    def _kill_postgres(self, kind: str, chance: random.Random) -> bool:
        assert self.postgres is not None
        master = psutil.Process(self.postgres.postmaster)
        children = master.children()
        if kind == "backend":
            serving = [
                one for one in children if one.cmdline()[:1] and one.cmdline()[0].startswith("postgres: zoufang")
            ]
            chance.choice(serving or [_nobody()]).kill()
            return True
        master.kill()
        for one in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs([master, *children], timeout=20)
        return True


def _nobody() -> psutil.Process:
    raise StopIteration


@contextlib.contextmanager
def whole_system(database: str, folder: Path) -> Iterator[tuple[Victims, str]]:
    """The supervisor with two web processes on a durable database of its own; with it the database's address."""
    with contextlib.ExitStack() as stack:
        postgres = stack.enter_context(cluster(durable=True)) if database == "postgresql" else None
        url = postgres.new_database() if postgres else f"sqlite:///{folder / 'zoufang.sqlite3'}"
        system = System(folder, {"DATABASE_URL": url, "WEB_PROCESSES": "2"})
        stack.callback(system.stop)
        yield Victims(system, postgres), url
