"""Runs at random beyond the model check's bound; `python -m tests.model simulate` makes as many as one likes."""

from __future__ import annotations

import pytest

from tests.model import world as model
from tests.model.plants import BaseMovedByAnswers
from tests.model.simulate import Tally, run, steps_of
from tests.model.world import World

SEEDS = range(1, 81)
MENDED = (
    515, 529, 1320, 1495, 1590, 1678, 3723, 3945, 4111, 11161, 12209, 12862, 12954, 13851, 16515, 22162, 22339, 22829,
    31160, 32195, 37321, 42190, 52168, 54625, 73699, 82118, 86064, 86639, 125407,
)  # fmt: skip
"""Seeds that found something once, in the product or in the account."""


def test_L9_runs_at_random_obey_every_law() -> None:
    total = Tally()
    for seed in SEEDS:
        total.add(run(seed))
    assert total.broken == {}
    assert total.changes > 4_000
    assert total.conflicts > 200
    for what in (*model.DO, "lost", "unheard", "twice", "group", "rebuild", "resume", "register", "enrol"):
        assert total.happened[what] > 0, total.happened


@pytest.mark.parametrize("seed", MENDED)
def test_L9_a_mended_seed_stays_mended(seed: int) -> None:
    assert run(seed).broken == {}


def test_a_seed_is_the_same_run_for_everybody() -> None:
    one, other = World(), World()
    one.play(steps_of(7))
    other.play(steps_of(7))
    assert one.server.records == other.server.records
    assert one.server.head > 10


@pytest.mark.parametrize("seed", range(3, 6))
def test_L14_clocks_that_are_years_wrong_change_nothing(seed: int) -> None:
    wrong, right = World(skew=True), World(skew=False)
    for world in (wrong, right):
        world.play(steps_of(seed))
    contents = [
        {id_: (row.seq, row.scope, row.deleted, row.field_seqs) for id_, row in world.server.records.items()}
        for world in (wrong, right)
    ]
    assert contents[0] == contents[1]
    clocks = {own.change.captured_at_ms for phone in wrong.phones for own in phone.own}
    assert max(clocks) - min(clocks) > model.THREE_YEARS_MS


def test_a_planted_fault_is_found_and_made_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "Phone", BaseMovedByAnswers)
    found = next(tally.broken for seed in SEEDS if (tally := run(seed)).broken)
    ((broken, steps),) = found.values()
    assert any(words.startswith(("L2", "L10")) for words in broken)
    assert len(steps) < 40
    again = World()
    again.play(steps, watch_every=1)
    assert again.broken == broken
