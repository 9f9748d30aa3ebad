"""The screens of a meeting, its ballot and its count on a narrow phone, also with letters at 150 %."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.ballot_hall import PATH, BallotHall
from tests.browser.conftest import Meet
from tests.browser.layout import BIG_PX, USUAL_PX, faults_at_both_sizes, letters
from tests.browser.phone import PIN, Person
from tests.browser.test_layout import GO, Gallery, gallery, only_chinese, readable, walk
from tests.browser.town import Town

GRADES = ("good", "fairly_good", "average", "poor", "abstain")


def both_sizes(me: Person) -> list[str]:
    return faults_at_both_sizes(me.page)


def box(place: Locator) -> tuple[float, float]:
    """Top and bottom on the screen."""
    found = place.bounding_box()
    assert found
    return found["y"], found["y"] + found["height"]


def votes(me: Person, hall: BallotHall, look: Gallery) -> None:
    """From the card to the end of the hand-in; big words and answers are seen at once, big grades in one line."""
    ballot = f"/ballot/rounds/{hall.round}"
    walk(me, ("/ballot", f"/ballot/meetings/{hall.meeting}/sign-in", f"{ballot}/words"), look)
    me.sees("four-words")
    letters(me.page, BIG_PX)
    assert box(me.find("four-words"))[1] <= box(me.find("words-same"))[0]
    me.tap("words-same")
    row = me.find("grade-row").nth(1)
    tops = [box(row.get_by_test_id(f"grade-{one}").locator("xpath=ancestor::label"))[0] for one in GRADES]
    assert len(set(tops[:4])) == 1 and tops[4] > tops[0]
    letters(me.page, USUAL_PX)
    walk(me, (f"{ballot}/sheet", f"{ballot}/check"), look)
    me.tap("hand-in")
    me.tap("hand-in-do")
    me.sees("way-sealed")
    look(me, f"{ballot}/done")


def runs(clerk: Person, hall: BallotHall, look: Gallery) -> None:
    """Every page of a meeting and of a round that has closed."""
    meeting, ballot = f"/meetings/{hall.meeting}", f"/meetings/{hall.meeting}/rounds/{hall.round}"
    pages = (meeting, *(f"{meeting}/{name}" for name in ("roll", "readiness", "attendance", "projector")))
    parts = tuple(f"{ballot}/{name}" for name in ("forms", "entry", "reconcile", "marks", "result"))
    walk(clerk, ("/meetings", *pages, ballot, *parts), look)


def says_once_that_the_network_is_away(clerk: Person, hall: BallotHall) -> None:
    """The card that was asked says it, and the screen above no longer."""
    clerk.offline()
    clerk.page.evaluate(GO, f"/meetings/{hall.meeting}/rounds/{hall.round}")
    clerk.sees("problem")
    clerk.find("paper-group").select_option("member_rep")
    clerk.tap("save-forms")
    expect(clerk.find("paper-forms").get_by_test_id("problem")).to_be_visible()
    expect(clerk.find("problem")).to_have_count(1)


def test_every_screen_of_a_meeting_fits_a_phone_also_with_big_letters(meet: Meet, town: Town, tmp_path: Path) -> None:
    hall = BallotHall(town)
    hall.issue()
    look = gallery(tmp_path, "hall", both_sizes, readable, only_chinese)
    me = meet("phone")
    me.open(f"/#i={hall.code}")
    me.types("enrol-pin", PIN)
    me.types("enrol-pin-again", PIN)
    me.tap("enrol-submit")
    me.sees("round", timeout=20_000)
    votes(me, hall, look)
    me.close()

    hall.come()
    hall.step("open")
    form = {"roll_id": hall.roll[-1]["id"], "form_no": 7}
    hall.proved(hall.clerk).call("POST", f"{PATH}/rounds/{hall.round}/paper-forms", form)
    hall.step("close")
    clerk = meet("phone")
    clerk.sign_in("pbo")
    runs(clerk, hall, look)
    says_once_that_the_network_is_away(clerk, hall)
    assert look.wrong == []
