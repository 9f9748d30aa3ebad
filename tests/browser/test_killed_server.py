"""The same promise with the server gone instead of the network: killed hard, restarted, restored from a backup."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.town import Town
from tests.browser.visiting import add_check, add_interview, log_visit


def test_a_visit_made_while_the_server_is_dead_arrives_when_it_is_back(meet: Meet, town: Town) -> None:
    me = meet("phone")
    me.sign_in()
    me.works_offline()
    town.kill()
    me.page.reload()
    me.unlock()
    log_visit(me, "上河", "服务器断电的这天，照样走访。")
    add_check(me, "党员学习笔记抽查")
    me.kill_and_reopen()
    me.open("/villages")
    me.unlock()
    me.tap_on(me.page.locator("[data-testid=village-row][data-village=上河]"))
    me.tap("open-visit")
    add_interview(me, "masses", "盼着自来水早点通到上组。")
    town.start()
    me.tap("sync-pill")
    me.tap("sync-now")
    me.waits_until_arrived()
    (visit,) = town.records("visit", narrative="服务器断电的这天，照样走访。")
    assert sorted(child["kind"] for child in town.children(visit["id"])) == ["interview", "record_check"]


def test_what_a_restored_server_lacks_is_sent_again_and_nothing_twice(meet: Meet, town: Town) -> None:
    me = meet("phone")
    me.sign_in()
    log_visit(me, "下河", "备份以前的一次走访。")
    me.waits_until_arrived()
    backup = town.command("backup")["path"]
    add_check(me, "备份以后查的台账")
    me.tap("back")
    log_visit(me, "红崖", "备份以后的一次走访。")
    me.waits_until_arrived()
    assert town.records("visit", narrative="备份以后的一次走访。")

    town.stop()
    town.command("restore", backup)
    town.start()
    assert not town.records("visit", narrative="备份以后的一次走访。")
    me.tap("sync-pill")
    me.tap("sync-now")
    town.system.wait_for(
        lambda: bool(town.records("visit", narrative="备份以后的一次走访。")), "the visit's second arrival"
    )
    me.waits_until_arrived()
    (before,) = town.records("visit", narrative="备份以前的一次走访。")
    assert len(town.records("visit", narrative="备份以后的一次走访。")) == 1
    assert [child["fields"]["title"] for child in town.children(before["id"])] == ["备份以后查的台账"]
    expect(me.find("to-refused")).to_contain_text("0")
