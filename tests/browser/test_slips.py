"""Invitations for a whole meeting on paper: ten slips a sheet of A4, each with its QR code and every word of it."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import Route, expect

from tests.browser.conftest import Meet
from tests.browser.phone import Person

ADDRESS = "https://zoufang.yuntai-town.example.gov.cn"
CUT = "(slips) => slips.filter((one) => one.scrollHeight > one.clientHeight + 1).length"


def invite(clerk: Person, people: int) -> None:
    """One invitation is made, and the answer comes back as for a meeting, at an address that phones can reach."""

    def many(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        answer = route.fetch()
        told: dict[str, Any] = answer.json()
        if answer.ok:
            (one,) = told["invitations"]
            told = {"address": ADDRESS, "invitations": [{**one, "id": f"{one['id']}{at}"} for at in range(people)]}
        route.fulfill(response=answer, json=told)

    clerk.browser.context.route("**/office/v1/invitations", many)
    clerk.find("guest-person").select_option("new")
    clerk.types("guest-name", "欧阳犇喆")
    clerk.find("guest-role").select_option("committee_member")
    clerk.tap("guest-invite")
    answered = clerk.find("step-up-demo").or_(clerk.find("slips")).or_(clerk.find("problem"))
    answered.filter(visible=True).first.wait_for(timeout=30_000)
    assert clerk.find("problem").all_inner_texts() == []
    if clerk.find("step-up-demo").is_visible():
        clerk.tap("step-up-demo")
    expect(clerk.find("slip-qr")).to_have_count(people)
    clerk.browser.context.unroute("**/office/v1/invitations")


def sheets_of_paper(clerk: Person) -> int:
    """How many sheets the printer takes; no word of a slip is cut off."""
    clerk.page.emulate_media(media="print")
    assert clerk.find("slip").evaluate_all(CUT) == 0
    paper = clerk.page.pdf(prefer_css_page_size=True)
    clerk.page.emulate_media(media="screen")
    return len(re.findall(rb"/Type\s*/Page\b", paper))


def test_ten_slips_fit_on_a_sheet_and_nothing_is_promised_without_network(meet: Meet) -> None:
    clerk = meet("desk")
    clerk.sign_in("pbo")
    clerk.tap("rail-invitations")
    for people, sheets in ((10, 1), (11, 2)):
        invite(clerk, people)
        assert sheets_of_paper(clerk) == sheets
        clerk.tap("slips-close")
    clerk.offline()
    clerk.tap("withdraw")
    clerk.says("problem", "这一步还没有做成")
    assert "自动上传" not in clerk.find("problem").inner_text(), "what the office asks for is not sent later"
