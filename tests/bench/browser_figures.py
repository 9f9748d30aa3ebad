"""What a person waits for at the phone: first paint from the cache, a save, the unlock of a full township."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from server.app import create_app
from server.demo.load import load_demo
from server.schemas.kinds.registry import KINDS
from server.settings import Settings
from server.store.database import db
from tests.bench.content import grow_demo
from tests.bench.figure import Figure
from tests.browser.phone import PIN, Person, phone
from tests.browser.town import Town
from tests.browser.visiting import log_visit
from tests.phone import NOW_MS

RECORDS = 5_000
SLOWER = 4
TIMES = 5

FIRST_PAINT = """
() => new Promise((resolve) => {
  const look = () => {
    const [found] = performance.getEntriesByName("first-contentful-paint");
    if (found) resolve(found.startTime);
    else setTimeout(look, 20);
  };
  look();
})
"""
TIMED_UNLOCK = """
() => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error("not open after 30 s")), 30000);
  const began = performance.now();
  const look = () => {
    if (document.querySelector("[data-testid=today]")) resolve(performance.now() - began);
    else requestAnimationFrame(look);
  };
  document.querySelector("[data-testid=unlock]").click();
  look();
})
"""
TIMED_SAVE = """
(text) => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error("not saved after 30 s")), 30000);
  const find = (id) => document.querySelector(`[data-testid="${id}"]`);
  const until = (there) => new Promise((seen) => {
    const look = () => (there() ? seen(there()) : requestAnimationFrame(look));
    look();
  });
  (async () => {
    const before = Number(find("count-opinions").textContent);
    find("add-opinions").click();
    (await until(() => find("opinion-kind-praise"))).click();
    find("opinion-text").value = text;
    find("opinion-text").dispatchEvent(new Event("input", { bubbles: true }));
    find("opinion-area-org_life").click();
    await until(() => find("opinion-area-org_life").checked);
    await new Promise((paused) => setTimeout(paused, 1200));
    const began = performance.now();
    find("finish").click();
    await until(() => find("count-opinions") && Number(find("count-opinions").textContent) === before + 1);
    resolve(performance.now() - began);
  })();
})
"""


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="zf-bench-") as folder, sync_playwright() as playwright:
        town = Town(Path(folder))
        try:
            _grow(town)
            me = phone(playwright.chromium, Path(folder) / "profile", town.url)
            me.sign_in()
            me.works_offline()
            me.offline()
            yield from _saves(me)
            me.browser.slow_down(SLOWER)
            yield from _openings(me)
            me.close()
        finally:
            town.stop()


def _grow(town: Town) -> None:
    """The demo township of the running system holds 5,000 records that the office sees, and more of its secretary's."""
    app = create_app(Settings(var_dir=str(town.var), redis_url="memory://"))
    with app.app_context():
        grow_demo(load_demo(KINDS, NOW_MS).township, RECORDS)
        db.engine.dispose()


def _saves(me: Person) -> Iterator[Figure]:
    """From the tap on 完成 until the screen shows what was saved; nothing of it waits for the draft's half second."""
    log_visit(me, "柳树湾", "看了支部会议记录。")
    times = [me.page.evaluate(TIMED_SAVE, f"第{at}条：路灯坏了。") for at in range(TIMES)]
    yield Figure("save → saved on the screen, of an opinion", statistics.median(times), "ms", 100)


def _openings(me: Person) -> Iterator[Figure]:
    """From the service worker's cache, without network, at a quarter of the speed."""
    paints: list[float] = []
    unlocks: list[float] = []
    for _ in range(TIMES):
        me.open()
        paints.append(me.page.evaluate(FIRST_PAINT))
        me.types("unlock-pin", PIN)
        unlocks.append(me.page.evaluate(TIMED_UNLOCK))
    yield Figure(f"first paint from the cache, CPU {SLOWER} × slower", statistics.median(paints) / 1000, "s", 1.0)
    yield Figure(f"unlock of {RECORDS:,} records, CPU {SLOWER} × slower", statistics.median(unlocks) / 1000, "s", 1.5)
