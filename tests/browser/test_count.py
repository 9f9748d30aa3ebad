"""After the close: the box opened with the printed copy, two clerks, two scrutineers, marks, count, result."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.closed_round import PHRASE
from tests.browser.conftest import Meet
from tests.browser.layout import faults_at_both_sizes
from tests.browser.phone import Person
from tests.browser.town import Town
from tests.system.running import ROOT

Json = dict[str, Any]
GO = "(path) => { history.pushState({}, '', path); dispatchEvent(new PopStateEvent('popstate', { state: {} })); }"


@pytest.fixture
def closed(town: Town) -> Json:
    """A round whose deadline is over, and whose one paper form is still out."""
    env = {**os.environ, "VAR_DIR": str(town.var), "DEMO": "1", "DATABASE_URL": "", "REDIS_URL": ""}
    command = [sys.executable, "-m", "tests.browser.closed_round"]
    run = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr
    found: Json = json.loads(run.stdout)
    return found | {"url": town.url}


def part(person: Person, closed: Json, name: str) -> None:
    """To a part of the round, without a reload, which would lock."""
    person.page.evaluate(GO, f"/meetings/{closed['meeting']}/rounds/{closed['round']}/{name}")


def proves(person: Person) -> None:
    person.sees("step-up-demo", timeout=10_000)
    person.tap("step-up-demo")


def wire(closed: Json, who: str, method: str, path: str, body: Json | None = None) -> Json:
    """The other clerk and the other scrutineer, who have no browser here."""
    headers = {"Authorization": f"Bearer {closed[who]}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    at = path if path.startswith("/") else f"/ballots/v1/rounds/{closed['round']}/{path}"
    with urllib.request.urlopen(urllib.request.Request(closed["url"] + at, data, headers, method=method)) as answer:
        found: Json = json.loads(answer.read())
    return found


def other_clerk(closed: Json, grade: str) -> None:
    places = wire(closed, "teller", "GET", "paper")["forms"]
    none = dict.fromkeys(("good", "fairly_good", "average", "poor", "abstain", "invalid"), 0)
    rows = [{"subject": one["subject"], "group": one["group"], **none, "good": 1} for one in places]
    rows[0] |= {"good": 0, grade: 1}
    wire(closed, "teller", "PUT", "paper", {"entry": "b", "rows": rows})


def test_a_closed_round_is_opened_counted_and_published(meet: Meet, closed: Json) -> None:
    scrutineer, clerk = meet("phone"), meet("desk")
    scrutineer.sign_in("scrutineer")
    part(scrutineer, closed, "key")
    scrutineer.tap("again-open")
    scrutineer.types("again-text", closed["copy"].lower())
    scrutineer.types("again-phrase", PHRASE)
    scrutineer.tap("again-do")
    scrutineer.types("release-phrase", PHRASE)
    scrutineer.tap("release-do")
    proves(scrutineer)
    words = scrutineer.sees("head-words", timeout=10_000).inner_text()
    assert faults_at_both_sizes(scrutineer.page) == []

    clerk.sign_in("pbo")
    part(clerk, closed, "forms")
    clerk.tap("collect-all")
    clerk.tap("collect-do")
    clerk.says("forms-done", "收回 1 张")
    part(clerk, closed, "entry")
    expect(clerk.find("entry-send")).to_be_disabled()
    clerk.page.locator("input.count").first.focus()
    for _ in range(13):
        clerk.page.keyboard.type("1")
        for _cell in range(6):
            clerk.page.keyboard.press("Enter")
    clerk.tap("entry-send")
    clerk.says("entry-done", "等另一个人录入")
    expect(clerk.find("entry-done")).to_be_in_viewport()
    other_clerk(closed, "poor")
    clerk.tap("entry-reload")
    expect(clerk.find("difference")).to_have_count(1)
    other_clerk(closed, "good")
    clerk.tap("entry-reload")
    expect(clerk.find("entry")).to_have_attribute("data-agrees", "true")

    part(scrutineer, closed, "reconcile")
    scrutineer.tap("sign-do")
    scrutineer.says("reconcile-done", "还等另一位监票人")
    wire(closed, "scrutineer", "POST", "/demo/v1/proofs")
    wire(closed, "scrutineer", "POST", "signatures", {"what": "reconciliation"})
    part(clerk, closed, "marks")
    expect(clerk.find("count-do")).to_be_disabled()
    clerk.page.locator("input.mark").first.focus()
    for _ in range(26):
        clerk.page.keyboard.type("88.5")
        clerk.page.keyboard.press("Enter")
    clerk.says("marks-done", "13 名")
    clerk.tap("count-do")
    clerk.tap("count-sure")
    expect(clerk.find("result")).to_have_attribute("data-state", "counted", timeout=10_000)
    part(scrutineer, closed, "result")
    scrutineer.tap("sign-tally")
    scrutineer.says("result-done", "已签字")
    assert faults_at_both_sizes(scrutineer.page) == []
    wire(closed, "scrutineer", "POST", "signatures", {"what": "tally"})

    secretary = meet("phone")
    secretary.sign_in("committee_secretary")
    part(secretary, closed, "result")
    secretary.tap("decide-open")
    secretary.choose("decided-good")
    expect(secretary.find("decide-do")).to_be_disabled()
    secretary.types("decide-reason", "接任八个月，起点低")
    secretary.types("decide-minute", "党委会2017-12-28")
    secretary.tap("decide-do")
    proves(secretary)
    secretary.says("result-done", "等次已决定")
    assert faults_at_both_sizes(secretary.page) == []
    secretary.tap("rest-open")
    expect(secretary.find("rest-lines").locator("li")).to_have_count(12)
    secretary.tap("rest-do")
    secretary.says("result-done", "12 名的等次已按建议决定", timeout=15_000)
    expect(secretary.page.locator("[data-testid=subject-result][data-decided]")).to_have_count(13)
    secretary.tap("publish-open")
    secretary.tap("publish-do")
    expect(secretary.find("result")).to_have_attribute("data-state", "published")
    part(scrutineer, closed, "board")
    scrutineer.says("board-words", words)
    assert faults_at_both_sizes(scrutineer.page) == []
    scrutineer.says("board", "每一张票都和总码相符")
    scrutineer.tap("bundle-save")
    scrutineer.sees("bundle-saved")
