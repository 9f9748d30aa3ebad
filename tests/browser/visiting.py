"""How a person logs a visit and what belongs to it, tap by tap."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.phone import Person

DONE = re.compile("completed|synced")
"""What a finished visit is: the server may have had all of it before anybody looks."""


def log_visit(me: Person, village: str, text: str) -> None:
    """记一笔: (+), the village, words, 完成."""
    me.tap("new-visit")
    me.sees("new-village")
    if village not in me.find("new-village").inner_text():
        me.tap("new-pick-village")
        me.tap(f"pick-{village}")
        me.says("new-village", village)
    me.types("new-text", text)
    me.tap("finish")
    me.sees("visit-head")


def add_check(me: Person, title: str) -> None:
    """查资料, with what has to be said about it."""
    me.tap("add-checks")
    me.choose("check-type-minutes")
    me.types("check-title", title)
    me.choose("check-area-org_life")
    me.choose("check-found-partial")
    me.tap("finish")
    me.sees("visit-head")


def add_interview(me: Person, category: str, answer: str, name: str = "") -> None:
    """访谈, with consent; the name stays with its author."""
    me.tap("add-interviews")
    me.choose(f"interview-category-{category}")
    me.choose("interview-consent-given")
    me.types("interview-answer", answer)
    if name:
        me.types("interview-name", name)
    me.tap("finish")
    me.sees("visit-head")


def add_opinion(me: Person, text: str) -> None:
    """意见建议."""
    me.tap("add-opinions")
    me.choose("opinion-kind-problem")
    me.types("opinion-text", text)
    me.choose("opinion-area-org_life")
    me.tap("finish")
    me.sees("visit-head")


def complete(me: Person, reason: str = "") -> None:
    """整理 and done; below the minimum with a reason."""
    me.tap("to-finish")
    me.sees("finish-lacks")
    if reason:
        me.types("finish-reason", reason)
    me.tap("finish")
    me.sees("visit-head")
    expect(me.find("visit-head")).to_have_attribute("data-state", DONE)


def counts(me: Person, checks: int, interviews: int, opinions: int) -> None:
    """The visit on the screen has so many parts."""
    expect(me.find("count-checks")).to_have_text(str(checks))
    expect(me.find("count-interviews")).to_have_text(str(interviews))
    expect(me.find("count-opinions")).to_have_text(str(opinions))
