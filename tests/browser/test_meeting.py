"""A meeting from its making to an open vote: the office's desk, the scrutineer's own phone, the wall of the hall."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.layout import english, faults_at_both_sizes
from tests.browser.phone import PIN, Person
from tests.browser.town import Town

PHRASE = "红崖村口的老槐树开花了"
LEADERS = [f"领导{letter}" for letter in "甲乙丙丁戊"]
MEMBERS = [f"代表{letter}" for letter in "甲乙丙丁戊己庚"]
ENTITLED = len(LEADERS) + len(MEMBERS)
QUORUM = 8


def proves(clerk: Person) -> None:
    """A fresh proof of who one is, where it is asked for."""
    asked = clerk.find("step-up-demo")
    clerk.page.locator("[data-testid=step-up-demo]:visible, [data-testid=round]").first.wait_for()
    if asked.is_visible():
        clerk.tap("step-up-demo")


def steps(clerk: Person, step: str, state: str) -> None:
    clerk.tap(f"do-{step}")
    clerk.tap("step-do")
    expect(clerk.find("round").and_(clerk.page.locator(f"[data-state={state}]"))).to_be_visible(timeout=15_000)


def test_the_office_prepares_the_scrutineer_makes_the_key_and_the_hall_votes(meet: Meet, town: Town) -> None:
    clerk = meet("desk")
    clerk.sign_in("pbo")
    clerk.tap("rail-meetings")
    clerk.tap("meeting-new")
    clerk.types("meeting-title", "述职评议会")
    clerk.types("meeting-place", "镇政府三楼会议室")
    clerk.tap("meeting-make")
    clerk.tap("to-roll")
    rows = [f"{name}\t领导\t无" for name in LEADERS] + [f"{name}\t党员代表" for name in MEMBERS]
    clerk.types("roll-text", "\n".join(["姓名\t组\t账号\t回避村", *rows[:3], "王五\t班子"]))
    clerk.says("roll-faults", "第 5 行")
    expect(clerk.find("roll-take")).to_be_disabled()
    clerk.types("roll-text", "\n".join(rows))
    clerk.says("roll-sums", f"可以放入 {ENTITLED} 人")
    clerk.tap("roll-take")
    clerk.tap("roll-save")
    clerk.says("roll-done", f"{ENTITLED} 人")
    assert english(clerk.page) == []
    clerk.tap("back")
    clerk.tap("to-attendance")
    for here in range(QUORUM - 1):
        clerk.tap("mark-present")
        clerk.says("attendance-here", f"{here + 1}/{ENTITLED}")
    clerk.tap("back")
    clerk.tap("round-new")
    clerk.tap("round-prepare")
    proves(clerk)
    clerk.sees("step-issue", timeout=30_000)
    guard = clerk.page.locator("[data-testid=guard][data-guard=tally-key]")
    expect(guard).to_be_visible()
    expect(clerk.find("do-issue")).to_be_disabled()

    scrutineer = meet("phone")
    scrutineer.open(f"/#i={town.command('invite', '--role', 'scrutineer')['invitation_code']}")
    scrutineer.types("enrol-pin", PIN)
    scrutineer.types("enrol-pin-again", PIN)
    scrutineer.tap("enrol-submit")
    scrutineer.sees("today")
    scrutineer.tap("tab-mine")
    scrutineer.tap("mine-meetings")
    for place in ("meeting-link", "round-link", "to-key"):
        scrutineer.sees(place, timeout=20_000)
        scrutineer.tap(place)
    scrutineer.types("make-phrase", PHRASE)
    scrutineer.types("make-again", PHRASE)
    scrutineer.tap("make-do")
    expect(scrutineer.find("key-lines").locator("li")).to_have_count(9)
    assert faults_at_both_sizes(scrutineer.page) == []
    scrutineer.types("rehearse-phrase", "红崖村口的老槐树没开花")
    scrutineer.tap("rehearse-do")
    scrutineer.says("problem", "计票口令不对")
    scrutineer.types("rehearse-phrase", PHRASE)
    scrutineer.tap("rehearse-do")
    scrutineer.tap("key-send")
    expect(scrutineer.find("key")).to_have_attribute("data-stand", "named")

    clerk.tap("back")
    clerk.tap("round-link")
    expect(clerk.find("do-issue")).to_be_enabled()
    steps(clerk, "issue", "issued")
    expect(clerk.page.locator("[data-testid=guard][data-guard=quorum]")).to_be_visible()
    clerk.tap("back")
    clerk.tap("to-attendance")
    clerk.tap("mark-present")
    clerk.says("attendance-here", f"{QUORUM}/{ENTITLED}")
    clerk.tap("back")
    clerk.tap("round-link")
    steps(clerk, "open", "open")
    words = clerk.find("round-words").inner_text()
    clerk.tap("back")
    clerk.tap("to-projector")
    clerk.says("projector-words", words)
    whole = clerk.find("numbers").locator("[data-group=all] td")
    expect(whole).to_have_text([str(ENTITLED), str(QUORUM), "0", "0"])
    assert english(clerk.page) == []
    scrutineer.tap("back")
    scrutineer.says("round-words", words)
