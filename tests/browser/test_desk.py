"""The Party-building office's desk: a role, an invitation for it, a held change put right, a phone that is lost."""

from __future__ import annotations

from urllib.error import HTTPError

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.layout import english
from tests.browser.phone import PIN
from tests.browser.town import Town
from tests.browser.wire_phone import WirePhone
from tests.phone import new_id


def test_the_office_lets_somebody_in_decides_and_shuts_a_lost_phone_out(meet: Meet, town: Town) -> None:
    village, other = (row["id"] for row in town.records("village")[:2])
    lost = WirePhone(town.url)
    visit = new_id()
    held = {"village_id": village, "visitor_id": lost.me["person"], "branch_summary": "长" * 1001, "state": "planned"}
    assert lost.push("create", visit, "visit", held)["outcome"] == "quarantined"
    clerk = meet("desk")
    clerk.sign_in("pbo")

    clerk.tap("rail-people")
    clerk.tap("give-open")
    at = "SELECT a.person_id FROM accounts a JOIN role_assignments r ON r.account_id = a.id WHERE r.village_id = ?"
    (holder,) = town.rows(f"{at} AND r.role = 'branch_secretary'", other)
    person = next(one for one in town.records("person") if one["id"] == holder["person_id"])
    clerk.find("give-person").select_option(person["id"])
    clerk.find("give-role-code").select_option("teller")
    clerk.tap("give-do")
    clerk.tap("step-up-demo")
    clerk.says("people-done", "计票人")
    name = person["fields"]["name"]
    row = clerk.page.locator(f"[data-testid=person-row][data-name={name}] [data-role=teller]")
    expect(row).to_have_attribute("data-when", "now")
    assert english(clerk.page) == []

    clerk.tap("rail-invitations")
    clerk.find("guest-person").select_option("new")
    clerk.types("guest-name", "夏长锁")
    clerk.find("guest-role").select_option("evaluator")
    clerk.tap("guest-add")
    clerk.find("guest-person").select_option("new")
    clerk.types("guest-name", "柳絮")
    clerk.tap("guest-invite")
    expect(clerk.find("slip")).to_have_count(2)
    code = clerk.find("slip-code").first.inner_text()
    clerk.says("slips-near", "只有这台电脑")
    clerk.tap("slips-close")
    assert clerk.find("slip-code").count() == 0, "a code is shown once"
    guest = meet("phone")
    guest.open()
    guest.types("enrol-code", code)
    guest.types("enrol-pin", PIN)
    guest.types("enrol-pin-again", PIN)
    guest.tap("enrol-submit")
    guest.sees("today")
    clerk.tap("rail-people")
    clerk.tap("rail-invitations")
    used = clerk.page.locator("[data-testid=invitation-row][data-state=used]")
    expect(used.first).to_contain_text("夏长锁")
    clerk.tap("withdraw")
    expect(clerk.page.locator("[data-testid=invitation-row][data-state=withdrawn]")).to_have_count(1)

    clerk.tap("rail-quarantine")
    card = clerk.find("held").filter(has_text=lost_name(town, lost)).last
    card.get_by_test_id("held-look").click()
    expect(card.get_by_test_id("held-content")).to_contain_text("长长长")
    card.get_by_test_id("held-correct").click()
    clerk.types("correct-branch_summary", "班子很齐，路灯要修")
    clerk.types("held-reason", "太长，已缩短")
    clerk.tap("correct-do")
    clerk.says("quarantine-done", "已改正并放行")
    assert town.records("visit", branch_summary="班子很齐，路灯要修")
    lost.pull()
    (notice,) = [one for one in lost.rows.values() if one.get("kind") == "quarantine" and one["fields"]["n"] == 1]
    assert (notice["fields"]["reason"], notice["fields"]["corrected"]) == ("太长，已缩短", ["branch_summary"])
    assert english(clerk.page) == []

    clerk.tap("rail-replicas")
    (label,) = town.rows("SELECT label FROM replicas WHERE id = ?", lost.me["replica"])
    clerk.page.locator(f"[data-replica='{lost.me['replica']}'] [data-testid=revoke]").click()
    clerk.says("revoke-sheet", str(label["label"]))
    clerk.says("revoke-pending", "隔离区")
    clerk.tap("revoke-do")
    clerk.sees("revoke-done")
    with pytest.raises(HTTPError, match="403"):
        lost.call("GET", "/sync/v1/pull")
    late = lost.push("create", new_id(), "visit", {"village_id": village, "visitor_id": lost.me["person"]})
    assert late["outcome"] == "quarantined"
    assert english(clerk.page) == []


def lost_name(town: Town, phone: WirePhone) -> str:
    """Whose phone it is."""
    return str(next(one for one in town.records("person") if one["id"] == phone.me["person"])["fields"]["name"])
