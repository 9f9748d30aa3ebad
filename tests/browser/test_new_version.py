"""A new version never drops work, and two tabs are one phone."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.phone import PIN
from tests.browser.town import Town
from tests.browser.visiting import log_visit


def release(town: Town, words: str) -> None:
    """The server offers a new version of the app."""
    with (town.app / "sw.js").open("a") as script:
        script.write(f"\n// {words}\n")
    for packed in ("sw.js.br", "sw.js.gz"):
        (town.app / packed).unlink(missing_ok=True)


def test_an_update_keeps_what_is_typed_and_what_waits(meet: Meet, town: Town) -> None:
    me = meet("phone")
    me.sign_in()
    me.works_offline()
    me.offline()
    log_visit(me, "杨家庄", "更新以前记的。")
    me.tap("add-opinions")
    me.types("opinion-text", "更新的时候正写到这里")
    me.page.evaluate("window.before = true")
    release(town, "second version")
    me.offline(False)
    me.page.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update())")
    me.sees("update-bar")
    me.tap("update-do")
    me.unlock()
    assert me.page.evaluate("window.before") is None, "the page was loaded anew"
    expect(me.find("opinion-text")).to_have_value("更新的时候正写到这里")
    assert me.find("update-bar").count() == 0
    me.waits_until_arrived()
    assert len(town.records("visit", narrative="更新以前记的。")) == 1


def test_two_tabs_are_one_phone(meet: Meet, town: Town) -> None:
    me = meet("phone")
    me.sign_in()
    me.works_offline()
    me.offline()
    first = me.page
    second = me.browser.context.new_page()
    second.goto(town.url)
    second.get_by_test_id("unlock-pin").fill(PIN)
    second.get_by_test_id("unlock").tap()
    second.get_by_test_id("today").wait_for()
    log_visit(me, "马家湾", "第一个窗口记的。")
    me.browser.page = second
    log_visit(me, "石板", "第二个窗口记的。")
    expect(me.find("sync-pill").first).to_contain_text("2")
    expect(first.get_by_test_id("sync-pill").first).to_contain_text("2")
    me.offline(False)
    me.waits_until_arrived()
    me.browser.page = first
    me.waits_until_arrived()
    for words in ("第一个窗口记的。", "第二个窗口记的。"):
        assert len(town.records("visit", narrative=words)) == 1
