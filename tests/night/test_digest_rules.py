"""What the digest says to whom, and its words in Chinese."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from server.domain.digest import DIGEST_KIND, MOST_LINES, MOST_NAMES, Line, Town, digest_lines, line_fields
from server.domain.digest_text import MOST_NAMES_IN_TEXT, digest_text
from server.domain.fleet import Doubt, Phone
from server.domain.schedule import Reader
from server.schemas.kinds.registry import KINDS
from tests.night.records import DAY_MS, HOUR_MS, NOW_MS, conflict, cycle, subject, village, visit

SECRETARY = Reader("chief", "secretary", "committee_secretary", 0)
OFFICE = Reader("clerk", "clerk", "pbo", 0)
PHONE = Phone("r1", "chief", "程启岳", "Redmi 9A", NOW_MS - HOUR_MS)
ROSTER = (
    cycle(),
    subject("v1", "201"),
    subject("v2", "202"),
    village("v1", "青石沟"),
    village("v2", "柳树湾"),
)
TOWN = Town(ROSTER, (PHONE,), {"chief": "secretary"})
BOTH_VISITED = (visit("a", "v1", start_at=1), visit("b", "v2", start_at=1))


def codes(town: Town, reader: Reader = SECRETARY) -> list[str]:
    return [line.code for line in digest_lines(town, reader, NOW_MS)]


def test_the_night_shifts_digest_kind_is_the_one_customs_declares() -> None:
    assert KINDS["digest"] == DIGEST_KIND


def test_unvisited_villages_are_counted_and_named() -> None:
    (line,) = digest_lines(TOWN, SECRETARY, NOW_MS)
    assert line == Line("unvisited", 2, ("青石沟", "柳树湾"), {"list": "villages", "filter": "unvisited"}, None)


def test_nothing_is_said_when_there_is_nothing_to_say() -> None:
    assert codes(replace(TOWN, records=ROSTER + BOTH_VISITED)) == []


def test_without_an_open_cycle_no_village_is_missing() -> None:
    assert codes(replace(TOWN, records=(cycle(state="closed"), *ROSTER[1:]))) == []


def test_quarantine_is_for_the_office_only() -> None:
    town = replace(TOWN, records=ROSTER + BOTH_VISITED, quarantined=("程启岳", "程启岳", "马彦青"))
    assert codes(town) == []
    (line,) = digest_lines(town, OFFICE, NOW_MS)
    assert (line.code, line.count, line.names) == ("quarantined", 3, ("程启岳", "马彦青"))


def test_open_conflicts_are_named_by_village_and_other_peoples_own_are_not_counted() -> None:
    conflicts = (
        conflict("c1", "field:v1"),
        conflict("c2", "field:v1"),
        conflict("c3", "field:v2", "settled"),
        conflict("c4", "own:somebody else"),
        conflict("c5", "own:chief"),
    )
    (line,) = digest_lines(replace(TOWN, records=ROSTER + BOTH_VISITED + conflicts), SECRETARY, NOW_MS)
    assert (line.code, line.count, line.names) == ("conflicts", 3, ("青石沟",))


def test_possible_duplicates_of_the_open_cycle_are_named() -> None:
    twice = visit("c", "v2", start_at=1)
    old = (visit("d", "v1", start_at=1, cycle_id="2017"), visit("e", "v1", start_at=1, cycle_id="2017"))
    (line,) = digest_lines(replace(TOWN, records=ROSTER + BOTH_VISITED + (twice, *old)), SECRETARY, NOW_MS)
    assert (line.code, line.count, line.names) == ("duplicates", 1, ("柳树湾",))


def test_everything_at_once_is_five_lines_in_order_of_urgency() -> None:
    full = replace(
        TOWN,
        records=(*ROSTER, visit("a", "v1", start_at=1), visit("b", "v1", start_at=1), conflict("c", "field:v1")),
        phones=(replace(PHONE, last_contact_ms=NOW_MS - 2 * DAY_MS),),
        quarantined=("程启岳",),
    )
    assert codes(full, OFFICE) == ["unvisited", "silent", "conflicts", "quarantined", "duplicates"]
    assert codes(full) == ["unvisited", "silent", "conflicts", "duplicates"]
    assert len(codes(full, OFFICE)) <= MOST_LINES


def test_a_line_is_stored_as_codes_and_data() -> None:
    line = Line("unvisited", 60, tuple(str(n) for n in range(60)), {"list": "villages"}, Doubt("phone-silent", 50))
    stored = line_fields(line)
    assert stored["note"] == {"code": "phone-silent", "number": 50}
    assert (stored["count"], len(stored["names"])) == (60, MOST_NAMES)


def test_the_text_has_the_doubt_right_behind_the_number() -> None:
    phones = (replace(PHONE, last_contact_ms=NOW_MS - 51 * HOUR_MS),)
    lines = digest_lines(replace(TOWN, phones=phones), SECRETARY, NOW_MS)
    text = digest_text("云台镇", lines, NOW_MS, ZoneInfo("Asia/Shanghai"), late=True)
    assert text.splitlines() == [
        "云台镇走访摘要（补发），截至 1月15日 16:00",
        "1. 未收到走访记录 2 村（书记手机已 2 天未同步）：青石沟、柳树湾",
        "2. 手机超过一天未同步 1 部（最长 2 天）：程启岳",
    ]


def test_a_long_list_of_names_is_cut_with_a_word() -> None:
    line = Line("unvisited", 30, tuple(f"村{n}" for n in range(30)), {}, Doubt("phone-none"))
    text = digest_text("云台镇", [line], NOW_MS, ZoneInfo("Asia/Shanghai"), late=False)
    assert text.endswith(f"村{MOST_NAMES_IN_TEXT - 1}等")
    assert "（书记尚未登记手机）" in text
    assert "补发" not in text
