"""The first minute: an invitation is spent only by a tap, in a browser that can keep work."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.layout import english
from tests.browser.town import Town

WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; V2309A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/130.0.6723.103 "
    "Mobile Safari/537.36 XWEB/1300467 MMWEBSDK/20250201 MicroMessenger/8.0.56.2800(0x28003838) WeChat/arm64"
)
STRANGE_NAME = "zoufang.test"


def unspent(town: Town, code: str) -> None:
    assert len(code) == 10
    tries = town.rows("SELECT used_by FROM invitations ORDER BY created_at_ms DESC LIMIT 1")
    assert tries == [{"used_by": None}]


def test_an_invitation_link_is_spent_by_the_tap_and_not_before(meet: Meet, town: Town) -> None:
    code = town.command("invite", "--role", "branch_secretary", "--village", "三岔")["invitation_code"]
    me = meet("phone")
    me.open(f"/#i={code}")
    expect(me.find("enrol-code")).to_have_value(f"{code[:5]}-{code[5:]}")
    unspent(town, code)
    me.types("enrol-pin", "短")
    me.types("enrol-pin-again", "短")
    me.tap("enrol-submit")
    me.says("enrol", "至少")
    unspent(town, code)
    me.types("enrol-pin", "三岔村的梨花开了又落")
    me.types("enrol-pin-again", "三岔村的梨花开了又落")
    me.tap("enrol-submit")
    me.sees("today")
    me.waits_until_arrived()
    assert me.find("new-visit").count() == 0, "a branch secretary logs no visits"
    me.tap("tab-villages")
    me.sees("village-people")
    other = meet("phone")
    other.open(f"/#i={code}")
    other.types("enrol-pin", "三岔村的梨花开了又落")
    other.types("enrol-pin-again", "三岔村的梨花开了又落")
    other.tap("enrol-submit")
    other.says("enrol", "邀请码不对、用过了，或者过了时间")


def test_wechat_is_sent_to_a_browser_and_spends_nothing(meet: Meet, town: Town) -> None:
    code = town.command("invite", "--role", "committee_secretary")["invitation_code"]
    me = meet("phone", user_agent=WECHAT)
    me.open(f"/#i={code}")
    me.says("blocked-wechat", "在浏览器打开")
    me.says("blocked-wechat", "邀请码没有用掉")
    me.sees("copy-address")
    assert me.find("enrol").count() == 0
    me.says("blocked-code", f"{code[:5]}-{code[5:]}")
    assert english(me.page, set(re.findall("[A-Z]{2,}", f"{code[:5]}-{code[5:]}"))) == []
    unspent(town, code)


def test_a_plain_http_address_says_in_words_why_it_cannot_be_used(meet: Meet, town: Town) -> None:
    me = meet("phone", f"--host-resolver-rules=MAP {STRANGE_NAME} 127.0.0.1", url=f"http://{STRANGE_NAME}:{town.port}")
    me.open()
    me.says("blocked-insecure", "这个网址不安全")
    me.says("blocked-insecure", "https://")
    assert me.find("demo-committee_secretary").count() == 0
