"""The first promise: a visit logged in a valley, through every kill, arrives once, whole, in the dossier."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.phone import Person
from tests.browser.town import Town
from tests.browser.visiting import add_check, add_interview, add_opinion, complete, counts, log_visit

MOST_TAPS = 4
ENOUGH = 12
SAVE_LOOP = (Path(__file__).parent / "save_loop.js").read_text().rstrip(";\n")


def test_the_smallest_visit_takes_at_most_four_taps(meet: Meet) -> None:
    me = meet("phone")
    me.sign_in()
    me.works_offline()
    me.offline()
    me.page.reload()
    me.unlock()
    me.sees("today")
    before = me.taps()
    me.tap("new-visit")
    me.tap("new-pick-village")
    me.tap("pick-青石沟")
    me.sees("new-text")
    if not me.page.evaluate("document.activeElement.matches('[data-testid=new-text]')"):
        me.tap("new-text")
    me.page.keyboard.type("路上遇见老支书，说说修渠的事。")
    me.tap("finish")
    me.sees("visit-head")
    expect(me.find("visit-head")).to_have_attribute("data-state", "in_progress")
    assert me.taps() - before <= MOST_TAPS
    me.waits_for_pill("waiting-offline")


def test_a_visit_made_offline_survives_kills_and_arrives_once(meet: Meet, town: Town) -> None:
    me = meet("phone")
    me.sign_in()
    me.works_offline()
    me.offline()
    log_visit(me, "柳树湾", "看了支部会议记录，和两户人家坐了坐。")
    add_check(me, "2026 年支委会会议记录")
    add_interview(me, "party_member", "今年只开过三次支委会。", name="柳长根")
    add_interview(me, "masses", "村口的路灯坏了半年没人管。")
    add_opinion(me, "建议每月固定一天开支委会。")
    counts(me, 1, 2, 1)

    kill_while_typing(me, "写到一半的话也在。")
    add_interview(me, "masses", "希望把路灯修好。")
    kill_in_a_save_loop(me, "路灯")
    me.page.get_by_test_id("to-finish").wait_for()
    saved = int(me.find("count-opinions").inner_text())
    complete(me, reason="天黑前要赶回镇里")
    me.waits_for_pill("waiting-offline")

    me.offline(False)
    me.waits_until_arrived()
    (visit,) = town.records("visit", narrative="看了支部会议记录，和两户人家坐了坐。")
    children = town.children(visit["id"])
    kinds = sorted(child["kind"] for child in children)
    assert kinds == sorted(["record_check"] + 4 * ["interview"] + saved * ["opinion"])
    texts = [
        child["fields"].get("text") or child["fields"].get("answer") or child["fields"]["title"] for child in children
    ]
    assert len(set(texts)) == len(texts), "something arrived twice"
    assert visit["fields"]["captured_offline"] is True
    assert visit["fields"]["state"] == "synced"
    the_office_sees_it(meet("desk"), "柳树湾", visit["id"], "看了支部会议记录")
    the_digest_knows(town, "柳树湾")


def kill_while_typing(me: Person, words: str) -> None:
    """kill -9 while a letter is on its way; what the screen called saved is in the form again."""
    me.tap("add-interviews")
    me.choose("interview-category-masses")
    me.choose("interview-consent-given")
    me.types("interview-answer", words)
    me.says("kept", re.compile(r"\d\d:\d\d:\d\d"))
    address = me.page.url
    me.page.evaluate("document.activeElement.blur()")
    me.find("interview-answer").press_sequentially("还没存", delay=0)
    me.kill_and_reopen(offline=True)
    me.page.goto(address)
    me.unlock()
    expect(me.find("interview-answer")).to_have_value(re.compile(f"^{words}"))
    me.types("interview-answer", "门前的路也该修修。")
    me.tap("finish")
    me.sees("visit-head")


def kill_in_a_save_loop(me: Person, word: str) -> None:
    """kill -9 amid one save after another: everything the screen confirmed is there, and at most one more."""
    confirmed: list[int] = []
    before = int(me.find("count-opinions").inner_text())
    address = me.page.url
    me.page.expose_function("confirmed", lambda n: confirmed.append(n))
    me.page.evaluate(SAVE_LOOP, [word, ENOUGH])
    me.kill_and_reopen(offline=True)
    me.page.goto(address)
    me.unlock()
    me.sees("visit-head")
    assert int(me.find("count-opinions").inner_text()) - before in (len(confirmed), len(confirmed) + 1)


def the_office_sees_it(clerk: Person, village: str, visit: str, words: str) -> None:
    """The Party-building office finds the visit in the dossier of the village's branch."""
    clerk.sign_in("pbo")
    clerk.tap("rail-villages")
    clerk.tap_on(clerk.page.locator(f"[data-testid=village-link][data-village={village}]"))
    shown = clerk.page.locator(f"[data-testid=dossier-visit][data-visit='{visit}']")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text(words)
    clerk.says("dossier-head", "党支部")


def the_digest_knows(town: Town, visited: str) -> None:
    """The digest names every village of the open cycle without a visit, and not this one."""
    town.command("digest", "--now")
    digests = sorted(town.records("digest"), key=lambda row: row["seq"])
    (line,) = [line for line in digests[-1]["fields"]["lines"] if line["code"] == "unvisited"]
    assert line["count"] == len(line["names"]) >= 1
    assert visited not in line["names"]
