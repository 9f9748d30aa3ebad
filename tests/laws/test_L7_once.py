"""L7: a task run twice equals once, whether one after the other, side by side, or cut off in between."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from server.commands import do_effects
from server.commands.ask_digest import ask_digest
from server.commands.do_effects import LEASE_MS, claim_effects, fail_effect, finish_effect, pending_effect
from server.commands.write_digests import due_now, write_digest, write_digests
from server.domain.digest import NIGHT_KINDS, digest_id
from server.domain.judging.verdicts import Effect
from server.domain.schedule import Period, Reader, delivery_key, due_digests, newest_period
from server.store.database import reading
from server.store.effects_queue import MOST_TRIES, load_dead
from server.store.transaction import transaction
from tests.night.town import Town, add_phone, make_town

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR_MS = 60 * 60 * 1000
DAY_MS = 24 * HOUR_MS


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp() * 1000)


MONDAY_AT_EIGHT = at("2026-11-23T08:00")


@pytest.fixture
def town(app: Flask) -> Town:
    """An ordinary township whose people hold their roles since the week before."""
    made = make_town(MONDAY_AT_EIGHT - 5 * DAY_MS, is_demo=False)
    add_phone(made, made.secretary, MONDAY_AT_EIGHT - HOUR_MS)
    return made


def at_once(app: Flask, work: Callable[[], Any], times: int) -> list[Any]:
    """The results of this work, begun by several threads at the same moment."""
    barrier = Barrier(times)

    def one(_number: int) -> Any:
        with app.app_context():
            barrier.wait()
            return work()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def test_L7_a_second_run_writes_nothing_and_says_so(town: Town) -> None:
    first = dict(write_digests(NIGHT_KINDS, MONDAY_AT_EIGHT))
    head = town.head()
    second = dict(write_digests(NIGHT_KINDS, MONDAY_AT_EIGHT + HOUR_MS))
    assert first == {town.secretary: "sent", town.clerk: "sent"}
    assert second == {town.secretary: "already", town.clerk: "already"}
    assert dict(write_digests(NIGHT_KINDS, MONDAY_AT_EIGHT + HOUR_MS, force=True)) == second
    assert (town.head(), len(town.records("digest"))) == (head, 2)
    assert due_now(MONDAY_AT_EIGHT + HOUR_MS) == []


def test_L7_workers_side_by_side_write_one(app: Flask, town: Town) -> None:
    outcomes = at_once(app, lambda: write_digest(NIGHT_KINDS, town.id, town.secretary, MONDAY_AT_EIGHT), 6)
    assert sorted(outcomes) == ["already"] * 5 + ["sent"]
    assert [scope for scope, _fields in town.records("digest")] == [f"own:{town.secretary}"]


def test_L7_the_digest_and_its_log_are_written_together_or_not_at_all(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = town.head()

    def fail(*_args: Any) -> None:
        raise RuntimeError("the machine died here")

    with monkeypatch.context() as patched:
        patched.setattr("server.commands.write_digests.save_delivery", fail)
        with pytest.raises(RuntimeError):
            write_digest(NIGHT_KINDS, town.id, town.secretary, MONDAY_AT_EIGHT)
    assert (town.head(), town.records("digest"), town.log()) == (head, [], {})
    assert write_digest(NIGHT_KINDS, town.id, town.secretary, MONDAY_AT_EIGHT) == "sent"


def test_L7_nothing_to_report_is_said_once_a_period_and_looked_at_again_only_when_asked(town: Town) -> None:
    visits = [town.visit(village, MONDAY_AT_EIGHT - DAY_MS) for village in range(3)]
    assert set(dict(write_digests(NIGHT_KINDS, MONDAY_AT_EIGHT)).values()) == {"nothing-to-report"}
    assert town.records("digest") == []
    later = MONDAY_AT_EIGHT + 2 * DAY_MS
    assert len(visits) == 3
    assert set(dict(write_digests(NIGHT_KINDS, later)).values()) == {"already"}
    asked = [dict(write_digests(NIGHT_KINDS, later, force=True)) for _ in range(2)]
    assert [set(outcome.values()) for outcome in asked] == [{"sent"}, {"already"}]
    assert set(town.log().values()) == {"sent"}
    assert [line["code"] for line in town.records("digest")[0][1]["lines"]] == ["silent"]


def test_L7_asked_for_again_the_same_digest_says_what_is_so_now_and_is_no_second_one(town: Town) -> None:
    write_digests(NIGHT_KINDS, MONDAY_AT_EIGHT)
    town.visit(0, MONDAY_AT_EIGHT + 1)
    assert set(dict(write_digests(NIGHT_KINDS, MONDAY_AT_EIGHT + 2)).values()) == {"already"}
    asked = [dict(write_digests(NIGHT_KINDS, MONDAY_AT_EIGHT + 3, force=True)) for _ in range(2)]
    assert [set(outcome.values()) for outcome in asked] == [{"renewed"}, {"already"}]
    found = town.records("digest")
    assert [fields["lines"][0]["names"] for _scope, fields in found] == [["柳树湾", "上河"]] * 2
    for village in (1, 2):
        town.visit(village, MONDAY_AT_EIGHT + 4)
    assert set(dict(write_digests(NIGHT_KINDS, MONDAY_AT_EIGHT + 5, force=True)).values()) == {"renewed"}
    assert [fields["lines"] for _scope, fields in town.records("digest")] == [[], []]


def test_L7_a_machine_that_was_off_sends_the_newest_period_once_and_marks_it_late(town: Town) -> None:
    back = MONDAY_AT_EIGHT + 16 * DAY_MS
    assert len(due_now(back)) == 2
    assert dict(write_digests(NIGHT_KINDS, back))[town.secretary] == "sent"
    _scope, fields = town.records("digest")[0]
    assert (fields["period"], fields["late"], fields["period_start_ms"]) == (
        "2026-W50",
        True,
        MONDAY_AT_EIGHT + 14 * DAY_MS,
    )
    assert "（补发）" in fields["text_zh"]
    assert due_now(back + HOUR_MS) == []


def test_L7_before_eight_nobody_gets_one_and_a_newcomer_waits_for_the_next(app: Flask) -> None:
    new = make_town(MONDAY_AT_EIGHT + HOUR_MS, is_demo=False)
    assert set(dict(write_digests(NIGHT_KINDS, MONDAY_AT_EIGHT + 2 * HOUR_MS)).values()) == {"not-due"}
    assert set(dict(write_digests(NIGHT_KINDS, MONDAY_AT_EIGHT + 7 * DAY_MS - 1)).values()) == {"not-due"}
    assert set(dict(write_digests(NIGHT_KINDS, MONDAY_AT_EIGHT + 7 * DAY_MS)).values()) == {"sent"}
    assert len(new.records("digest")) == 2


def test_L7_each_digest_lies_in_its_readers_own_scope_and_says_what_he_may_know(town: Town) -> None:
    write_digests(NIGHT_KINDS, MONDAY_AT_EIGHT)
    found = dict(town.records("digest"))
    assert set(found) == {f"own:{town.secretary}", f"own:{town.clerk}"}
    line = found[f"own:{town.secretary}"]["lines"][0]
    assert (line["code"], line["count"], line["names"]) == ("unvisited", 3, ["青石沟", "柳树湾", "上河"])
    assert found[f"own:{town.clerk}"]["role"] == "pbo"


@given(st.sets(st.sampled_from("abc")), st.integers(0, 3 * DAY_MS), st.booleans())
def test_L7_who_has_his_is_never_due(made: set[str], after_ms: int, force: bool) -> None:
    period = newest_period("weekly", SHANGHAI, MONDAY_AT_EIGHT)
    readers = [Reader(name, None, "pbo", 0) for name in "abc"]
    due = due_digests(readers, made, period, MONDAY_AT_EIGHT + after_ms, force)
    assert {one.reader.account for one in due} == set("abc") - made


@given(st.text(max_size=5), st.text(max_size=5))
def test_L7_one_person_and_period_have_one_key_and_one_record(first: str, second: str) -> None:
    period = Period("2026-W48", 0)
    assert (digest_id("t", first, period) == digest_id("t", second, period)) == (first == second)
    assert (delivery_key(first, period) == delivery_key(second, period)) == (first == second)


def effects(town: Town, count: int) -> None:
    with transaction(town.id) as tx:
        tx.add_effects([Effect("digest-asked", {"number": number}) for number in range(count)], 1000)


def test_L7_claims_side_by_side_never_share_an_effect(app: Flask, town: Town) -> None:
    effects(town, 40)
    taken = [effect.id for claimed in at_once(app, lambda: claim_effects(1000), 4) for effect in claimed]
    assert (len(taken), len(set(taken))) == (40, 40)
    assert claim_effects(1000 + LEASE_MS - 1) == []
    assert len(claim_effects(1000 + LEASE_MS)) == 40


def test_L7_a_done_effect_is_never_claimed_again_and_a_second_message_finds_nothing(town: Town) -> None:
    effects(town, 1)
    (effect,) = claim_effects(1000)
    for _ in range(2):
        finish_effect(effect, 2000)
    fail_effect(effect, "too late to fail", 3000)
    assert pending_effect(town.id, effect.id) is None
    assert claim_effects(1000 + 9 * LEASE_MS) == []


def test_L7_a_failed_effect_comes_again_ever_later_and_is_dead_after_its_last_try(town: Town) -> None:
    effects(town, 1)
    now_ms = 1000
    for minutes in (1, 2, 4, 8, 16, 32, 60):
        (effect,) = claim_effects(now_ms)
        fail_effect(effect, "KeyError", now_ms)
        now_ms += minutes * 60_000
        assert claim_effects(now_ms - 1) == []
    (last,) = claim_effects(now_ms)
    fail_effect(last, "KeyError", now_ms)
    assert (last.tries, claim_effects(now_ms + 10**9)) == (MOST_TRIES, [])
    with reading() as connection:
        (dead,) = load_dead(connection, town.id, now_ms + 10**9, 10)
    assert (dead.tries, dead.error) == (MOST_TRIES, "KeyError")


def test_L7_an_effect_of_a_rolled_back_transaction_does_not_exist(town: Town) -> None:
    with pytest.raises(RuntimeError), transaction(town.id) as tx:
        tx.add_effects([Effect("digest-asked", {})], 1000)
        raise RuntimeError("the command failed")
    assert claim_effects(10_000) == []


def test_L7_asking_again_before_the_night_shift_came_leaves_one_effect(town: Town) -> None:
    assert [ask_digest(town.id, town.clerk, 1000) for _ in range(3)] == [True, False, False]
    (effect,) = claim_effects(1000)
    assert not ask_digest(town.id, town.clerk, 1001)
    finish_effect(effect, 1002)
    assert ask_digest(town.id, town.clerk, 1003)


def test_L7_the_lease_is_longer_than_the_most_work_that_is_claimed_at_once() -> None:
    assert do_effects.LEASE_MS >= do_effects.MOST_AT_ONCE * 9_000
