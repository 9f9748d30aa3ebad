"""A change that cannot be accepted is shown to its author in words, and holds nobody else's back."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Route, expect

from tests.browser.conftest import Meet
from tests.browser.layout import english, faults
from tests.browser.phone import PIN, Person
from tests.browser.town import Town
from tests.browser.visiting import add_opinion, complete, log_visit
from tests.phone import hashed

OPINIONS = 9


def unknown_kind(change: dict[str, Any]) -> dict[str, Any]:
    return {**change, "kind": "no_such_kind"}


def too_long(change: dict[str, Any]) -> dict[str, Any]:
    """As a phone would send it whose version knows of no limit."""
    return hashed({**change, "fields": {**change["fields"], "text": change["fields"]["text"] * 200}})


def spoil(route: Route, how: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """On its way every opinion whose text ends with 坏 becomes what no server accepts."""
    request = route.request
    raw = request.post_data_buffer or b""
    packed = request.headers.get("content-encoding") == "gzip"
    batch: dict[str, Any] = json.loads(gzip.decompress(raw) if packed else raw)
    bad = [str(change.get("fields", {}).get("text", "")).endswith("坏") for change in batch["changes"]]
    batch["changes"] = [how(change) if spoilt else change for change, spoilt in zip(batch["changes"], bad, strict=True)]
    headers = {
        name: value for name, value in request.headers.items() if name not in {"content-encoding", "content-length"}
    }
    route.continue_(post_data=json.dumps(batch), headers=headers)


def test_poison_is_told_in_chinese_and_the_rest_arrives(meet: Meet, town: Town) -> None:
    me = meet("phone")
    me.sign_in()
    me.page.route("**/sync/v1/**", lambda route: route.abort("internetdisconnected"))
    log_visit(me, "南沟", "这里面有一条坏的。")
    for n in range(OPINIONS):
        add_opinion(me, f"第{n}条意见{'坏' if n == 4 else '好'}")
    me.page.unroute("**/sync/v1/**")
    me.page.route("**/sync/v1/push", lambda route: spoil(route, unknown_kind))
    me.tap("sync-pill")
    me.tap("sync-now")
    me.waits_for_pill("needs-you|needs-arrived", timeout=30_000)
    (visit,) = town.records("visit", narrative="这里面有一条坏的。")
    arrived = sorted(child["fields"]["text"] for child in town.children(visit["id"]))
    assert arrived == [f"第{n}条意见好" for n in range(OPINIONS) if n != 4]
    me.tap("to-refused")
    spoilt = me.page.locator("[data-testid=refused][data-slug=invalid-change]")
    expect(spoilt).to_contain_text("有一项内容不合要求，服务器不能接收")
    expect(spoilt).to_contain_text("不会丢")
    expect(me.page.locator("[data-testid=refused]")).to_have_count(2)  # its `record` command cannot stand alone
    expect(spoilt).to_contain_text("第4条意见坏")
    assert english(me.page) == []


def test_refused_work_is_put_right_on_the_phone_and_accepted(meet: Meet, town: Town) -> None:
    me = meet("phone")
    me.sign_in()
    log_visit(me, "北塬", "有一条要改了再交。")
    me.waits_until_arrived()
    me.page.route("**/sync/v1/push", lambda route: spoil(route, too_long))
    add_opinion(me, "村口的路灯坏")
    me.waits_for_pill("needs-arrived", timeout=30_000)
    (visit,) = town.records("visit", narrative="有一条要改了再交。")
    assert town.children(visit["id"]) == []
    me.tap("sync-pill")
    me.tap("to-refused")
    me.says("refused", "村口的路灯坏")
    assert english(me.page) == [] and faults(me.page) == []
    me.tap("refused-mend")
    me.types("mend-text", "村口的路灯坏了三个月")
    assert english(me.page) == [] and faults(me.page) == []
    me.tap("finish")
    expect(me.find("refused")).to_have_count(0)
    me.page.unroute("**/sync/v1/push")
    me.tap("sync-pill")
    me.tap("sync-now")
    town.system.wait_for(lambda: town.children(visit["id"]) != [], "the mended opinion", 45)
    me.waits_until_arrived()
    assert [child["fields"]["text"] for child in town.children(visit["id"])] == ["村口的路灯坏了三个月"]


def test_a_step_that_came_too_late_is_told_and_the_rest_arrives(meet: Meet, town: Town) -> None:
    one, other = meet("phone"), meet("phone")
    one.sign_in()
    plan(one, "石板")
    one.waits_until_arrived()
    (planned,) = [visit["id"] for visit in town.records("visit", state="planned")]
    other.sign_in()
    other.works_offline()
    other.offline()
    other.tap("tab-villages")
    other.tap_on(other.page.locator("[data-testid=village-row][data-village=石板]"))
    other.tap("open-visit")
    other.tap("visit-cancel")
    other.types("cancel-reason", "路断了，改天再去")
    other.tap("cancel-do")
    expect(other.find("visit-head")).to_have_attribute("data-state", "cancelled")
    log_visit(other, "杨家庄", "改去了杨家庄。")
    one.tap("begin-visit")
    one.sees("sheet")
    one.tap("back")
    complete(one, reason="顺路先去了")
    one.waits_until_arrived()
    other.offline(False)
    other.waits_for_pill("needs-you|needs-arrived", timeout=30_000)
    assert len(town.records("visit", narrative="改去了杨家庄。")) == 1
    assert planned in [visit["id"] for visit in town.records("visit", state="synced")]
    other.tap("sync-pill")
    other.tap("to-refused")
    other.says("refused-reason", "送到的时候，这条记录的状态已经变了")
    assert english(other.page) == []


def plan(me: Person, village: str) -> None:
    """A visit planned for next year, so that it stays planned."""
    me.tap("new-visit")
    me.tap("new-pick-village")
    me.tap(f"pick-{village}")
    me.tap("new-day")
    years = me.page.locator(".van-picker-column").first
    me.tap_on(years.locator(".van-picker-column__item--selected + li"))
    me.tap_on(me.page.locator(".van-picker__confirm"))
    me.tap("finish")
    expect(me.find("visit-head")).to_have_attribute("data-state", "planned")


def test_five_unsent_visits_of_somebody_whose_role_ended_are_kept_and_shown(meet: Meet, town: Town) -> None:
    code = town.command("invite", "--role", "deputy_secretary")["invitation_code"]
    me = meet("phone")
    me.open(f"/#i={code}")
    me.types("enrol-pin", PIN)
    me.types("enrol-pin-again", PIN)
    me.tap("enrol-submit")
    me.sees("today")
    me.waits_until_arrived()
    me.works_offline()
    me.offline()
    written = {village: f"卸任那天在{village}写的。" for village in ("青石沟", "柳树湾", "上河", "下河", "红崖")}
    for village, words in written.items():
        log_visit(me, village, words)
    (replica,) = town.rows("SELECT id FROM replicas ORDER BY created_at_ms DESC LIMIT 1")
    town.command("role", "end", "--replica", replica["id"])
    me.offline(False)
    me.waits_for_pill("needs-you|needs-arrived", timeout=30_000)
    held = [one for one in town.command("quarantine", "list")["changes"] if one["replica"] == replica["id"]]
    assert len({one["record"] for one in held if one["kind"] == "visit"}) == len(written)
    assert not [words for words in written.values() if town.records("visit", narrative=words)]
    me.says("standing", f"没来得及上传的 {len(held)} 条已交给党建办处理")
    me.tap("tab-villages")
    expect(me.find("village-row")).to_have_count(0)
    me.tap("standing-refused")
    me.says("refused-reason", "您的职务不能改这一项")
    for words in written.values():
        expect(me.find("refused").filter(has_text=words)).to_have_count(1)
