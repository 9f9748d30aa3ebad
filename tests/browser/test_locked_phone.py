"""A locked phone gives nothing away and costs nobody a note; work leaves it only sealed."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.phone import PIN
from tests.browser.town import Town
from tests.browser.visiting import log_visit


def test_a_note_is_taken_without_the_passphrase_and_becomes_a_visit_after_it(meet: Meet, town: Town) -> None:
    me = meet("phone")
    me.sign_in()
    me.works_offline()
    me.offline()
    me.page.reload()
    me.tap("quick-note")
    me.types("note-text", "路口碰见三组组长，说机井坏了。")
    me.tap("note-finish")
    me.sees("note-kept")
    me.types("note-text", "还没点完成就没电了。")
    me.page.evaluate("window.dispatchEvent(new Event('pagehide'))")
    me.kill_and_reopen(offline=True)
    me.open()
    expect(me.page.locator("body")).not_to_contain_text("机井")
    me.unlock()
    me.tap_on(me.sees("captures").get_by_role("link"))
    expect(me.find("capture")).to_have_count(2)
    me.tap_on(me.find("capture").filter(has_text="机井坏了").get_by_test_id("capture-new"))
    me.says("new-text", "")
    expect(me.find("new-text")).to_have_value("路口碰见三组组长，说机井坏了。")
    me.tap("new-pick-village")
    me.tap("pick-大坪")
    me.tap("finish")
    me.sees("visit-head")
    me.offline(False)
    me.waits_until_arrived()
    assert len(town.records("visit", narrative="路口碰见三组组长，说机井坏了。")) == 1
    me.open("/captures")
    me.unlock()
    expect(me.find("capture")).to_have_count(1)


def test_a_wrong_passphrase_waits_and_a_forgotten_one_is_told_that_nothing_is_lost(meet: Meet) -> None:
    me = meet("phone")
    me.sign_in()
    me.page.reload()
    me.unlock("不是这个口令不是这个口令")
    me.says("lock", re.compile("口令不对"))
    me.find("unlock-wait").or_(me.find("unlock")).first.wait_for()
    me.tap("forgotten")
    me.says("forgotten-note", "内容仍在本机，不会丢")
    me.says("forgotten-note", "请打电话给镇党建办")
    me.tap_on(me.find("forgotten-note").get_by_role("button"))
    expect(me.find("unlock")).to_be_enabled(timeout=30_000)
    me.unlock()
    me.sees("today")


def test_a_backup_carries_unsent_work_to_the_next_phone(meet: Meet, town: Town, tmp_path: Path) -> None:
    old = meet("phone")
    old.sign_in()
    old.works_offline()
    old.offline()
    log_visit(old, "北塬", "这部手机屏快碎了。")
    old.tap("sync-pill")
    with old.page.expect_download() as started:
        old.tap("backup-export")
    file = tmp_path / "work.zoufang"
    started.value.save_as(file)
    old.sees("backup-done")
    assert "这部手机".encode() not in file.read_bytes()
    old.browser.kill()

    new = meet("phone")
    new.sign_in()
    new.open("/sync/import")
    new.unlock()
    new.find("import-file").set_input_files(file)
    new.types("import-pin", "错的口令错的口令错的口令")
    new.tap("import-do")
    new.says("import-screen", "请核对口令")
    expect(new.find("import-screen")).not_to_contain_text("0 次")
    new.types("import-pin", PIN)
    new.tap("import-do")
    new.says("import-done", "1")
    new.waits_until_arrived()
    assert len(town.records("visit", narrative="这部手机屏快碎了。")) == 1
