"""The meeting locks the visits before it: the branch gets an extract, and what was written stays as it is."""

from __future__ import annotations

import pytest
from flask import Flask

from server.api.identity import now_ms
from server.commands.lock_visits import lock_visits
from server.domain.problems import Problem
from server.schemas.kinds.registry import KINDS
from tests.phone import NOW_MS, Json, Phone, Town, enrol, new_id

SUMMARY, NARRATIVE = "向支部通报：三会一课按时开", "群众反映书记不常在村"
CYCLE_START_MS = 1_700_000_000_000


@pytest.fixture
def branch(app: Flask, town: Town) -> Phone:
    """The branch secretary of the first village."""
    return enrol(app, town, "branch_secretary", village=town.villages[0])


def finished(phone: Phone, town: Town, **fields: object) -> str:
    """A completed visit that began in 2023."""
    visit = new_id()
    told = {"start_at": CYCLE_START_MS, "end_at": CYCLE_START_MS + 1, "narrative": NARRATIVE, "branch_summary": SUMMARY}
    outcomes = phone.push(
        phone.visit(town, visit, **(told | fields)),
        phone.change("command", visit, command="complete", fields={"children": []}),
    )
    assert [one["outcome"] for one in outcomes] == ["applied", "applied"]
    return visit


def extracts(phone: Phone) -> list[Json]:
    phone.pull()
    return [row for row in phone.mirror.values() if row["kind"] == "visit_extract"]


def test_the_branch_reads_day_visitor_and_summary_and_nothing_else(phone: Phone, branch: Phone, town: Town) -> None:
    finished(phone, town, area_notes={"study": "学习笔记不全"})
    other = finished(phone, town, village_id=town.villages[1])
    assert extracts(branch) == []
    done = lock_visits(KINDS, town.id, CYCLE_START_MS + 10, now_ms())
    assert (done.locked, done.disputed) == (2, ())
    [extract] = extracts(branch)
    assert extract["scope"] == f"village:{town.villages[0]}"
    assert extract["fields"] == {
        "village_id": town.villages[0],
        "cycle_id": town.cycle,
        "on": "2023-11-15",
        "visitor_id": town.secretary,
        "branch_summary": SUMMARY,
    }
    assert NARRATIVE not in str(branch.pages) and other not in str(branch.mirror)
    phone.pull()
    assert phone.mirror[other]["fields"]["state"] == "locked" and len(extracts(phone)) == 2


def test_locking_again_changes_nothing_and_later_visits_lock_at_the_next_meeting(phone: Phone, town: Town) -> None:
    finished(phone, town)
    later = finished(phone, town, start_at=CYCLE_START_MS + 100, end_at=CYCLE_START_MS + 101)
    open_one = new_id()
    phone.push(phone.visit(town, open_one, start_at=CYCLE_START_MS))
    assert lock_visits(KINDS, town.id, CYCLE_START_MS + 10, now_ms()).locked == 1
    phone.pull()
    before = dict(phone.mirror)
    assert lock_visits(KINDS, town.id, CYCLE_START_MS + 10, now_ms()).locked == 0
    phone.pull()
    assert phone.mirror == before
    assert before[later]["fields"]["state"] == "synced" and before[open_one]["fields"]["state"] == "in_progress"
    assert lock_visits(KINDS, town.id, CYCLE_START_MS + 200, now_ms()).locked == 1


def test_a_locked_visit_takes_addenda_and_late_rows_and_keeps_refused_text(phone: Phone, town: Town) -> None:
    visit = finished(phone, town)
    phone.pull()
    lock_visits(KINDS, town.id, CYCLE_START_MS + 10, now_ms())
    addendum = {"id": new_id(), "text": "会后补充", "author": phone.enrolled["account"], "ts": NOW_MS}
    row = {"visit_id": visit, "area": "study", "doc_type": "minutes", "title": "记录", "found": "complete"}
    told = phone.push(
        phone.change("patch", visit, fields={"narrative": "改写"}),
        phone.change("add", visit, fields={"companions": [new_id()]}),
        phone.change("add", visit, fields={"addenda": [addendum]}),
        phone.change("create", new_id(), "record_check", fields=row),
        phone.change("command", visit, command="complete", fields={"children": []}),
        phone.change("command", visit, command="move", fields={"village_id": town.villages[1]}),
        phone.change("delete", visit),
    )
    slugs = [one.get("problem", {}).get("type", "").partition("#")[2] or one["outcome"] for one in told]
    refused = "failed-guard"
    assert slugs == [refused, refused, "merged", "applied", "merged", refused, refused]
    phone.pull()
    assert phone.mirror[visit]["fields"]["narrative"] == NARRATIVE
    assert phone.mirror[visit]["fields"]["addenda"] == [addendum]


def test_a_disputed_visit_is_locked_when_somebody_has_settled_it(app: Flask, phone: Phone, town: Town) -> None:
    second = enrol(app, town)
    visit = finished(phone, town)
    phone.pull(), second.pull()
    phone.push(phone.change("patch", visit, fields={"branch_summary": "甲"}))
    assert second.push(second.change("patch", visit, fields={"branch_summary": "乙"}))[0]["outcome"] == "conflict"
    done = lock_visits(KINDS, town.id, CYCLE_START_MS + 10, now_ms())
    assert (done.locked, done.disputed) == (0, (visit,))
    second.pull()
    [conflict] = [row for row in second.mirror.values() if row["kind"] == "conflict"]
    sides = [{"replica": side["replica"], "n": side["n"]} for side in conflict["fields"]["sides"]]
    settle = second.change("settle", conflict["record"], "conflict", fields={"value": "乙", "sides": sides})
    assert second.push(settle)[0]["outcome"] == "applied"
    assert lock_visits(KINDS, town.id, CYCLE_START_MS + 10, now_ms()).locked == 1
    assert [row["fields"]["branch_summary"] for row in extracts(second)] == ["乙"]


def test_a_confirmed_duplicate_is_locked_without_an_extract(phone: Phone, branch: Phone, town: Town) -> None:
    first = finished(phone, town)
    finished(phone, town, same_as=first)
    assert lock_visits(KINDS, town.id, CYCLE_START_MS + 10, now_ms()).locked == 2
    assert len(extracts(branch)) == 1


@pytest.mark.usefixtures("app")
def test_a_meeting_that_has_not_begun_locks_nothing(town: Town) -> None:
    with pytest.raises(Problem) as refused:
        lock_visits(KINDS, town.id, now_ms() + 3_600_000, now_ms())
    assert refused.value.entry.slug == "malformed-request"
