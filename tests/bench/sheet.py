"""What an evaluator waits for at his phone: the whole sheet sealed, blinded and on disk, on a cheap processor."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench.figure import Figure
from tests.browser.ballot_hall import BallotHall
from tests.browser.phone import PIN, Person, phone
from tests.browser.town import Town

SLOWER = 6
TIMES = 3
ROWS = 13
TIMED_HAND_IN = """
() => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error("not handed in after 30 s")), 30000);
  const began = performance.now();
  const look = () => {
    if (document.querySelector("[data-testid=way-sealed]")) resolve(performance.now() - began);
    else requestAnimationFrame(look);
  };
  document.querySelector("[data-testid=hand-in-do]").click();
  look();
})
"""


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="zf-bench-") as folder, sync_playwright() as playwright:
        town = Town(Path(folder))
        try:
            hall = BallotHall(town, recusals=0)
            me = phone(playwright.chromium, Path(folder) / "profile", town.url)
            _enrol(me, hall)
            times = [_hand_in(me, hall) for _ in range(TIMES)]
            me.close()
        finally:
            town.stop()
    name = f"sheet of {ROWS} sealed, blinded, on disk and shown, CPU {SLOWER} × slower"
    yield Figure(name, statistics.median(times), "ms", 500)


def _enrol(me: Person, hall: BallotHall) -> None:
    me.open(f"/#i={hall.code}")
    me.types("enrol-pin", PIN)
    me.types("enrol-pin-again", PIN)
    me.tap("enrol-submit")
    me.sees("meeting")


def _hand_in(me: Person, hall: BallotHall) -> float:
    """One round at full speed up to the question, answered on the slow processor; then it is void."""
    hall.issue()
    _syncs(me)
    me.page.locator("[data-testid=round][data-stand=compare]").wait_for()
    for tap in ("round-next", "words-same", "to-check", "hand-in"):
        me.tap(tap)
    me.sees("hand-in-do")
    me.page.wait_for_timeout(500)
    me.browser.slow_down(SLOWER)
    taken = float(me.page.evaluate(TIMED_HAND_IN))
    me.browser.slow_down(1)
    hall.step("void")
    return taken


def _syncs(me: Person) -> None:
    for tap in ("tab-mine", "to-sync", "sync-now", "tab-ballot"):
        me.tap(tap)
