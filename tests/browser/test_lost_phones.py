"""Locked, lost and shared phones: work leaves them sealed, nothing of it is lost, nobody sees what is not his."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Meet
from tests.browser.dump import read_stores
from tests.browser.phone import Person
from tests.browser.town import Town
from tests.browser.visiting import log_visit


@pytest.fixture
def safe(town: Town, tmp_path: Path) -> Iterator[Path]:
    """The printed recovery key, in a file."""
    made = town.command("recovery-key")
    path = tmp_path / "safe.key"
    path.write_text(made["private_key"])
    yield path
    town.execute("DELETE FROM recovery_keys")


def replica_of(person: Person, town: Town) -> Any:
    return town.rows("SELECT id FROM replicas ORDER BY created_at_ms DESC LIMIT 1")[0]["id"]


def test_a_lost_phone_is_drained_while_locked_and_then_wiped(meet: Meet, town: Town, safe: Path) -> None:
    me = meet("phone")
    me.sign_in()
    replica = replica_of(me, town)
    me.works_offline()
    assert "idb zoufang/mirror" in read_stores(me.browser.context, me.url)
    me.offline()
    log_visit(me, "大坪", "丢手机那天写的。")
    me.page.reload()
    me.waits_for_pill("locked")
    me.offline(False)
    me.page.reload()
    me.waits_for_pill("locked-handed")
    me.says("lock-handed", "还没有登记")
    assert town.records("visit", narrative="丢手机那天写的。") == []
    town.command("revoke", "--replica", replica)
    me.page.reload()
    me.says("wiped", "没有上传的内容已全部交到镇里")
    opened = town.command("sealed", "open", "--recovery-key", str(safe))["parcels"]
    assert [one["outcomes"] for one in opened] == [{"quarantined": opened[0]["changes"]}]
    held = [one for one in town.command("quarantine", "list")["changes"] if one["replica"] == replica]
    assert len(held) == opened[0]["changes"]
    left = {where: rows for where, rows in read_stores(me.browser.context, me.url).items() if where.startswith("idb ")}
    assert set(left) == {"idb zoufang/meta", "idb zoufang/meta keys"}, "no record, no draft, no key is left"
    assert {b"directory", b"handed", b"tick", b"wiped"} == {
        name for name in left["idb zoufang/meta keys"] if name.isalpha()
    }


def test_two_people_share_a_phone(meet: Meet, town: Town, safe: Path) -> None:
    me = meet("phone")
    me.sign_in()
    me.works_offline()
    me.offline()
    log_visit(me, "北塬", "只有我看得到。")
    me.page.reload()
    me.offline(False)
    me.tap("others")
    me.tap("newcomer")
    me.tap("demo-pbo")
    me.sees("today")
    me.waits_until_arrived()
    expect(me.page.locator("body")).not_to_contain_text("只有我看得到")
    me.page.reload()
    me.sees("unlock")
    expect(me.find("lock-name")).not_to_be_empty()
    me.tap("others")
    me.tap("housemate")
    me.says("sync-pill", re.compile("已封存送达"))
    me.unlock()
    me.sees("today")
    me.waits_until_arrived()
    assert len(town.records("visit", narrative="只有我看得到。")) == 1


def test_a_forgotten_passphrase_is_recovered_with_the_office(meet: Meet, town: Town, safe: Path) -> None:
    desk = meet("desk")
    desk.sign_in("pbo")
    me = meet("phone")
    me.sign_in()
    me.works_offline()
    me.offline()
    log_visit(me, "大坪", "忘口令之前写的。")
    me.page.reload()
    me.offline(False)
    me.tap("forgotten")
    me.says("forgotten-state", "正在等许可", timeout=20_000)
    digits = me.sees("forgotten-digits").inner_text()

    desk.tap("rail-recovery")
    desk.tap("recovery-choose")
    desk.types("recovery-key", safe.read_text())
    desk.types("recovery-digits", "1234 5678 9012")
    desk.tap("recovery-send")
    desk.says("recovery-answer", "号码对不上")
    desk.types("recovery-digits", digits)
    desk.tap("recovery-send")
    desk.tap("step-up-demo")
    desk.says("recovery-done", "已发出")

    me.types("forgotten-pin", "新口令新口令新口令新口令")
    me.types("forgotten-again", "新口令新口令新口令新口令")
    me.tap("forgotten-finish")
    me.sees("visit-head")
    me.waits_until_arrived()
    assert len(town.records("visit", narrative="忘口令之前写的。")) == 1
    kept = town.rows("SELECT * FROM recoveries")
    assert safe.read_text() not in str(kept)
    me.page.reload()
    me.unlock("新口令新口令新口令新口令")
    me.sees("visit-head")
