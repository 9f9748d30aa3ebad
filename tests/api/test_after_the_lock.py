"""After the lock: what comes late is kept and flagged, addenda are added, open conflicts are still settled."""

from __future__ import annotations

import pytest
from flask import Flask

from server.api.identity import now_ms
from server.commands.lock_visits import lock_visits
from server.schemas.kinds.registry import KINDS
from tests.api.test_lock_visits import CYCLE_START_MS, extracts, finished
from tests.phone import Json, Phone, Town, enrol, new_id, slug_of

MEETING_MS = CYCLE_START_MS + 10
AFTER_MS = CYCLE_START_MS + 100
NEXT_MEETING_MS = CYCLE_START_MS + 200


def lock(town: Town, start_ms: int = MEETING_MS) -> int:
    return lock_visits(KINDS, town.id, start_ms, now_ms()).locked


def fields(phone: Phone, record: str) -> Json:
    phone.pull()
    found: Json = phone.mirror[record]["fields"]
    return found


def test_a_visit_that_arrives_after_the_lock_is_kept_flagged_and_locked_at_the_next(phone: Phone, town: Town) -> None:
    assert lock(town) == 0
    late = finished(phone, town)
    row = {"visit_id": late, "area": "study", "doc_type": "minutes", "title": "记录", "found": "complete"}
    told = phone.push(
        phone.change("create", new_id(), "record_check", fields=row),
        phone.change("patch", late, fields={"narrative": "到了以后还能改"}),
    )
    assert [one["outcome"] for one in told] == ["applied", "applied"]
    told_of = fields(phone, late)
    assert (told_of["state"], told_of["late"], told_of["narrative"]) == ("synced", True, "到了以后还能改")
    assert lock(town) == 0, "the same meeting locks it no more than before: it stays open until the next"
    assert lock(town, NEXT_MEETING_MS) == 1
    assert (fields(phone, late)["state"], fields(phone, late)["late"]) == ("locked", True)
    assert len(extracts(phone)) == 1


def test_a_visit_known_before_the_lock_and_completed_after_it_is_late(phone: Phone, town: Town) -> None:
    visit = new_id()
    phone.push(phone.visit(town, visit, start_at=CYCLE_START_MS, end_at=CYCLE_START_MS + 1))
    lock(town)
    assert "late" not in fields(phone, visit)
    phone.push(phone.change("patch", visit, fields={"narrative": "还没完成"}))
    assert "late" not in fields(phone, visit)
    phone.push(phone.change("command", visit, command="complete", fields={"children": []}))
    assert fields(phone, visit)["late"] is True


def test_a_visit_in_time_or_after_the_meeting_is_not_late(phone: Phone, town: Town) -> None:
    early = finished(phone, town)
    lock(town)
    after = finished(phone, town, start_at=AFTER_MS, end_at=AFTER_MS + 1)
    assert "late" not in fields(phone, early) and "late" not in fields(phone, after)
    assert lock(town, NEXT_MEETING_MS) == 1
    assert "late" not in fields(phone, after)


def test_L14_the_lock_decides_and_no_clock_of_a_phone(phone: Phone, town: Town) -> None:
    """A phone whose clock says long before the meeting is late all the same; one that says long after is in time."""
    visit, told = new_id(), {"start_at": CYCLE_START_MS, "end_at": CYCLE_START_MS + 1}
    lock(town)
    phone.push(
        phone.visit(town, visit, **told),
        phone.change("command", visit, command="complete", fields={"children": []}, captured_at_ms=CYCLE_START_MS),
    )
    assert fields(phone, visit)["late"] is True
    other = finished(phone, town, start_at=AFTER_MS, end_at=AFTER_MS + 1)
    phone.push(phone.change("patch", other, fields={"narrative": "改"}, captured_at_ms=CYCLE_START_MS))
    assert "late" not in fields(phone, other)


def test_a_corrected_day_takes_the_flag_away_and_brings_it(phone: Phone, town: Town) -> None:
    lock(town)
    visit = finished(phone, town)
    phone.pull()
    phone.push(phone.change("patch", visit, fields={"start_at": AFTER_MS, "end_at": AFTER_MS + 1}))
    assert "late" not in fields(phone, visit)
    phone.push(phone.change("patch", visit, fields={"start_at": CYCLE_START_MS}))
    assert fields(phone, visit)["late"] is True


def test_nobody_writes_the_flag_himself(phone: Phone, town: Town) -> None:
    lock(town)
    visit = finished(phone, town)
    [told] = phone.push(phone.change("patch", visit, fields={"late": False}))
    assert (told["outcome"], slug_of(told["problem"])) == ("quarantined", "invalid-change")
    assert fields(phone, visit)["late"] is True


def test_an_earlier_meeting_locked_afterwards_takes_nothing_back(phone: Phone, town: Town) -> None:
    lock(town, NEXT_MEETING_MS)
    lock(town, MEETING_MS)
    late = finished(phone, town, start_at=AFTER_MS, end_at=AFTER_MS + 1)
    assert fields(phone, late)["late"] is True


def test_an_addendum_hangs_on_the_locked_visit_and_nothing_else_of_it_changes(
    app: Flask, phone: Phone, office: Phone, town: Town
) -> None:
    visit, addendum = finished(phone, town), new_id()
    lock(town)
    phone.pull()
    before = phone.mirror[visit]
    told = phone.push(
        phone.change("create", addendum, "addendum", fields={"visit_id": visit, "text": "会后核实：记录已补齐"}),
        phone.change("patch", visit, fields={"branch_summary": "改写"}),
    )
    assert told[0]["outcome"] == "applied"
    assert (told[1]["outcome"], slug_of(told[1]["problem"])) == ("quarantined", "failed-guard")
    assert "locked since the meeting" in told[1]["problem"]["detail"]
    office.pull()
    row = office.mirror[addendum]
    assert (row["scope"], row["fields"]["text"]) == (before["scope"], "会后核实：记录已补齐")
    assert row["created_by"] == phone.enrolled["account"]
    assert office.mirror[visit]["seq"] == before["seq"]
    branch = enrol(app, town, "branch_secretary", village=town.villages[0])
    branch.pull()
    assert addendum not in branch.mirror and len(extracts(branch)) == 1


@pytest.mark.parametrize(
    ("given", "slug"),
    [({"text": "字" * 1001}, "invalid-change"), ({}, "invalid-change"), ({"text": ""}, "invalid-change")],
)
def test_an_addendum_that_is_too_long_or_says_nothing_is_refused_in_words(
    phone: Phone, town: Town, given: Json, slug: str
) -> None:
    visit = finished(phone, town)
    lock(town)
    [told] = phone.push(phone.change("create", new_id(), "addendum", fields={"visit_id": visit, **given}))
    assert (told["outcome"], slug_of(told["problem"])) == ("quarantined", slug)


def test_only_the_visits_own_people_add_and_only_its_author_changes_an_addendum(
    phone: Phone, office: Phone, town: Town
) -> None:
    visit, addendum = finished(phone, town), new_id()
    lock(town)
    phone.push(phone.change("create", addendum, "addendum", fields={"visit_id": visit, "text": "补充"}))
    office.pull()
    told = office.push(
        office.change("create", new_id(), "addendum", fields={"visit_id": visit, "text": "不是我的走访"}),
        office.change("patch", addendum, "addendum", fields={"text": "改写"}),
        office.change("delete", addendum, "addendum"),
    )
    assert {slug_of(one["problem"]) for one in told} == {"change-not-allowed"}
    phone.pull()
    [own] = phone.push(phone.change("patch", addendum, "addendum", fields={"text": "补充两点"}))
    assert own["outcome"] == "applied" and fields(office, addendum)["text"] == "补充两点"


def test_a_conflict_open_at_the_lock_is_settled_after_it_and_the_visit_is_not_late(
    app: Flask, phone: Phone, town: Town
) -> None:
    second, visit = enrol(app, town), finished(phone, town)
    phone.pull(), second.pull()
    phone.push(phone.change("patch", visit, fields={"narrative": "甲"}))
    assert second.push(second.change("patch", visit, fields={"narrative": "乙"}))[0]["outcome"] == "conflict"
    assert lock(town) == 0
    assert settle(second, "乙")["outcome"] == "applied"
    after = fields(second, visit)
    assert (after["narrative"], after["state"], "late" in after) == ("乙", "synced", False)
    assert lock(town) == 1
    assert "late" not in fields(second, visit)


def test_a_conflict_over_a_row_of_a_locked_visit_is_settled_after_the_lock(
    app: Flask, phone: Phone, town: Town
) -> None:
    second, visit, row = enrol(app, town), finished(phone, town), new_id()
    told = {"visit_id": visit, "area": "study", "doc_type": "minutes", "title": "记录", "found": "complete"}
    phone.push(phone.change("create", row, "record_check", fields=told))
    phone.pull(), second.pull()
    phone.push(phone.change("patch", row, "record_check", fields={"note": "甲"}))
    assert second.push(second.change("patch", row, "record_check", fields={"note": "乙"}))[0]["outcome"] == "conflict"
    assert lock(town) == 1, "the dispute is about a row, not about the visit's own text"
    assert settle(second, "乙")["outcome"] == "applied"
    assert fields(second, row)["note"] == "乙" and fields(second, visit)["state"] == "locked"


def settle(phone: Phone, value: str) -> Json:
    """The phone's choice in the one open conflict it holds."""
    phone.pull()
    [conflict] = [
        one for one in phone.mirror.values() if one["kind"] == "conflict" and one["fields"]["status"] == "open"
    ]
    sides = [{"replica": side["replica"], "n": side["n"]} for side in conflict["fields"]["sides"]]
    [told] = phone.push(phone.change("settle", conflict["record"], "conflict", fields={"value": value, "sides": sides}))
    return told
