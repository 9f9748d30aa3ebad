"""A hundred phones: each pushes 20 changes every 5 s, then all push at the same instant."""

from __future__ import annotations

import random
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from tests.bench.caller import Caller
from tests.bench.figure import Figure
from tests.bench.server import DATABASES, Bench, bench_on
from tests.phone import Town, enrol, found_town

PHONES, CHANGES, EVERY_S, ROUNDS = 100, 20, 5.0, 2


def measure() -> Iterator[Figure]:
    for database in DATABASES:
        with bench_on(database) as bench:
            town = found_town(bench.app, villages=13)
            callers = [Caller(bench.server.url, enrol(bench.app, town)) for _ in range(PHONES)]
            with ThreadPoolExecutor(PHONES) as threads:
                yield from _steady(bench, town, callers, threads)
                yield from _at_once(bench, town, callers, threads)


def _steady(bench: Bench, town: Town, callers: list[Caller], threads: ThreadPoolExecutor) -> Iterator[Figure]:
    """Each phone at a moment of its own in every 5 s."""
    chance = random.Random(7)
    waits = [[chance.random() * EVERY_S for _ in range(ROUNDS)] for _ in callers]
    began = time.perf_counter() + 0.2

    def rounds(caller: Caller, requests: list[bytes], moments: list[float]) -> list[float]:
        taken: list[float] = []
        for at, (request, moment) in enumerate(zip(requests, moments, strict=True)):
            time.sleep(max(0.0, began + at * EVERY_S + moment - time.perf_counter()))
            sent = time.perf_counter()
            caller.send_patiently(request)
            taken.append((time.perf_counter() - sent) * 1000)
        return taken

    packed = [[_batch(caller, town) for _ in range(ROUNDS)] for caller in callers]
    began = time.perf_counter() + 0.2
    taken = sorted(ms for one in threads.map(rounds, callers, packed, waits) for ms in one)
    what = f"{bench.name}: {PHONES} phones, {CHANGES} changes every {EVERY_S:g} s"
    yield Figure(f"{what}: p95", taken[int(len(taken) * 0.95)], "ms", 300, goal=True)
    yield Figure("  median", statistics.median(taken), "ms")


def _at_once(bench: Bench, town: Town, callers: list[Caller], threads: ThreadPoolExecutor) -> Iterator[Figure]:
    """All at the same instant; over when the last has its answer."""
    packed = [_batch(caller, town) for caller in callers]
    refused = sum(caller.refused for caller in callers)
    gate = threading.Barrier(PHONES)
    ends: list[float] = []
    starts: list[float] = []

    def go(caller: Caller, request: bytes) -> None:
        gate.wait()
        starts.append(time.perf_counter())
        caller.send_patiently(request)
        ends.append(time.perf_counter())

    list(threads.map(go, callers, packed))
    what = f"{bench.name}: {PHONES} phones at the same instant: drained"
    yield Figure(what, max(ends) - min(starts), "s", 2, goal=True)
    yield Figure("  told to come back later", sum(caller.refused for caller in callers) - refused, "")


def _batch(caller: Caller, town: Town) -> bytes:
    changes = [caller.phone.visit(town, narrative="翻了会议记录，和三位党员谈了话。") for _ in range(CHANGES)]
    return caller.request(changes)
