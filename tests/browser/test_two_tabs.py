"""Two tabs that write a thousand changes each, at once and online, are one phone: nothing lost, nothing twice."""

from __future__ import annotations

import subprocess
from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import Meet
from tests.browser.phone import PIN
from tests.browser.town import Town
from tests.system.running import ROOT

MANY = 1000
TAB_WORK = (Path(__file__).parent / "tab_work.js").read_text()


def serve_core(town: Town) -> str:
    """The real client core as one file beside the app, for tabs that work without screens."""
    target = town.app / "core-of-tests.js"
    bundle = ["node_modules/.bin/esbuild", "src/core.ts", "--bundle", "--format=esm", f"--outfile={target}"]
    subprocess.run([*bundle, "--log-level=error"], cwd=ROOT / "pwa", check=True)
    return "/core-of-tests.js"


def finished(tab: Page) -> bool:
    failed = tab.evaluate("window.failed")
    assert failed is None, failed
    return bool(tab.evaluate("window.saved") == MANY)


def test_two_tabs_write_a_thousand_changes_each(meet: Meet, town: Town) -> None:
    me = meet("phone")
    me.sign_in()
    address = serve_core(town)
    tabs = [me.page, me.browser.context.new_page()]
    tabs[1].goto(town.url)
    for word, tab in zip(("甲窗口", "乙窗口"), tabs, strict=True):
        tab.evaluate(TAB_WORK, [address, PIN, word, MANY])
    town.system.wait_for(lambda: all(finished(tab) for tab in tabs), "2,000 saved changes", 300)
    me.tap("sync-pill")
    me.tap("sync-now")
    me.waits_until_arrived()
    for word in ("甲窗口", "乙窗口"):
        (visit,) = town.records("visit", narrative=f"{word}的走访，写完了")
        texts = {child["fields"]["text"] for child in town.children(visit["id"])}
        assert texts == {f"{word}第{at}条，改过" for at in range(1, MANY // 2)}
    (replica,) = {
        row["replica_id"] for row in town.rows("SELECT replica_id FROM changes WHERE record = ?", visit["id"])
    }
    numbers = [row["n"] for row in town.rows("SELECT n FROM changes WHERE replica_id = ? ORDER BY n", replica)]
    assert numbers == list(range(1, 2 * MANY + 1))
