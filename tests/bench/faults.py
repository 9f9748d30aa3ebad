"""How fast the fault run goes on each database; one wrong thing in it breaks the run (`make storm` runs longer)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.figure import Figure
from tests.bench.server import SHOWN
from tests.faults.rig import running, storm
from tests.postgres import cluster

SECONDS = 10
WRONG = ("lost", "doubled", "stuck", "diverged", "overwritten")
EVER = 1_000_000_000


def measure() -> Iterator[Figure]:
    yield from _stormy("sqlite", "")
    with cluster(durable=True) as postgres:
        yield from _stormy("postgresql", postgres.new_database())


def _stormy(database: str, url: str) -> Iterator[Figure]:
    with running(url) as server:
        summary = storm(server, EVER, seconds=SECONDS, kills=2, every_s=SECONDS / 3)
    name = SHOWN[database]
    yield Figure(f"fault run, {name}: seeds a second", summary["runs"] / SECONDS, "/s")
    faults = sum(count for what, count in summary["counts"].items() if what != "sync")
    yield Figure(f"fault run, {name}: faults in {summary['runs']} seeds", faults, "")
    wrong = sum(len(summary[what]) for what in WRONG)
    yield Figure(f"fault run, {name}: lost, doubled, stuck or different", wrong, "", 0)
