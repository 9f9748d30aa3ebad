"""The browser throws the whole database away under the open app: what is on the screen is not lost with it."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.town import Town
from tests.browser.visiting import log_visit


def test_what_is_open_is_written_again_and_arrives(meet: Meet, town: Town) -> None:
    me = meet("phone")
    me.sign_in()
    me.works_offline()
    me.offline()
    log_visit(me, "上河", "清空以前记的。")
    tools = me.browser.context.new_cdp_session(me.page)
    tools.send("Storage.clearDataForOrigin", {"origin": town.url, "storageTypes": "indexeddb"})
    me.tap("add-opinions")
    me.choose("opinion-kind-praise")
    me.types("opinion-text", "清空以后写的。")
    me.choose("opinion-area-org_life")
    me.tap("finish")
    expect(me.find("count-opinions")).to_have_text("1")
    me.page.reload()
    me.unlock()
    expect(me.find("count-opinions")).to_have_text("1")
    me.offline(False)
    me.waits_until_arrived()
    (visit,) = town.records("visit", narrative="清空以前记的。")
    assert [child["fields"]["text"] for child in town.children(visit["id"])] == ["清空以后写的。"]
