"""What grows when a township grows ten-fold: every speed, the price of one change, the memory of the web process.

10,000 and 100,000 records; with FULL=1 in the environment a million, too. `python -m tests.bench.plot` draws it.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.bench import raw
from tests.bench.app import BARE
from tests.bench.caller import Caller, rows_in
from tests.bench.connection import Connection
from tests.bench.content import fill_with_visits, visit_of_1_kb
from tests.bench.figure import Figure
from tests.bench.server import DATABASES, Bench, bench_on
from tests.phone import Town, enrol, found_town

SIZES = (10_000, 100_000, *((1_000_000,) if os.environ.get("FULL") == "1" else ()))
TIMES, POLLS = 40, 100
BATCH, BATCHES = 200, 4


@dataclass(frozen=True, slots=True)
class Size:
    """One township at one size.

    Shape:  `one_change_ms` median of push and pull of one change, `both_ways` its bytes; `push`, `pull` records and
            `poll` polls a second; the first sync in seconds and bytes; `bare_*` the same machine without us
    """

    one_change_ms: float
    both_ways: float
    push: float
    pull: float
    poll: float
    first_sync_s: float
    first_sync_bytes: float
    memory_mb: float
    bare_push: float
    bare_pull: float
    bare_poll: float


def measure() -> Iterator[Figure]:
    for database in DATABASES:
        with bench_on(database) as bench:
            town = found_town(bench.app, villages=13)
            sizes: dict[int, Size] = {}
            for records in SIZES:
                fill_with_visits(town, records)
                bench.server.restart(processes=1)
                sizes[records] = _at(bench, town)
                yield from _figures(f"{bench.name}, {records:,} records", sizes[records])
        yield from _compared(bench.name, sizes[SIZES[0]], sizes[SIZES[1]])


def _figures(where: str, size: Size) -> Iterator[Figure]:
    yield Figure(f"{where}: push", size.push, "records/s", beside=size.bare_push, beside_name="executemany")
    yield Figure(f"{where}: full pull", size.pull, "records/s", beside=size.bare_pull, beside_name="SELECT fields")
    yield Figure(f"{where}: poll", size.poll, "/s", beside=size.bare_poll, beside_name="trivial Flask route")
    yield Figure(f"{where}: one change, pushed and pulled", size.one_change_ms, "ms")
    yield Figure(f"{where}: one change, both ways", size.both_ways, "B")
    yield Figure(f"{where}: first sync", size.first_sync_s, "s")
    yield Figure(f"{where}: first sync, on the wire", size.first_sync_bytes / 1024, "KB")
    yield Figure(f"{where}: memory of the web process", size.memory_mb, "MB")


def _compared(name: str, small: Size, large: Size) -> Iterator[Figure]:
    beside = f"at {SIZES[0]:,}"
    yield Figure(
        f"{name}: one change among {SIZES[1]:,}, pushed and pulled", large.one_change_ms, "ms",
        beside=small.one_change_ms, beside_name=beside, most_ratio=1.30, goal=True,
    )  # fmt: skip
    yield Figure("  bytes both ways", large.both_ways, "B", 2_000)
    yield Figure(
        "  memory of the web process afterwards", large.memory_mb, "MB", beside=small.memory_mb, beside_name=beside,
        most_ratio=1.10,
    )  # fmt: skip


def _at(bench: Bench, town: Town) -> Size:
    """The same phones' traffic on a fresh web process, with what the township holds now."""
    one, other = (Caller(bench.server.url, enrol(bench.app, town)) for _ in range(2))
    pages = one.pull_all()
    seconds, rows = sum(page.seconds for page in pages), rows_in(pages)
    received = sum(page.received for page in pages)
    memory_mb = bench.server.memory_mb()
    bare_pull = raw.selects_per_s(bench)
    other.cursor = one.cursor
    ms, both_ways = _one_change(one, other, town)
    other.pull_all()
    poll = _rate(lambda: other.pull().status)
    line = Connection(bench.server.url)
    bare_poll = _rate(lambda: line.get(f"{BARE}/").status)
    push = _push(one, town)
    return Size(
        ms, both_ways, push, rows / seconds, poll, seconds, received, memory_mb,
        raw.inserts_per_s(bench, BATCH), bare_pull, bare_poll,
    )  # fmt: skip


def _one_change(one: Caller, other: Caller, town: Town) -> tuple[float, float]:
    times_ms: list[float] = []
    both_ways: list[int] = []
    for _ in range(TIMES):
        change = one.phone.visit(town, narrative="花椒烘干房已经收拾好了。")
        began = time.perf_counter()
        up = one.push([change])
        down = other.pull()
        times_ms.append((time.perf_counter() - began) * 1000)
        both_ways.append(up.both_ways + down.both_ways)
    return statistics.median(times_ms), statistics.median(both_ways)


def _push(caller: Caller, town: Town) -> float:
    requests = [caller.request([visit_of_1_kb(caller.phone, town) for _ in range(BATCH)]) for _ in range(BATCHES)]
    began = time.perf_counter()
    for request in requests:
        caller.send_patiently(request)
    return BATCH * BATCHES / (time.perf_counter() - began)


def _rate(ask: Callable[[], int]) -> float:
    began = time.perf_counter()
    for _ in range(POLLS):
        assert ask() == 204
    return POLLS / (time.perf_counter() - began)
