"""Before one has signed in, and with nothing to do: the screen says so in true words."""

from __future__ import annotations

from tests.browser.conftest import Meet
from tests.browser.layout import english
from tests.browser.phone import PIN
from tests.browser.town import Town
from tests.browser.wire_phone import WirePhone


def test_a_first_use_without_network_promises_nothing_and_then_shows_a_teller_where_work_will_stand(
    meet: Meet, town: Town
) -> None:
    clerk = WirePhone(town.url, "pbo")
    clerk.call("POST", "/demo/v1/proofs")
    asked = {"invitations": [{"name": "新来的计票员", "role": "teller"}]}
    code = clerk.call("POST", "/office/v1/invitations", asked)["invitations"][0]["code"]
    me = meet("phone")
    me.open(f"/#i={code}")
    me.works_offline()
    me.types("enrol-pin", PIN)
    me.types("enrol-pin-again", PIN)
    me.offline()
    me.tap("enrol-submit")
    me.says("problem", "这一步还没有做成")
    assert "自动上传" not in me.find("problem").inner_text()
    me.offline(False)
    me.tap("enrol-submit")
    me.says("today", "要您办的事会列在这里")
    assert english(me.page) == []
