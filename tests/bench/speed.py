"""How fast the server takes and gives records, beside what the same database does bare in the same run."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.bench import raw
from tests.bench.app import BARE
from tests.bench.caller import Caller, rows_in
from tests.bench.connection import Connection
from tests.bench.content import visit_of_1_kb
from tests.bench.figure import Figure
from tests.bench.server import DATABASES, Bench, bench_on
from tests.phone import Town, enrol, found_town

BATCH = 200
ALONE_BATCHES = 20
CROWD, CROWD_BATCHES = 8, 5
POLLS = 300
CORES = os.cpu_count() or 1


def measure() -> Iterator[Figure]:
    for database in DATABASES:
        with bench_on(database) as bench:
            town = found_town(bench.app, villages=13)
            _push(bench, town, 1, 2)
            alone = _push(bench, town, 1, ALONE_BATCHES)
            crowd = _push(bench, town, CROWD, CROWD_BATCHES)
            bare = raw.inserts_per_s(bench, BATCH)
            yield _push_figure(f"{bench.name}: push, 1 phone", alone, bare, 0.20)
            yield _push_figure(f"{bench.name}: push, {CROWD} phones", crowd, bare, 0.35)
            yield from _full_pull(bench, town)
            yield from _poll(bench, town)
            bench.server.restart(processes=CORES)
            spread = _push(bench, town, CROWD, CROWD_BATCHES)
            yield _push_figure(f"{bench.name}: push, {CROWD} phones, {CORES} web processes", spread, bare, 0.35)


def _push_figure(name: str, rate: float, bare: float, least: float) -> Figure:
    """Records of 1 KB in batches of 200, acknowledged."""
    return Figure(name, rate, "records/s", beside=bare, beside_name="executemany", least_ratio=least, goal=True)


def _push(bench: Bench, town: Town, phones: int, batches: int) -> float:
    """Records a second that were acknowledged; the requests are made before the clock starts."""
    callers = [Caller(bench.server.url, enrol(bench.app, town)) for _ in range(phones)]
    packed = [[_batch(caller, town) for _ in range(batches)] for caller in callers]
    with ThreadPoolExecutor(phones) as threads:
        began = time.perf_counter()
        list(threads.map(_send, callers, packed))
        return phones * batches * BATCH / (time.perf_counter() - began)


def _batch(caller: Caller, town: Town) -> bytes:
    changes = [visit_of_1_kb(caller.phone, town) for _ in range(BATCH)]
    return caller.request(changes)


def _send(caller: Caller, requests: Sequence[bytes]) -> None:
    for request in requests:
        answer = caller.send_patiently(request)
        assert answer.plain.count(b'"applied"') == BATCH, answer.plain[:500]


def _full_pull(bench: Bench, town: Town) -> Iterator[Figure]:
    caller = Caller(bench.server.url, enrol(bench.app, town))
    pages = caller.pull_all()
    rows = rows_in(pages)
    bare = raw.selects_per_s(bench)
    seconds = sum(page.seconds for page in pages)
    yield Figure(
        f"{bench.name}: full pull of {rows:,} records", rows / seconds, "records/s", beside=bare,
        beside_name="SELECT fields", least_ratio=0.30, goal=True,
    )  # fmt: skip
    plain, wire = (sum(sizes) / 1024 for sizes in zip(*((len(one.plain), one.received) for one in pages), strict=True))
    yield Figure("  bytes on the wire", wire, "KB", beside=plain, beside_name="JSON", most_ratio=0.45, goal=True)


def _poll(bench: Bench, town: Town) -> Iterator[Figure]:
    caller = Caller(bench.server.url, enrol(bench.app, town))
    caller.pull_all()
    _rate(lambda: caller.pull().status)
    polls = _rate(lambda: caller.pull().status)
    bare = Connection(bench.server.url)
    nothing = _rate(lambda: bare.get(f"{BARE}/").status)
    yield Figure(
        f"{bench.name}: poll with nothing new", polls, "/s", beside=nothing, beside_name="trivial Flask route",
        least_ratio=0.40, goal=True,
    )  # fmt: skip


def _rate(ask: Callable[[], int]) -> float:
    began = time.perf_counter()
    for _ in range(POLLS):
        assert ask() == 204
    return POLLS / (time.perf_counter() - began)
