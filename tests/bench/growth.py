"""What grows when a township grows ten-fold: the price of one change, the full pull, the memory of the web process."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.caller import Caller, rows_in
from tests.bench.content import fill_with_visits
from tests.bench.figure import Figure
from tests.bench.server import DATABASES, Bench, bench_on
from tests.phone import Town, enrol, found_town

SMALL, LARGE = 10_000, 100_000
TIMES = 60


@dataclass(frozen=True, slots=True)
class Size:
    """Shape: `one_change_ms` median of push and pull of one change; `both_ways` its bytes; `pull` records a second."""

    one_change_ms: float
    both_ways: float
    pull: float
    memory_mb: float


def measure() -> Iterator[Figure]:
    for database in DATABASES:
        with bench_on(database) as bench:
            town = found_town(bench.app, villages=13)
            fill_with_visits(town, SMALL)
            small = _at(bench, town)
            fill_with_visits(town, LARGE)
            bench.server.restart(processes=1)
            large = _at(bench, town)
        yield Figure(
            f"{bench.name}: one change among {LARGE:,}, pushed and pulled", large.one_change_ms, "ms",
            beside=small.one_change_ms, beside_name=f"among {SMALL:,}", most_ratio=1.30, goal=True,
        )  # fmt: skip
        yield Figure("  bytes both ways", large.both_ways, "B", 2_000, goal=True)
        yield Figure(
            f"  full pull of {LARGE:,}", large.pull, "records/s", beside=small.pull, beside_name=f"of {SMALL:,}"
        )
        yield Figure(
            "  memory of the web process afterwards", large.memory_mb, "MB", beside=small.memory_mb,
            beside_name=f"at {SMALL:,}", most_ratio=1.10, goal=True,
        )  # fmt: skip


def _at(bench: Bench, town: Town) -> Size:
    """The same phones' traffic on a fresh web process, with what the township holds now."""
    one, other = (Caller(bench.server.url, enrol(bench.app, town)) for _ in range(2))
    pages = one.pull_all()
    other.cursor = one.cursor
    times_ms: list[float] = []
    both_ways: list[int] = []
    for _ in range(TIMES):
        change = one.phone.visit(town, narrative="花椒烘干房已经收拾好了。")
        began = time.perf_counter()
        up = one.push([change])
        down = other.pull()
        times_ms.append((time.perf_counter() - began) * 1000)
        both_ways.append(up.both_ways + down.both_ways)
    rows = rows_in(pages)
    return Size(
        statistics.median(times_ms),
        statistics.median(both_ways),
        rows / sum(page.seconds for page in pages),
        bench.server.memory_mb(),
    )
