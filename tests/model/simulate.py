"""Runs at random, far beyond the model check's bound: a seed is a list of steps, and a broken one is made short."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.model.world import Step, World

STEPS = 260
WEIGHTS = {
    "edit": 100, "sync": 90, "storm": 25, "crash": 6, "role": 2, "release": 2, "backup": 2, "prune": 2, "reject": 1,
    "outdate": 2, "restore": 0.7, "clone": 0.5, "revoke": 0.5,
}  # fmt: skip
CHOICES = 1_000_000_007
BLOCK = 400
MOST_BROKEN = 20


@dataclass(slots=True)
class Tally:
    """What a number of runs came to.

    Shape:  `changes` saved by people; `broken` seed → (what, the shortest steps that show it)
    """

    runs: int = 0
    changes: int = 0
    conflicts: int = 0
    quarantined: int = 0
    happened: Counter[str] = field(default_factory=Counter)
    broken: dict[int, tuple[list[str], list[Step]]] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Both together."""
        self.runs, self.changes = self.runs + other.runs, self.changes + other.changes
        self.conflicts, self.quarantined = self.conflicts + other.conflicts, self.quarantined + other.quarantined
        self.happened += other.happened
        self.broken |= other.broken


def steps_of(seed: int, count: int = STEPS) -> list[Step]:
    """The steps of a seed: the same for everybody, for ever."""
    chance = random.Random(seed)
    names = chance.choices(list(WEIGHTS), list(WEIGHTS.values()), k=count)
    return [(name, chance.randrange(6), chance.randrange(CHOICES)) for name in names]


def run(seed: int) -> Tally:
    """One seed played, and shortened if a law broke."""
    world = World()
    steps = steps_of(seed)
    world.play(steps)
    tally = Tally(1, world.saved, happened=Counter(world.counts))
    tally.conflicts = sum(row.kind == "conflict" for row in world.server.records.values())
    tally.quarantined = len(world.server.held)
    if world.broken:
        law = world.broken[0].partition(":")[0]
        least = shortened(steps, law)
        again = World()
        again.play(least, watch_every=1)
        tally.broken[seed] = (again.broken, least)
    return tally


def simulate(first: int, runs: int, changes: int = 0, processes: int = 2) -> Tally:
    """So many seeds from the first, or as many as it takes for so many changes; a line after each block says how far.

    It goes on past a broken law, up to `MOST_BROKEN` seeds, and can be taken up at the seed after the last line's.
    """
    total = Tally()
    with ProcessPoolExecutor(processes) as pool:
        while (total.changes < changes if changes else total.runs < runs) and len(total.broken) < MOST_BROKEN:
            start = first + total.runs
            count = BLOCK if changes else min(BLOCK, runs - total.runs)
            for tally in pool.map(run, range(start, start + count), chunksize=8):
                total.add(tally)
            done = f"seeds {first}-{start + count - 1}: {total.changes:,} changes"
            print(f"{done}, broken: {sorted(total.broken) or 'none'}", flush=True)
    return total


def report(tally: Tally) -> bool:
    """Prints what was met; whether every law held."""
    met = f"{tally.conflicts:,} conflicts, {tally.quarantined:,} quarantined"
    print(f"{tally.runs:,} runs, {tally.changes:,} changes, {met}")
    print("  " + ", ".join(f"{name} {count:,}" for name, count in tally.happened.most_common()))
    for seed, (broken, steps) in tally.broken.items():
        print(f"  BROKEN by seed {seed}: {'; '.join(broken)}\n    " + "\n    ".join(map(str, steps)))
    return not tally.broken


def shortened(steps: Sequence[Step], law: str) -> list[Step]:
    """The fewest of these steps that still break the law: whole stretches go first, single steps last."""
    least = list(steps)
    size = max(1, len(least) // 2)
    while True:
        at, shrunk = 0, False
        while at < len(least):
            fewer = least[:at] + least[at + size :]
            if _breaks(fewer, law):
                least, shrunk = fewer, True
            else:
                at += size
        if size == 1 and not shrunk:
            return least
        size = size if shrunk and size == 1 else max(1, size // 2)


def _breaks(steps: Sequence[Step], law: str) -> bool:
    world = World()
    world.play(steps, watch_every=1)
    return any(words.startswith(law) for words in world.broken)
