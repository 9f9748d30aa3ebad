"""After the lock: an addendum written offline stands under the visit; what came late is on the office's list."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.layout import english, faults
from tests.browser.town import Town
from tests.browser.wire_phone import WirePhone
from tests.phone import new_id

ADDENDUM = "会后核实：9月以来的支委会记录已补齐。"


def come_late(town: Town, like: dict[str, object]) -> tuple[WirePhone, str]:
    """Another phone of the secretary hands in a visit of a day before the meeting that is locked."""
    phone, visit = WirePhone(town.url), new_id()
    phone.pull()
    told = {name: like[name] for name in ("village_id", "visitor_id", "start_at", "end_at")}
    assert (
        phone.push("create", visit, "visit", {**told, "branch_summary": "手机没电，会后才送到"})["outcome"] == "applied"
    )
    done = phone.push("command", visit, "visit", {"children": []}, command="complete")
    assert done["outcome"] == "applied"
    return phone, visit


def test_a_late_visit_is_listed_and_a_locked_one_takes_an_addendum(meet: Meet, town: Town) -> None:
    me = meet("phone")
    me.sign_in()
    me.works_offline()
    mine = WirePhone(town.url)
    mine.pull()
    locked = town.records("visit", state="locked")
    visit = next(row for row in locked if row["created_by"] == mine.me["account"])
    me.offline()
    me.open(f"/visits/{visit['id']}")
    me.unlock()
    me.says("part-addenda", "原文不再改动")
    assert me.find("edit-texts").count() == 0 and me.find("visit-delete").count() == 0
    me.tap("add-addenda")
    me.tap("finish")
    expect(me.page.get_by_role("alert").first).to_contain_text("请填")
    me.types("addendum-text", ADDENDUM)
    me.tap("finish")
    me.says("item-addenda", ADDENDUM)
    me.says("item-addenda", "仅在本机")
    assert (faults(me.page), english(me.page)) == ([], [])
    me.offline(False)
    me.waits_until_arrived()
    (kept,) = town.records("addendum", text=ADDENDUM)
    assert kept["parent"] == visit["id"]

    other, late = come_late(town, visit["fields"])
    clerk = meet("desk")
    clerk.sign_in("pbo")
    clerk.says("late", "会后送达 1 次走访")
    clerk.tap("late-visit")
    clerk.says("visit-head", "下一次会前锁定")
    assert english(clerk.page) == []
    clerk.open(f"/visits/{visit['id']}")
    clerk.unlock()
    clerk.says("item-addenda", ADDENDUM)
    expect(clerk.find("add-addenda")).to_have_count(0)
    clerk.open(f"/visits/{visit['id']}/addenda/new")
    clerk.unlock()
    expect(clerk.page.get_by_text("只有走访人、同行人和记录人能补充")).to_be_visible()
    assert clerk.find("addendum-text").count() == 0 and clerk.find("finish").count() == 0
    assert other.push("delete", late, "visit", {})["outcome"] == "applied", "the town is as the next test expects it"
