"""Nothing that a person wrote, and no passphrase, can be read on the phone without unlocking it."""

from __future__ import annotations

from tests.browser.conftest import Meet
from tests.browser.dump import files_with, places_of, read_stores
from tests.browser.visiting import add_interview, log_visit

PIN = "松涛万里不设防线九号"
NARRATIVE, ANSWER, NAME = "云雀衔来的账本七七四九", "柿子树下说的实话三三", "欧阳犇喆"
DRAFT, NOTE = "写到一半的秘密草稿", "锁屏时记下的暗语"
SECRETS = (PIN, NARRATIVE, ANSWER, NAME, DRAFT, NOTE)


def test_a_canary_is_nowhere_in_the_open(meet: Meet) -> None:
    me = meet("phone")
    me.open()
    me.types("demo-pin", PIN)
    me.tap("demo-committee_secretary")
    me.sees("today")
    me.works_offline()
    me.offline()
    log_visit(me, "寒水", NARRATIVE)
    add_interview(me, "masses", ANSWER, name=NAME)
    me.tap("add-opinions")
    me.types("opinion-text", DRAFT)
    me.says("kept", ":")
    me.offline(False)
    me.waits_until_arrived()
    me.page.reload()
    me.tap("quick-note")
    me.types("note-text", NOTE)
    me.tap("note-finish")
    me.sees("note-kept")

    me.page.evaluate("sessionStorage.setItem('control', '看得见的一句话')")
    stores = read_stores(me.browser.context, me.url)
    assert any("zoufang/mirror" in where for where in stores) and any("zoufang/outcomes" in where for where in stores)
    seen = {secret: places_of(secret, stores) for secret in SECRETS}
    assert {secret: where for secret, where in seen.items() if where} == {}
    me.page.evaluate("localStorage.setItem('control', '看得见的一句话')")
    control = read_stores(me.browser.context, me.url)
    assert places_of("看得见的一句话", control) == {"localStorage"}
    me.page.evaluate("localStorage.removeItem('control')")
    me.browser.kill()
    assert {secret: files_with(secret, me.browser.profile) for secret in SECRETS} == {
        secret: set() for secret in SECRETS
    }
