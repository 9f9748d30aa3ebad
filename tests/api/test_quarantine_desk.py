"""The quarantine desk online: what the office sees of a held change, and what its decisions do and tell."""

from __future__ import annotations

from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from server.api.identity import now_ms
from server.commands.end_role import end_role
from server.commands.revoke import revoke
from server.store.database import reading, writing
from tests.phone import Phone, Town, enrol, found_town, new_id, slug_of

Json = dict[str, Any]


def get(desk: Phone, path: str = "") -> TestResponse:
    return desk.client.get(f"/office/v1/quarantine{path}", headers=desk.headers)


def post(desk: Phone, phone: Phone, n: int, verb: str, body: Json | None = None) -> TestResponse:
    path = f"/office/v1/quarantine/{phone.id}/{n}/{verb}"
    return desk.client.post(path, json=body or {}, headers=desk.headers)


def listed(desk: Phone, status: str = "held") -> list[Json]:
    changes: list[Json] = get(desk, f"?status={status}").get_json()["changes"]
    return changes


def refused(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, slug_of(answer.get_json())


def spoilt(phone: Phone, town: Town) -> str:
    """A visit in quarantine because its summary is too long."""
    visit = new_id()
    (outcome,) = phone.push(phone.visit(town, visit, branch_summary="长" * 1001, narrative="路灯坏了"))
    assert outcome["outcome"] == "quarantined"
    return visit


def notices(phone: Phone) -> list[Json]:
    phone.pull()
    return [row["fields"] for row in phone.mirror.values() if row["kind"] == "quarantine"]


def test_the_list_says_who_what_and_why_and_never_what_was_written(office: Phone, phone: Phone, town: Town) -> None:
    spoilt(phone, town)
    (line,) = listed(office)
    assert {name: line[name] for name in ("author", "kind", "action", "slug", "status", "n", "replica")} == {
        "author": "王建国",
        "kind": "visit",
        "action": "create",
        "slug": "invalid-change",
        "status": "held",
        "n": 1,
        "replica": phone.id,
    }
    assert "路灯坏了" not in get(office).text and "长长" not in get(office).text
    told = get(office, f"/{phone.id}/1").get_json()
    assert (told["places"], told["readable"], told["fields"]["narrative"]) == (
        ["/fields/branch_summary"],
        True,
        "路灯坏了",
    )


def test_L15_what_the_office_may_not_see_stays_unseen_in_quarantine(office: Phone, phone: Phone, town: Town) -> None:
    visit, interview, heard = new_id(), new_id(), new_id()
    phone.push(
        phone.visit(town, visit),
        phone.change("create", interview, "interview", fields={"visit_id": visit, "category": "masses", "alias": "甲"}),
        phone.change("create", heard, "interviewee", fields={"interview_id": interview, "name": "金丝雀" * 90}),
        phone.change("patch", new_id(), "visit", fields={"narrative": "金丝雀"}),
        phone.change("create", new_id(), "interview", fields={"visit_id": new_id(), "alias": "金丝雀" * 90}),
        phone.change("create", new_id(), "nonsense", fields={"text": "金丝雀"}),
    )
    lines = listed(office)
    assert [line["n"] for line in lines] == [3, 4, 5, 6]
    for line in lines:
        told = get(office, f"/{phone.id}/{line['n']}")
        assert (told.get_json()["readable"], told.get_json()["fields"]) == (False, None)
        assert "金丝雀" not in told.text
        answer = post(office, phone, line["n"], "correct", {"fields": {"name": "x"}, "reason": "试试"})
        assert refused(answer) == (403, "not-allowed")
    assert "金丝雀" not in get(office).text


def test_a_released_change_is_in_the_dossier_and_its_author_knows(office: Phone, phone: Phone, town: Town) -> None:
    visit = new_id()
    end_role(phone.id, now_ms())
    (outcome,) = phone.push(phone.visit(town, visit, narrative="卸任前写的"))
    assert outcome["outcome"] == "quarantined"
    assert post(office, phone, 1, "release").get_json()["status"] == "released"
    office.pull()
    assert office.mirror[visit]["fields"]["narrative"] == "卸任前写的"
    assert listed(office) == []
    (line,) = listed(office, "released")
    assert line["outcome"] == "applied" and line["decided_at_ms"]


def test_a_corrected_change_is_applied_with_the_offices_values_and_says_so(
    office: Phone, phone: Phone, town: Town
) -> None:
    visit = spoilt(phone, town)
    body = {"fields": {"branch_summary": "班子很齐"}, "reason": "太长，已缩短"}
    assert post(office, phone, 1, "correct", body).get_json()["status"] == "released"
    office.pull()
    row = office.mirror[visit]
    assert (row["fields"]["branch_summary"], row["fields"]["narrative"]) == ("班子很齐", "路灯坏了")
    assert row["created_by"] == phone.enrolled["account"]
    (notice,) = notices(phone)
    assert {name: notice[name] for name in ("n", "status", "reason", "corrected")} == {
        "n": 1,
        "status": "released",
        "reason": "太长，已缩短",
        "corrected": ["branch_summary"],
    }
    assert phone.mirror[visit]["fields"]["branch_summary"] == "班子很齐"
    assert get(office, f"/{phone.id}/1").get_json()["fields"]["branch_summary"] == "长" * 1001, "kept as it came"


def test_a_field_can_be_taken_out(office: Phone, phone: Phone, town: Town) -> None:
    visit = spoilt(phone, town)
    body = {"fields": {"branch_summary": None}, "reason": "另附"}
    assert post(office, phone, 1, "correct", body).get_json()["status"] == "released"
    office.pull()
    assert "branch_summary" not in office.mirror[visit]["fields"]


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"branch_summary": "长" * 1001}, "/fields/branch_summary"),
        ({"branch_summary": "好", "nonsense": 1}, "/fields/nonsense"),
        ({"branch_summary": "好", "start_at": "昨天"}, "/fields/start_at"),
        ({"branch_summary": "好", "village_id": None}, "/fields/village_id"),
    ],
)
def test_a_correction_that_is_wrong_itself_changes_nothing(
    office: Phone, phone: Phone, town: Town, fields: Json, place: str
) -> None:
    visit = spoilt(phone, town)
    answer = post(office, phone, 1, "correct", {"fields": fields, "reason": "改"}).get_json()
    assert (answer["status"], answer["slug"], answer["places"]) == ("held", "invalid-change", [place])
    office.pull()
    assert visit not in office.mirror and notices(phone) == []
    (line,) = listed(office)
    assert (line["reason"], line["corrected"]) == (None, [])


def test_a_correction_that_cannot_be_applied_leaves_no_trace(office: Phone, phone: Phone, town: Town) -> None:
    visit = new_id()
    begun = phone.visit(town, visit)
    phone.push(begun, phone.change("command", visit, command="cancel", fields={"reason": "长" * 600}))
    answer = post(office, phone, 2, "correct", {"fields": {"reason": "下雨"}, "reason": "缩短"}).get_json()
    assert (answer["status"], answer["slug"]) == ("held", "failed-guard")
    (line,) = listed(office)
    assert (line["reason"], line["corrected"], line["slug"]) == (None, [], "failed-guard")


def test_a_rejected_change_stays_out_and_its_author_reads_why(office: Phone, phone: Phone, town: Town) -> None:
    visit = spoilt(phone, town)
    assert post(office, phone, 1, "reject", {"reason": "重复了"}).get_json()["status"] == "rejected"
    (notice,) = notices(phone)
    assert (notice["status"], notice["reason"]) == ("rejected", "重复了")
    assert visit not in phone.mirror


def test_the_second_clerk_is_told_that_it_is_decided(app: Flask, office: Phone, phone: Phone, town: Town) -> None:
    spoilt(phone, town)
    post(office, phone, 1, "reject", {"reason": "重复了"})
    second = enrol(app, town, "pbo")
    bodies = {"release": {}, "reject": {"reason": "x"}, "correct": {"fields": {"branch_summary": "好"}, "reason": "x"}}
    for verb, body in bodies.items():
        answer = post(second, phone, 1, verb, body)
        assert refused(answer) == (409, "already-decided")
        assert answer.get_json()["status_now"] == "rejected"
    assert len(notices(phone)) == 1 and notices(phone)[0]["reason"] == "重复了"


def test_of_two_clerks_at_once_one_decides(app: Flask, office: Phone, phone: Phone, town: Town) -> None:
    spoilt(phone, town)
    second, start, answers = enrol(app, town, "pbo"), Barrier(2), []

    def decide(desk: Phone, verb: str, body: Json) -> None:
        start.wait()
        answers.append(post(desk, phone, 1, verb, body).status_code)

    correction = {"fields": {"branch_summary": "好"}, "reason": "缩短"}
    clerks = [
        Thread(target=decide, args=(office, "reject", {"reason": "重复了"})),
        Thread(target=decide, args=(second, "correct", correction)),
    ]
    for clerk in clerks:
        clerk.start()
    for clerk in clerks:
        clerk.join()
    assert sorted(answers) == [200, 409]
    (notice,) = notices(phone)
    (line,) = listed(office, "all")
    assert notice["status"] == line["status"]
    with reading() as connection:
        statement = text("SELECT count(*) FROM audit_events WHERE event LIKE 'quarantine-%'")
        assert connection.execute(statement).scalar() == 1


def test_bad_input_is_named_and_decides_nothing(office: Phone, phone: Phone, town: Town) -> None:
    spoilt(phone, town)
    for verb, body, where in (
        ("reject", {}, "/reason"),
        ("reject", {"reason": ""}, "/reason"),
        ("reject", {"reason": "a\x00b"}, "/reason"),
        ("correct", {"fields": {}, "reason": "x"}, "/fields"),
        ("correct", {"fields": [], "reason": "x"}, "/fields"),
    ):
        answer = post(office, phone, 1, verb, body)
        assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (400, where)
    assert get(office, "?status=nonsense").status_code == 400
    assert refused(post(office, phone, 99, "release")) == (404, "not-found")
    assert len(listed(office)) == 1


def test_another_townships_office_and_other_roles_see_nothing(
    app: Flask, office: Phone, phone: Phone, town: Town
) -> None:
    spoilt(phone, town)
    stranger = enrol(app, found_town(app), "pbo")
    assert listed(stranger, "all") == []
    assert refused(get(stranger, f"/{phone.id}/1")) == (404, "not-found")
    assert refused(post(stranger, phone, 1, "release")) == (404, "not-found")
    assert refused(get(phone)) == refused(post(phone, phone, 1, "release")) == (403, "not-allowed")
    revoke(office.id, now_ms())
    assert refused(get(office)) == (403, "replica-revoked")


def damage(table: str, column: str) -> None:
    with writing() as connection:
        connection.execute(text(f"UPDATE {table} SET {column} = 'sealed:00000000:AAAA'"))


def test_a_damaged_row_hides_no_other_and_can_be_rejected_only(office: Phone, phone: Phone, town: Town) -> None:
    spoilt(phone, town)
    damage("quarantined_changes", "payload")
    damage("changes", "canonical")
    spoilt(phone, town)
    broken, whole = listed(office)
    assert (broken["action"], whole["action"]) == (None, "create")
    assert refused(get(office, f"/{phone.id}/{broken['n']}")) == (409, "content-damaged")
    mended = {"fields": {"branch_summary": "短"}, "reason": "太长"}
    assert refused(post(office, phone, broken["n"], "correct", mended)) == (409, "content-damaged")
    assert refused(post(office, phone, broken["n"], "release")) == (409, "content-damaged")
    assert get(office, f"/{phone.id}/{whole['n']}").get_json()["readable"] is True
    assert post(office, phone, broken["n"], "reject", {"reason": "内容已损坏"}).get_json()["status"] == "rejected"
    assert [line["n"] for line in listed(office)] == [whole["n"]]
