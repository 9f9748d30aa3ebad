"""An evaluator's ballot against the real server: filled in, killed, handed in offline, posted in company, found."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.browser.ballot_hall import BallotHall
from tests.browser.conftest import Meet
from tests.browser.layout import english, faults, pale
from tests.browser.phone import PIN, Person
from tests.browser.town import Town

MINUTE_MS = 60_000
ROWS, RECUSED = 13, 1


def stands(me: Person, stand: str, turns: int = 60) -> None:
    """The phone comes there, a minute of its own clock at a time."""
    found = me.find("ballot-done").and_(me.page.locator(f"[data-stand={stand}]"))
    for _ in range(turns):
        me.page.clock.fast_forward(MINUTE_MS)
        me.page.wait_for_timeout(250)
        if found.is_visible():
            return
    expect(found).to_be_visible()


def row(me: Person, at: int) -> Locator:
    return me.find("grade-row").nth(at)


def grades(me: Person, at: int, grade: str) -> None:
    me.tap_on(row(me, at).get_by_test_id(f"grade-{grade}").locator("xpath=ancestor::label"))


def test_L17_a_sheet_filled_offline_survives_a_kill_goes_into_the_box_in_company_and_is_found_counted(
    meet: Meet, town: Town
) -> None:
    hall = BallotHall(town, RECUSED)
    me = meet("phone")
    me.page.clock.install()
    me.open(f"/#i={hall.code}")
    me.works_offline()
    me.types("enrol-pin", PIN)
    me.types("enrol-pin-again", PIN)
    me.tap("enrol-submit")
    me.tap("to-sign-in")
    me.types("hall-code", "000000")
    me.tap("sign-in")
    me.says("problem", "会场码不对")
    me.types("hall-code", hall.hall_code)
    me.tap("sign-in")
    me.says("here", "已签到")

    hall.issue()
    hall.come()
    me.page.clock.fast_forward(MINUTE_MS)
    expect(me.page.locator("[data-testid=round][data-stand=compare]")).to_be_visible(timeout=20_000)
    me.offline()
    me.tap("round-next")
    assert me.find("four-words").inner_text().split() == hall.words().split()
    me.tap("words-same")
    expect(me.find("grade-row")).to_have_count(ROWS)
    assert row(me, 0).get_by_test_id("recused").is_visible(), "a recused line says why it is grey"
    for at in range(RECUSED, 9):
        grades(me, at, "good" if at % 2 else "average")
    me.says("graded", f"8/{ROWS - RECUSED}")
    me.says("kept", "已保存")
    assert (faults(me.page), pale(me.page), english(me.page)) == ([], [], [])

    me.kill_and_reopen(offline=True)
    me.page.clock.install()
    me.open(f"/ballot/rounds/{hall.round}/sheet")
    me.unlock()
    me.says("graded", f"8/{ROWS - RECUSED}")
    expect(row(me, 8)).to_be_in_viewport()
    expect(row(me, 0)).not_to_be_in_viewport()
    grades(me, 9, "poor")
    me.says("graded", f"9/{ROWS - RECUSED}")
    me.tap("to-check")
    me.says("blanks", "3 行没填")
    me.tap("hand-in")
    me.tap("hand-in-do")
    me.sees("ballot-done")
    expect(me.find("way-sealed")).to_contain_text("12/12")
    me.waits_for_pill("ballot-waiting")

    hall.step("open")
    me.offline(False)
    me.tap("again")
    stands(me, "signed")
    me.says("company", "满 5 人")
    assert hall.box() == [], "nothing is posted before there is company"
    hall.others_hand_in()
    stands(me, "in")
    me.says("done-head", "可以离开")
    assert me.find("alone").count() == 0
    assert len(hall.box()) == ROWS * len(hall.others) + ROWS - RECUSED

    hall.open_the_box()
    stands(me, "counted")
    me.says("found-counted", f"{ROWS - RECUSED} 张")
    me.tap("trackers")
    codes = me.find("slips").locator("li .figures").all_inner_texts()
    assert len(codes) == ROWS - RECUSED and all(re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", one) for one in codes)
    me.waits_until_arrived()


def test_the_demo_evaluator_begins_where_his_ballot_is(meet: Meet) -> None:
    me = meet("phone")
    me.open()
    me.tap("demo-evaluator")
    me.sees("ballots")
    assert me.page.url.endswith("/ballot")
