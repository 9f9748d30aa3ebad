"""Two phones wrote one field: a person chooses at 360 px, without network, and is told when somebody else chose too."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.layout import english, faults
from tests.browser.phone import Person
from tests.browser.town import Town
from tests.browser.visiting import log_visit
from tests.browser.wire_phone import WirePhone

FIRST, THEIRS, MINE = "支委会一年开了三次。", "支委会一年开了两次。", "支委会一年开了三次，都有记录。"


def write(me: Person, text: str) -> None:
    """Into 走访经过 of the visit on the screen."""
    me.tap("edit-texts")
    me.types("texts-narrative", text)
    me.tap("finish")
    me.sees("visit-head")


def differ(me: Person, other: WirePhone, visit: str) -> None:
    """Both write the same field, each without the other's text."""
    me.offline()
    other.pull()
    assert other.push("patch", visit, "visit", {"narrative": THEIRS})["outcome"] == "applied"
    write(me, MINE)
    me.offline(False)
    me.waits_for_pill("needs-.*", timeout=30_000)


def test_a_conflict_is_chosen_on_a_phone_and_a_race_ends_in_a_sentence(meet: Meet, town: Town) -> None:
    me = meet("phone")
    me.sign_in()
    me.works_offline()
    log_visit(me, "上河", FIRST)
    me.waits_until_arrived()
    (visit,) = town.records("visit", narrative=FIRST)
    other = WirePhone(town.url)
    differ(me, other, visit["id"])

    me.offline()
    me.tap("visit-conflicts")
    expect(me.find("version-0").locator("mark")).to_have_text(["两"])
    expect(me.find("version-1").locator("mark")).to_have_text(["三", "，都有记录"])
    me.says("version-1", "这部手机")
    assert faults(me.page) == []
    assert english(me.page) == []
    me.tap("use-both")
    expect(me.find("both-text")).to_have_value(f"{THEIRS}\n{MINE}")
    me.types("both-text", "开了三次，有一次没有记录。")
    me.tap("both-save")
    me.sees("chosen")
    me.offline(False)
    me.waits_until_arrived()
    assert len(town.records("visit", narrative="开了三次，有一次没有记录。")) == 1

    me.tap("back")
    me.page.go_back()
    me.sees("visit-head")
    differ(me, other, visit["id"])
    me.offline()
    me.tap("visit-conflicts")
    other.pull()
    (conflict,) = [row for row in other.rows.values() if row["fields"].get("status") == "open"]
    sides = [{"replica": side["replica"], "n": side["n"]} for side in conflict["fields"]["sides"]]
    chosen = {"value": THEIRS, "sides": sides}
    assert other.push("settle", conflict["record"], "conflict", chosen)["outcome"] == "applied"
    me.tap("use-1")
    me.sees("chosen")
    me.offline(False)
    me.says("settled-before", "差不多同时选定了不同的写法", timeout=30_000)
    me.tap("use-0")
    me.waits_until_arrived()
    assert len(town.records("visit", narrative=THEIRS)) == 1
