"""L18: no negative count hides a replica that has not synced."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from server.domain.digest import Town, digest_lines
from server.domain.digest_text import digest_text
from server.domain.fleet import SILENT_AFTER_MS, Phone, doubt_about, is_silent
from server.domain.records import Record
from server.domain.schedule import Reader

NOW_MS = 1_800_000_000_000
HOUR_MS = 60 * 60 * 1000
ACCOUNTS = ("chief", "clerk", "mayor")


@st.composite
def phones(draw: st.DrawFn) -> list[Phone]:
    made = draw(st.lists(st.tuples(st.sampled_from(ACCOUNTS), st.integers(-1, 90), st.integers(0, 3)), max_size=6))
    return [
        Phone(f"r{index}", account, account, "phone", NOW_MS - hours * HOUR_MS, pending)
        for index, (account, hours, pending) in enumerate(made)
    ]


def town(visited: int, in_use: list[Phone]) -> Town:
    villages = [f"v{index}" for index in range(3)]
    rows = [Record("cycle", "cycle", "town:t", 1, {"year": 2026, "state": "issued"})]
    rows += [
        Record(f"s-{name}", "subject", "town:t", 1, {"cycle_id": "cycle", "village_id": name}) for name in villages
    ]
    done = {"cycle_id": "cycle", "visitor_id": "secretary", "state": "synced"}
    rows += [
        Record(f"x-{name}", "visit", f"field:{name}", 1, {**done, "village_id": name}) for name in villages[:visited]
    ]
    return Town(rows, in_use, {"chief": "secretary"})


@given(st.integers(0, 3), phones(), st.sampled_from(["committee_secretary", "pbo"]))
def test_L18_a_count_of_missing_visits_names_every_reason_to_doubt_it(
    visited: int, in_use: list[Phone], role: str
) -> None:
    lines = {line.code: line for line in digest_lines(town(visited, in_use), Reader("x", None, role, 0), NOW_MS)}
    own = [phone for phone in in_use if phone.account == "chief"]
    doubtful = not own or any(is_silent(phone.last_contact_ms, NOW_MS) or phone.pending for phone in own)
    assert ("unvisited" in lines) == (visited < 3)
    if "unvisited" in lines:
        assert (lines["unvisited"].note is not None) == doubtful


@given(st.integers(0, 3), phones())
def test_L18_every_silent_phone_is_counted_whatever_else_there_is_to_say(visited: int, in_use: list[Phone]) -> None:
    lines = {line.code: line for line in digest_lines(town(visited, in_use), Reader("x", None, "pbo", 0), NOW_MS)}
    silent = [phone for phone in in_use if NOW_MS - phone.last_contact_ms >= SILENT_AFTER_MS]
    assert (lines["silent"].count if "silent" in lines else 0) == len(silent)
    assert set(lines["silent"].names if silent else ()) == {phone.person for phone in silent}


@given(phones())
def test_L18_one_more_silent_phone_never_takes_a_doubt_away(in_use: list[Phone]) -> None:
    before = doubt_about(in_use, {"chief"}, NOW_MS)
    silent = Phone("old", "chief", "chief", "phone", NOW_MS - 200 * HOUR_MS)
    after = doubt_about([*in_use, silent], {"chief"}, NOW_MS)
    assert after is not None and after.code == "phone-silent" and after.number == 200
    assert before is None or before.code in ("phone-none", "phone-silent", "phone-pending")


def test_L18_the_copied_text_says_it_in_words() -> None:
    silent = [Phone("r", "chief", "程启岳", "phone", NOW_MS - 24 * HOUR_MS)]
    lines = digest_lines(town(0, silent), Reader("x", None, "pbo", 0), NOW_MS)
    text = digest_text("云台镇", lines, NOW_MS, ZoneInfo("Asia/Shanghai"), late=False)
    assert "未收到走访记录 3 村（书记手机已 24 小时未同步）" in text
    one_hour_less = [Phone("r", "chief", "程启岳", "phone", NOW_MS - 24 * HOUR_MS + 1)]
    assert "未同步" not in digest_text(
        "云台镇",
        digest_lines(town(0, one_hour_less), Reader("x", None, "pbo", 0), NOW_MS),
        NOW_MS,
        ZoneInfo("Asia/Shanghai"),
        late=False,
    )
