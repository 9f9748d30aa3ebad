"""The 08:00 rule: the township's own zone, one newest period, caught up once after a night off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from server.domain.schedule import (
    GRACE_MS,
    Hour,
    Reader,
    delivery_key,
    due_digests,
    form_of,
    newest_period,
    one_reader_each,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
ZONES = st.sampled_from(["Asia/Shanghai", "Asia/Urumqi", "UTC", "America/New_York", "Pacific/Apia", "Asia/Kathmandu"])
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1))
DAY_MS = 24 * 60 * 60 * 1000


def ms(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp() * 1000)


def reader(account: str = "a", role: str = "committee_secretary", since_ms: int = 0) -> Reader:
    return Reader(account, f"p-{account}", role, since_ms)


def test_the_week_begins_on_monday_at_eight_in_the_townships_zone() -> None:
    before, after = ms("2026-11-23T07:59:59.999"), ms("2026-11-23T08:00")
    assert newest_period("weekly", SHANGHAI, before).key == "2026-W47"
    assert newest_period("weekly", SHANGHAI, after).key == "2026-W48"
    assert newest_period("weekly", SHANGHAI, after).start_ms == after == ms("2026-11-23T00:00", ZoneInfo("UTC"))


def test_the_day_begins_at_eight_and_not_at_midnight() -> None:
    assert newest_period("daily", SHANGHAI, ms("2026-11-24T07:59")).key == "2026-11-23"
    assert newest_period("daily", SHANGHAI, ms("2026-11-24T08:00")).key == "2026-11-24"


def test_the_hour_and_the_weekday_are_settings() -> None:
    wednesday_at_six = Hour(6, 2)
    assert newest_period("weekly", SHANGHAI, ms("2026-11-25T06:00"), wednesday_at_six).start_ms == ms(
        "2026-11-25T06:00"
    )
    assert newest_period("weekly", SHANGHAI, ms("2026-11-25T05:59"), wednesday_at_six).start_ms == ms(
        "2026-11-18T06:00"
    )


def test_a_week_of_the_new_year_keeps_its_iso_year() -> None:
    assert newest_period("weekly", SHANGHAI, ms("2027-01-01T12:00")).key == "2026-W53"


def test_summer_time_moves_the_instant_and_never_the_hour() -> None:
    """Clocks in New York went back on 2026-11-01: 08:00 is 12:00 UTC the day before and 13:00 UTC that day."""
    new_york = ZoneInfo("America/New_York")
    starts = [
        newest_period("daily", new_york, ms(f"2026-{day}T09:00", new_york)).start_ms for day in ("10-31", "11-01")
    ]
    assert [datetime.fromtimestamp(start / 1000, UTC).hour for start in starts] == [12, 13]


@given(MOMENTS, ZONES, st.sampled_from(["daily", "weekly"]))
def test_the_newest_period_has_begun_and_the_next_one_has_not(moment: datetime, name: str, form: str) -> None:
    zone, now_ms = ZoneInfo(name), round(moment.replace(tzinfo=UTC).timestamp() * 1000)
    period = newest_period(form, zone, now_ms)
    start = datetime.fromtimestamp(period.start_ms / 1000, zone)
    assert period.start_ms <= now_ms
    assert (start.hour, start.minute) == (8, 0)
    assert form == "daily" or start.weekday() == 0
    following = datetime.combine(start.date() + timedelta(days=1 if form == "daily" else 7), start.time(), zone)
    assert now_ms < following.timestamp() * 1000


@given(MOMENTS, ZONES, st.sampled_from(["daily", "weekly"]), st.integers(0, 40 * DAY_MS))
def test_two_moments_have_one_key_exactly_if_they_have_one_start(
    moment: datetime, name: str, form: str, later_ms: int
) -> None:
    now_ms = round(moment.replace(tzinfo=UTC).timestamp() * 1000)
    first, second = (newest_period(form, ZoneInfo(name), at) for at in (now_ms, now_ms + later_ms))
    assert (first.key == second.key) == (first.start_ms == second.start_ms)


def test_the_demo_gets_one_every_day() -> None:
    assert (form_of(True), form_of(False)) == ("daily", "weekly")


def test_a_machine_that_was_off_for_three_weeks_catches_up_once_and_says_so() -> None:
    now_ms = ms("2026-11-25T17:00")
    period = newest_period("weekly", SHANGHAI, now_ms)
    due = due_digests([reader()], set(), period, now_ms)
    assert [(one.period.key, one.late) for one in due] == [("2026-W48", True)]
    assert due_digests([reader()], {"a"}, period, now_ms) == ()


def test_what_comes_within_the_grace_is_on_time() -> None:
    period = newest_period("weekly", SHANGHAI, ms("2026-11-23T08:00"))
    late = [
        due_digests([reader()], set(), period, period.start_ms + after)[0].late for after in (GRACE_MS, GRACE_MS + 1)
    ]
    assert late == [False, True]


def test_a_role_that_began_after_eight_waits_for_the_next_one() -> None:
    now_ms = ms("2026-11-25T17:00")
    period = newest_period("weekly", SHANGHAI, now_ms)
    new = reader(since_ms=period.start_ms + 1)
    assert due_digests([new], set(), period, now_ms) == ()
    assert due_digests([reader(since_ms=period.start_ms)], set(), period, now_ms) != ()


def test_a_newcomer_who_asks_for_it_gets_it_at_once_and_not_as_late() -> None:
    now_ms = ms("2026-11-25T17:00")
    period = newest_period("daily", SHANGHAI, now_ms)
    assert [one.late for one in due_digests([reader(since_ms=now_ms - 1)], set(), period, now_ms, force=True)] == [
        False
    ]


def test_asking_twice_is_answered_once() -> None:
    period = newest_period("daily", SHANGHAI, ms("2026-11-25T17:00"))
    assert due_digests([reader()], {"a"}, period, period.start_ms, force=True) == ()


def test_a_person_with_two_roles_gets_one_digest_in_the_first_role() -> None:
    both = [reader(role="pbo"), reader(role="committee_secretary"), reader("b", "pbo"), reader("c", "evaluator")]
    assert [(one.account, one.role) for one in one_reader_each(both)] == [("a", "committee_secretary"), ("b", "pbo")]


def test_the_key_names_the_person_and_the_period() -> None:
    period = newest_period("weekly", SHANGHAI, ms("2026-11-23T08:00"))
    assert delivery_key("a", period) == "digest/a/2026-W48"
