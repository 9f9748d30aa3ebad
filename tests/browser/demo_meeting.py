"""The demo meeting of 云台镇 with real browsers: 26 phones offline in the hall, seven paper forms, one evaluator late.

`python -m tests.browser.demo_meeting` holds it, from the first enrolment to every phone's trackers and the figures of
DOMAIN.md 14.1, in four to seven minutes; `make storm` does.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserType, sync_playwright

from server.domain.ballot.tally import Counts
from tests.ballot.yuntai import GROUPS, PAPER, VILLAGES
from tests.browser.ballot_hall import PATH
from tests.browser.demo_hall import DemoMeeting, Visitor, visitors
from tests.browser.town import Town

Json = dict[str, Any]


def prepare(meeting: DemoMeeting, people: list[Visitor]) -> str:
    """Everybody has the sheet and is in the hall. Shape: the four words"""
    words = meeting.issue()
    codes = meeting.invite([one.row for one in people])
    for one, code in zip(people, codes, strict=True):
        one.enrols(code)
    for one in people:
        one.signs_in(meeting.hall_code)
        one.page.locator("[data-testid=round][data-stand=compare]").wait_for()
    return words


def fill_in(meeting: DemoMeeting, people: list[Visitor]) -> None:
    """Who gives what, so that the sums of DOMAIN.md 14.1 come out."""
    for group in GROUPS:
        rows = meeting.grades(group)
        for at, one in enumerate(person for person in people if person.row["group"] == group):
            one.grades = {s: given[at] if at < len(given) - PAPER[group] else "good" for s, given in rows.items()}


def hold(chromium: BrowserType, folder: Path) -> None:
    """The meeting is held from the first enrolment to every phone's trackers; raises where anything is otherwise."""
    town = Town(folder)
    try:
        meeting = DemoMeeting(town)
        with visitors(chromium, meeting) as people:
            *in_time, late = people
            assert len(people) == 26
            words = prepare(meeting, people)
            fill_in(meeting, people)
            for one in people:
                one.offline()
            for one in people:
                one.hands_in(words)
            meeting.begin()
            late.offline(False)
            late.tap("again")
            late.stands("signed")
            late.offline()
            for one in in_time:
                one.offline(False)
                one.tap("again")
            for one in in_time:
                one.stands("in")
            again = json.loads(in_time[0].posts[3])
            answer = meeting.clerk.call("POST", f"{PATH}/rounds/{meeting.round}/slips", again)
            assert answer["box"] == "in", "the identical slip once more"
            meeting.close()
            late.offline(False)
            late.tap("again")
            late.stands("late")
            late.has_posted(len(VILLAGES))
            look_at(meeting, meeting.count(), folder)
            for one in people:
                one.page.reload(wait_until="commit")
                one.unlock()
            for one in people:
                one.stands("late" if one is late else "counted")
                one.tap("trackers")
                assert one.find("slips").locator("li").count() == len(VILLAGES)
            assert [one.faults for one in people if one.faults] == []
    finally:
        town.stop()


def look_at(meeting: DemoMeeting, result: Json, folder: Path) -> None:
    """The figures, the thirteen suggestions, and a stranger's recount."""
    names = list(Counts.__slots__)
    assert [result["total"][name] for name in names] == [175, 158, 60, 18, 3, 2]
    by_subject = {one["id"]: one for one in result["subjects"]}
    for village in VILLAGES:
        found = by_subject[meeting.subjects[village[0]]]
        assert (Fraction(found["score"]), found["suggested"]) == (Fraction(village[5]), village[6]), village[0]
    rows = meeting.ask(meeting.clerk, "GET", "reconciliation")["rows"]
    assert len(rows) == len(VILLAGES) * len(GROUPS)
    assert "合计: 好 175 · 较好 158 · 一般 60 · 差 18 · 弃权 3 · 无效 2" in meeting.recount(folder)


def main() -> int:
    """Holds the meeting and says what came of it."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zf-meeting-") as folder, sync_playwright() as playwright:
        hold(playwright.chromium, Path(folder))
    print(
        "demo meeting: 35 entitled, 33 present, 33 issued, 32 counted, 1 late, 416 cells;"
        f" 13 suggestions, recount and 26 phones agree; {time.monotonic() - began:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
