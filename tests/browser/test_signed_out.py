"""A sign-in that has run out: the phone says so on Today, takes a new invitation, and what waited arrives."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.layout import english, faults
from tests.browser.town import Town
from tests.browser.visiting import log_visit


def test_an_expired_sign_in_is_renewed_on_the_phone_and_its_work_arrives(meet: Meet, town: Town) -> None:
    me = meet("phone")
    me.sign_in()
    me.works_offline()
    (replica,) = town.rows("SELECT id, account_id FROM replicas ORDER BY created_at_ms DESC LIMIT 1")
    me.offline()
    log_visit(me, "三岔", "登录过期那天写的。")
    town.execute("UPDATE replicas SET token_hash = 'another', drop_token_hash = 'another' WHERE id = ?", replica["id"])
    me.offline(False)
    me.tap("tab-today")
    me.says("needs-signed-out", "登录过期了", timeout=30_000)
    me.tap("needs-signed-out")
    me.says("problem", "这部手机的登录过期了")
    assert english(me.page) == [] and faults(me.page) == []

    somebody = town.command("invite", "--role", "pbo")["invitation_code"]
    me.types("renew-code", somebody)
    me.tap("renew-do")
    me.says("renew", "这个邀请码是给别人的")
    mine = town.command("invite", "--role", "committee_secretary")["invitation_code"]
    me.types("renew-code", mine)
    me.tap("renew-do")
    expect(me.find("renew")).to_have_count(0)
    me.waits_until_arrived()
    assert len(town.records("visit", narrative="登录过期那天写的。")) == 1
