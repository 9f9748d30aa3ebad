"""L9: whatever is cut, repeated, reordered or killed, everything saved arrives once and all ends equal."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from tests.faults.rig import running, storm

SEEDS = 500
KILLS = 20
REPEATED = (7, 311)


def test_L9_a_storm_of_seeds_and_kills_loses_doubles_and_strands_nothing(database_url: str) -> None:
    with running(database_url) as server:
        summary = storm(server, SEEDS, kills=KILLS, every_s=1.5)
    assert {name: summary[name] for name in FAULTS} == {name: [] for name in FAULTS}, summary["failed"]
    assert summary["runs"] == SEEDS
    assert summary["kills"] == KILLS
    assert all(summary["counts"].get(name, 0) > 100 for name in WEATHER), summary["counts"]
    assert summary["conflicts"] > 100


def test_a_seed_reproduces_the_same_weather(sqlite_url: str) -> None:
    with running(sqlite_url) as server:
        first, again = ([_what_happened(storm(server, 1, first=seed)) for seed in REPEATED] for _ in range(2))
    assert first == again
    assert all(one != other for one, other in combinations(first, 2)), "another seed is other weather"


FAULTS = ("lost", "doubled", "stuck", "diverged", "overwritten", "failed")
WEATHER = (
    "cut before-send",
    "cut before-commit",
    "cut after-commit",
    "cut mid-answer",
    "cut duplicate",
    "cut late-copy",
    "store fault",
    "client kill",
)


def _what_happened(summary: dict[str, Any]) -> dict[str, Any]:
    return {name: summary[name] for name in ("saved", "changes", "conflicts", "counts")}
