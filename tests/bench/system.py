"""How long the whole system takes to start, how large it is, how long it takes to stop and to back up."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests.bench.figure import Figure
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
        time.sleep(5)
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
