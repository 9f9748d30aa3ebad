"""How long the whole system takes to start, to stop and to back up, and how large it is after some traffic."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.bench.caller import Reader
from tests.bench.connection import Connection
from tests.bench.figure import Figure
from tests.phone import enrolment
from tests.system.running import System, cli

WORDS = {"redis": "redis-server", "web": "-m gunicorn", "worker": "workers.worker", "timetable": "workers.beat"}


def measure() -> Iterator[Figure]:
    """A first start with the demo, a warm one, memory as the sum of proportional set sizes, a stop, a backup."""
    with tempfile.TemporaryDirectory(prefix="zf-bench-") as folder:
        var = Path(folder)
        first, system = started(var)
        yield Figure("first start, demo township loaded", first, "s", 30)
        system.stop()
        warm, system = started(var)
        yield Figure("warm start until /health/ready", warm, "s", 10)
        traffic(system)
        time.sleep(3)
        yield from memory(system)
        began = time.perf_counter()
        cli(var, "backup")
        yield Figure("backup of the demo township, verified", time.perf_counter() - began, "s")
        began = time.perf_counter()
        system.stop()
        yield Figure("clean stop", time.perf_counter() - began, "s", 10)


def started(var: Path) -> tuple[float, System]:
    began = time.perf_counter()
    system = System(var, {"DEMO": "1"})
    return time.perf_counter() - began, system


def traffic(system: System) -> None:
    """Six phones sign in, say hello and read everything twice; the office looks around; a digest is asked for."""
    for role in ("committee_secretary", "pbo") * 3:
        line = Connection(system.url)
        code = line.post("/demo/v1/invitations", {"role": role}).json()["code"]
        token = line.post("/auth/v1/replicas", enrolment(invitation_code=code)).json()["token"]
        for _ in range(2):
            phone = Reader(system.url, token)
            assert phone.line.get("/sync/v1/hello").status == 200
            phone.pull_all()
    line.token = token
    for path in ("/office/v1/replicas", "/", "/openapi.json"):
        assert line.get(path).status == 200, path
    cli(system.var, "digest", "--now")


def memory(system: System) -> Iterator[Figure]:
    """Megabytes by program, and of all together."""
    whole = psutil.Process(system.process.pid)
    yield Figure("  supervisor", megabytes([whole]), "MB")
    for name, word in WORDS.items():
        child = system.child(word)
        yield Figure(f"  {name}", megabytes([child, *child.children(recursive=True)]), "MB")
    yield Figure("whole system, memory (PSS)", megabytes([whole, *system.family()]), "MB", 260)


def megabytes(processes: list[psutil.Process]) -> float:
    return sum(float(one.memory_full_info().pss) for one in processes) / 1e6
