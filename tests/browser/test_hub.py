"""A hall without network: an evaluator's phone hands in at the laptop on the podium, and the round comes home once."""

from __future__ import annotations

import ssl
import urllib.error
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.ballot_hall import BallotHall
from tests.browser.conftest import Meet
from tests.browser.phone import PIN
from tests.browser.test_ballot import RECUSED, ROWS, grades, stands
from tests.browser.town import Town
from tests.system.laptop import laptop
from workers.supervisor_phone import issue


def test_a_phone_hands_in_at_the_laptop_in_the_hall_and_the_round_comes_home_once(
    meet: Meet, town: Town, tmp_path: Path
) -> None:
    file, back, words = tmp_path / "round.zf", tmp_path / "back.zf", tmp_path / "words"
    words.write_text("twelve letters at least\n")
    secret = ("--passphrase-file", str(words))
    issue(tmp_path / "phone", "127.0.0.1")
    hall = BallotHall(town, RECUSED)
    hall.issue()
    hall.come()
    hall.step("open")
    me = meet("phone", "--ignore-certificate-errors")
    me.page.clock.install()
    me.open(f"/#i={hall.code}")
    me.types("enrol-pin", PIN)
    me.types("enrol-pin-again", PIN)
    me.tap("enrol-submit")
    expect(me.page.locator("[data-testid=round][data-stand=compare]")).to_be_visible(timeout=20_000)

    town.command("hub", "export", hall.round, "--to", str(file), *secret)
    with pytest.raises(urllib.error.HTTPError) as refused:
        hall.others_hand_in()
    assert "#round-delegated" in refused.value.__notes__[0]
    with laptop(file, town.hub_port) as (_said, authority):
        me.tap_on(me.find("hub").locator("summary"))
        me.types("hub-address", f"127.0.0.1:{town.hub_port}")
        me.tap("hub-save")
        me.tap("to-sign-in")
        me.types("hall-code", hall.hall_code)
        me.tap("sign-in")
        me.says("here", "已签到")
        me.tap("round-next")
        me.tap("words-same")
        grades(me, RECUSED, "good")
        me.tap("to-check")
        me.tap("hand-in")
        me.tap("hand-in-do")
        stands(me, "signed")
        for phone in hall.others:
            phone.url, phone.trust = f"https://127.0.0.1:{town.hub_port}", ssl.create_default_context(cafile=authority)
        hall.others_hand_in()
        stands(me, "in")
        me.says("done-head", "可以离开")
        assert hall.box() == [], "nothing of it went to the server"
    town.command("hub", "close", str(file), "--to", str(back), *secret)
    came = [town.command("hub", "import", str(back), *secret)["changed"] for _time in range(2)]
    assert came == [True, False]
    assert len(hall.box()) == ROWS * len(hall.others) + ROWS - RECUSED
