"""The history of a record: who, when, from which phone, field by field; only for whoever may read the record (L15)."""

from __future__ import annotations

from typing import Any

from flask import Flask

from server.domain.history import Deed, visible_deeds
from tests.phone import Phone, Town, enrol, new_id, slug_of


def history(phone: Phone, record: str) -> list[dict[str, Any]]:
    answer = phone.client.get(f"/sync/v1/records/{record}/history", headers=phone.headers)
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.get_json()["entries"]
    return entries


def refusal(phone: Phone, record: str) -> tuple[int, str]:
    answer = phone.client.get(f"/sync/v1/records/{record}/history", headers=phone.headers)
    return answer.status_code, slug_of(answer.get_json())


def test_every_change_is_told_with_its_person_phone_and_fields(
    phone: Phone, office: Phone, app: Flask, town: Town
) -> None:
    second, visit = enrol(app, town), new_id()
    phone.push(phone.visit(town, visit))
    phone.pull(), second.pull()
    phone.push(phone.change("patch", visit, fields={"narrative": "甲", "area_notes": {"study": "学"}}))
    conflict = second.push(second.change("patch", visit, fields={"narrative": "乙"}))[0]["conflicts"][0]
    second.pull()
    choice = {"value": "乙", "sides": [{"replica": second.id, "n": 1}]}
    second.push(second.change("settle", conflict, "conflict", fields=choice))
    entries = history(office, visit)
    assert [entry["action"] for entry in entries] == ["create", "patch", "patch", "settle"]
    assert [entry["outcome"] for entry in entries] == ["applied", "applied", "conflict", "applied"]
    assert entries[1]["fields"] == {"narrative": "甲", "area_notes.study": "学"}
    assert entries[3]["fields"] == {"narrative": "乙"}
    assert [entry["replica"] for entry in entries] == [phone.id, phone.id, second.id, second.id]
    assert {(entry["person"], entry["label"]) for entry in entries} == {("王建国", "书记的手机")}


def test_a_record_outside_the_readers_scopes_is_not_found(phone: Phone, app: Flask, town: Town) -> None:
    visit, interview, person = new_id(), new_id(), new_id()
    phone.push(
        phone.visit(town, visit),
        phone.change("create", interview, "interview", fields={"visit_id": visit, "alias": "党员甲"}),
        phone.change("create", person, "interviewee", fields={"interview_id": interview, "name": "Canary"}),
    )
    branch = enrol(app, town, "branch_secretary", village=town.villages[0])
    clerk = enrol(app, town, "pbo")
    assert history(phone, person)[0]["fields"]["name"] == "Canary"
    assert refusal(clerk, person) == (404, "not-found")
    for record in (visit, interview, person, new_id(), "nothing"):
        assert refusal(branch, record) == (404, "not-found")


def test_a_draft_opinion_is_its_authors_even_after_it_was_recorded(phone: Phone, office: Phone, town: Town) -> None:
    visit, opinion = new_id(), new_id()
    fields = {"village_id": town.villages[0], "origin": "visit", "origin_id": visit, "text": "第一稿"}
    phone.push(phone.visit(town, visit), phone.change("create", opinion, "opinion", fields=fields))
    assert refusal(office, opinion) == (404, "not-found")
    rest = {"text": "定稿", "opinion_kind": "problem", "area": "org_life", "about": "branch"}
    phone.push(phone.change("patch", opinion, "opinion", fields=rest))
    phone.push(phone.change("command", opinion, "opinion", command="record"))
    shown = history(office, opinion)
    assert [entry["withheld"] for entry in shown] == [True, True, False]
    assert "第一稿" not in str(shown)
    assert [entry["withheld"] for entry in history(phone, opinion)] == [False] * 3


def test_what_was_refused_is_its_authors_alone(phone: Phone, office: Phone, app: Flask, town: Town) -> None:
    visit = new_id()
    phone.push(phone.visit(town, visit))
    clerk = enrol(app, town, "pbo")
    clerk.push(clerk.change("patch", visit, fields={"narrative": "不是我写的"}))
    assert [entry["outcome"] for entry in history(clerk, visit)] == ["applied", "quarantined"]
    assert len(history(phone, visit)) == 1


def test_what_waited_for_its_record_stands_where_it_was_let_in(phone: Phone, office: Phone, town: Town) -> None:
    visit = new_id()
    early = phone.push(phone.change("patch", visit, fields={"narrative": "早到的"}))
    assert early[0]["outcome"] == "quarantined"
    phone.push(phone.visit(town, visit))
    entries = history(office, visit)
    assert [(entry["action"], entry["outcome"]) for entry in entries] == [("create", "applied"), ("patch", "applied")]


def test_a_revoked_or_unknown_phone_reads_no_history(phone: Phone, town: Town) -> None:
    visit = new_id()
    phone.push(phone.visit(town, visit))
    answer = phone.client.get(f"/sync/v1/records/{visit}/history", headers={"Authorization": "Bearer nobody"})
    assert (answer.status_code, slug_of(answer.get_json())) == (401, "unknown-replica")


def deed(n: int, account: str = "a", seq: int | None = None, **more: Any) -> Deed:
    given: dict[str, Any] = {"outcome": "applied", "captured_at_ms": 0, "moment_ms": n, "fields": {"text": str(n)}}
    return Deed(n=n, replica="r", label="", account=account, action="patch", command=None, seq=seq, **given | more)


def test_L15_what_was_written_before_the_record_came_here_is_covered_for_others() -> None:
    deeds = [deed(2, seq=20), deed(1, seq=10), deed(3, "b", seq=30), deed(4, "b", outcome="quarantined")]
    seen = visible_deeds(deeds, [(15, "own:a")], {"field:v"}, "b")
    assert [(one.n, one.withheld, dict(one.fields)) for one in seen] == [
        (1, True, {}),
        (2, False, {"text": "2"}),
        (3, False, {"text": "3"}),
        (4, False, {"text": "4"}),
    ]
    assert [one.withheld for one in visible_deeds(deeds, [(15, "own:a")], {"own:a"}, "a")] == [False] * 3
