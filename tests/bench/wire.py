"""Bytes: what a phone of our client sends and gets, heads included, on the default system's web server.

Packed as for a browser on HTTPS or localhost; what a client without Brotli gets is shown beside.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from server.demo.load import load_demo
from server.schemas.kinds.registry import KINDS
from tests.bench.caller import Caller, rows_in
from tests.bench.connection import BROWSER, Answer
from tests.bench.content import grow_demo, passage
from tests.bench.figure import Figure
from tests.bench.server import Bench, bench_on
from tests.phone import Town, enrol, found_town, new_id

SLOW_BITS_PER_S = 100_000
CHANGES = 50
RECORDS = 5_000


def measure() -> Iterator[Figure]:
    with bench_on("sqlite") as bench:
        town = found_town(bench.app, villages=13)
        phones = enrol(bench.app, town), enrol(bench.app, town, "pbo")
        mine, other = (Caller(bench.server.url, phone) for phone in phones)
        mine.pull_all(), other.pull_all()
        mine.pull(), other.pull()
        yield from _idle(mine)
        yield from _one_change(mine, other, town)
        yield from _fifty(mine, other, town)
        yield from _first_sync(bench)


def _idle(mine: Caller) -> Iterator[Figure]:
    answer = mine.pull()
    assert answer.status == 204
    yield Figure("poll with nothing new, request", answer.sent, "B", 500)
    yield Figure("poll with nothing new, answer", answer.received, "B", 400)


def _one_change(mine: Caller, other: Caller, town: Town) -> Iterator[Figure]:
    """One short edit goes up from one phone and down to another."""
    up = mine.push([mine.phone.visit(town, narrative="花椒烘干房已经收拾好了。")])
    down = other.pull()
    yield Figure("one change, up and down again", up.both_ways + down.both_ways, "B", 2_000)


def _fifty(mine: Caller, other: Caller, town: Town) -> Iterator[Figure]:
    """Fifty edits of a sentence each, of fifty visits, wait on one phone; another phone gets them."""
    for caller in (mine, other):
        caller.pull_all()
    visits = [_known_visits(caller, town) for caller in (mine, other)]
    for caller in (mine, other):
        caller.pull_all()
    up = mine.push(_edits(mine, visits[0]))
    down = other.pull()
    yield Figure("50 changes up and 50 down", up.both_ways + down.both_ways, "B", 12_000)
    yield Figure("  up: push of 50 edits of a sentence each", up.both_ways, "B")
    yield Figure("  down: the 50 visits", down.both_ways, "B")
    other.push(_edits(other, visits[1]))
    back = mine.pull()
    yield Figure("  down with the phone's own 50 coming back", back.both_ways, "B")


def _known_visits(caller: Caller, town: Town) -> list[str]:
    visits = [new_id() for _ in range(CHANGES)]
    caller.push([caller.phone.visit(town, visit) for visit in visits])
    return visits


def _edits(caller: Caller, visits: list[str]) -> list[dict[str, Any]]:
    return [caller.phone.change("patch", visit, fields={"narrative": passage(15)}) for visit in visits]


def _first_sync(bench: Bench) -> Iterator[Figure]:
    """The demo as it is written, and one grown to 5,000 records from its sentences."""
    now_ms = time.time_ns() // 1_000_000
    township = load_demo(KINDS, now_ms).township
    pages = _whole(bench, township)
    each = _received(pages) / rows_in(pages)
    yield Figure(f"first sync of the demo's {rows_in(pages)} records: bytes a record", each, "B")
    yield Figure(f"  {RECORDS:,} such records at 100 kbit/s", RECORDS * each * 8 / SLOW_BITS_PER_S, "s", 60)
    grow_demo(township, RECORDS)
    pages = _whole(bench, township)
    yield _whole_figure(pages, f"first sync of {rows_in(pages):,} records")
    yield Figure("  at 100 kbit/s", _received(pages) * 8 / SLOW_BITS_PER_S, "s", 60)
    yield Figure("  server's part of it", sum(page.seconds for page in pages), "s")
    pages = _whole(bench, township, takes="gzip")
    yield _whole_figure(pages, "  by a client without Brotli")
    yield Figure("  at 100 kbit/s, without Brotli", _received(pages) * 8 / SLOW_BITS_PER_S, "s")


def _whole_figure(pages: list[Answer], name: str) -> Figure:
    plain = sum(len(page.plain) for page in pages)
    return Figure(name, _received(pages) / 1024, "KB", beside=plain / 1024, beside_name="JSON")


def _received(pages: list[Answer]) -> int:
    return sum(page.received for page in pages)


def _whole(bench: Bench, township: str, takes: str = BROWSER) -> list[Answer]:
    phone = Caller(bench.server.url, enrol(bench.app, Town(township, (), "", ""), "pbo"), takes)
    return phone.pull_all()
