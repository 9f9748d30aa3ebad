"""A screen that is not on the phone says so; it is never called a new version."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Meet


def test_a_page_that_is_not_here_is_told_and_opens_when_the_network_is_back(meet: Meet) -> None:
    me = meet("phone", service_workers="block")
    me.sign_in()
    me.offline()
    me.tap("tab-villages")
    expect(me.sees("missing-bar")).to_have_attribute("data-why", "offline")
    assert me.find("update-bar").count() == 0
    me.offline(False)
    me.tap("missing-do")
    me.sees("villages")
    assert me.find("missing-bar").count() == 0
