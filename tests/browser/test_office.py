"""The Party-building office's day: a roster pasted with mistakes, a phone that fell silent."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.layout import english
from tests.browser.town import Town

HEADER = "统计用区划代码\t村(居)名称\t所属乡镇代码\t所属乡镇名称"
GOOD = "990101101214\t凤凰岭村村民委员会\t990101101\t云台镇"
COMMUNITY = "990101101001\t云台街社区居民委员会\t990101101\t云台镇"
WRONG = "99010110\t短码村民委员会\t990101101\t云台镇"
STRANGER = "620111103201\t若连村民委员会\t620111103\t平安镇"


def test_a_pasted_roster_is_looked_at_mended_imported_and_never_doubled(meet: Meet, town: Town) -> None:
    clerk = meet("desk")
    clerk.sign_in("pbo")
    before = len(town.records("village"))
    clerk.tap("rail-rosters")
    clerk.types("roster-text", "\n".join([HEADER, GOOD, WRONG, STRANGER, COMMUNITY]))
    clerk.tap("roster-look")
    row = clerk.sees("roster-faults").locator("tbody tr").first
    expect(row.locator("td").nth(0)).to_have_text("3")
    expect(row.locator("td").nth(1)).to_have_text("统计用区划代码")
    expect(row.locator("td").nth(2)).not_to_be_empty()
    assert clerk.find("roster-import").count() == 0
    assert english(clerk.page) == []
    assert len(town.records("village")) == before, "looking changes nothing"

    clerk.types("roster-text", "\n".join([HEADER, GOOD, STRANGER, COMMUNITY]))
    clerk.tap("roster-look")
    clerk.says("roster-result", "平安镇")
    clerk.tap("roster-import")
    expect(clerk.find("roster-result")).to_have_attribute("data-applied", "true")
    assert len(town.records("village")) == before + 2
    clerk.tap("roster-look")
    clerk.says("roster-sums", "不变 2")
    assert len(town.records("village")) == before + 2
    clerk.tap("rail-villages")
    expect(clerk.page.locator("[data-testid=village-link][data-village=凤凰岭]")).to_be_visible()
    clerk.tap("rail-audit")
    imported = clerk.page.locator("[data-testid=audit-row][data-event=roster-imported]")
    expect(imported).to_have_count(1)
    expect(imported).to_contain_text("新增 2")
    assert english(clerk.page) == []


def test_a_silent_phone_stands_out(meet: Meet, town: Town) -> None:
    lost = meet("phone")
    lost.sign_in()
    lost.browser.kill()
    (replica,) = town.rows("SELECT id, last_contact_ms FROM replicas ORDER BY created_at_ms DESC LIMIT 1")
    town.execute("UPDATE replicas SET last_contact_ms = last_contact_ms - 3 * 86400000 WHERE id = ?", replica["id"])
    clerk = meet("desk")
    clerk.sign_in("pbo")
    clerk.tap("rail-replicas")
    silent = clerk.page.locator("[data-testid=replica-row][data-silent=true]")
    expect(silent.first).to_contain_text("3 天")
    expect(silent.first).to_contain_text("程启岳")
    clerk.choose("replicas-only-silent")
    assert clerk.find("replica-row").count() == silent.count()
    assert english(clerk.page) == []
