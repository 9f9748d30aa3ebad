"""What was decided can be read by those who look into the books, and holds no word of anybody's content."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from server.api.identity import now_ms
from server.commands.audit_chain import verify_audit
from server.commands.create_township import create_township
from server.commands.import_roster import import_roster
from server.commands.invite import invite
from server.commands.open_cycle import open_cycle
from server.commands.quarantine import reject
from server.commands.revoke import revoke
from server.domain.audit import EVENTS
from server.schemas.kinds.registry import KINDS
from server.schemas.roster_file import read_roster_text
from server.store.database import reading
from tests.phone import Phone, Town, enrol, new_id, slug_of

ROOT = Path(__file__).resolve().parents[2]
CANARY = "王老汉说低保被截留"


def read(desk: Phone, **query: Any) -> dict[str, Any]:
    answer = desk.client.get("/office/v1/audit", query_string=query, headers=desk.headers)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.get_json()
    return page


def events(desk: Phone) -> list[str]:
    return [event["event"] for event in read(desk)["events"]]


def test_who_came_in_and_who_was_shut_out_with_names(phone: Phone, office: Phone) -> None:
    revoke(phone.id, now_ms(), by=office.enrolled["account"])
    newest, *older = read(office)["events"]
    assert (newest["event"], newest["account"], newest["about"], newest["device"]) == (
        "revoked",
        office.enrolled["account"],
        "王建国",
        "书记的手机",
    )
    assert [event["event"] for event in older] == ["enrolled", "invited", "enrolled", "invited"]
    assert [event["person"] for event in older if event["event"] == "enrolled"] == ["", "王建国"]


def test_an_import_a_cycle_and_a_refused_change_are_decisions(
    app: Flask, town: Town, phone: Phone, office: Phone
) -> None:
    table = read_roster_text("统计用区划代码\t村(居)名称\t书记\n990101101299\t新村村民委员会\t李四")
    for _ in range(2):
        import_roster(KINDS, town.id, table.rows, table.faults, now_ms())
    open_cycle(KINDS, town.id, 2018, now_ms())
    (kept,) = phone.push(phone.change("patch", new_id(), fields={"narrative": CANARY}))
    reject(KINDS, phone.id, kept["n"], CANARY, now_ms())
    assert events(office)[:3] == ["quarantine-rejected", "cycle-opened", "roster-imported"]
    assert events(office).count("roster-imported") == 1, "a second import of the same file decided nothing"


def conflict_of(phone: Phone) -> dict[str, Any]:
    phone.pull()
    (found,) = [row for row in phone.mirror.values() if row["kind"] == "conflict"]
    return found


def test_settling_between_others_is_a_decision_and_between_oneself_and_others_is_not(
    app: Flask, town: Town, phone: Phone, office: Phone
) -> None:
    second = enrol(app, town)
    visit = new_id()
    phone.push(phone.visit(town, visit, start_at=1))
    for one in (second, office):
        one.pull()
    phone.pull()
    phone.push(phone.change("patch", visit, fields={"start_at": 2}))
    second.push(second.change("patch", visit, fields={"start_at": 3}))
    conflict = conflict_of(office)
    sides = [{"replica": side["replica"], "n": side["n"]} for side in conflict["fields"]["sides"]]
    choice = {"value": 3, "sides": sides}
    (outcome,) = office.push(office.change("settle", conflict["record"], "conflict", fields=choice))
    assert outcome["outcome"] == "applied", outcome
    newest = read(office)["events"][0]
    assert newest["event"] == "settled" and newest["account"] == office.enrolled["account"]
    assert newest["detail"] == {"conflict": conflict["record"], "field": "start_at", "record": visit}
    count = events(office).count("settled")
    phone.pull()
    phone.push(phone.change("patch", visit, fields={"start_at": 4}, base=phone.head))
    second.push(second.change("patch", visit, fields={"start_at": 5}))
    phone.pull()
    (again,) = [row for row in phone.mirror.values() if row["kind"] == "conflict" and row["fields"]["status"] == "open"]
    sides = [{"replica": side["replica"], "n": side["n"]} for side in again["fields"]["sides"]]
    (outcome,) = phone.push(phone.change("settle", again["record"], "conflict", fields={"value": 5, "sides": sides}))
    assert outcome["outcome"] == "applied" and events(office).count("settled") == count


def test_no_text_of_anybody_is_in_the_chain(app: Flask, town: Town, phone: Phone, office: Phone) -> None:
    code = invite(town.id, "pbo", now_ms()).code
    phone.push(phone.visit(town, branch_summary=CANARY, narrative=CANARY))
    (kept,) = phone.push(phone.change("patch", new_id(), fields={"narrative": CANARY}))
    reject(KINDS, phone.id, kept["n"], CANARY, now_ms())
    with reading() as connection:
        rows = connection.execute(text("SELECT * FROM audit_events")).all()
    written = " ".join(str(part) for row in rows for part in row) + json.dumps(read(office), ensure_ascii=False)
    for secret in (CANARY, code, phone.enrolled["token"], phone.enrolled["drop_token"]):
        assert secret not in written
    assert all(not state.faults for state in verify_audit())


def test_pages_follow_one_another_without_a_gap(office: Phone, town: Town) -> None:
    for _ in range(5):
        invite(town.id, "pbo", now_ms())
    numbers, before, more = [], None, True
    while more:
        page = read(office, limit=3, **({} if before is None else {"before": before}))
        numbers += [event["n"] for event in page["events"]]
        before, more = numbers[-1], page["more"]
    assert numbers == list(range(7, 0, -1))


def test_another_townships_decisions_are_not_there(office: Phone) -> None:
    other = create_township("邻镇", "990101102", now_ms=1).id
    invite(other, "pbo", now_ms())
    assert len(read(office)["events"]) == 2


@pytest.mark.parametrize("role", ["leader", "evaluator"])
def test_who_does_not_look_into_the_books_is_refused(app: Flask, town: Town, role: str) -> None:
    answer = (phone := enrol(app, town, role)).client.get("/office/v1/audit", headers=phone.headers)
    assert (answer.status_code, slug_of(answer.get_json())) == (403, "not-allowed")


@pytest.mark.parametrize("query", ["before=0", "before=x", "limit=0", "limit=101"])
def test_a_page_that_is_none_is_refused_in_words(office: Phone, query: str) -> None:
    answer = office.client.get(f"/office/v1/audit?{query}", headers=office.headers)
    assert (answer.status_code, slug_of(answer.get_json())) == (400, "malformed-request")


EVENT_AT = {"add_audit": 3, "audited": 2, "save_round": 5, "_taken": 6}
"""Which argument names the decision."""


def test_every_decision_that_is_written_has_a_name_and_its_words() -> None:
    written = set()
    for path in (ROOT / "server").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            at = EVENT_AT.get(getattr(node.func, "id", "")) if isinstance(node, ast.Call) else None
            named = node.args[at : at + 1] if isinstance(node, ast.Call) and at is not None else []
            event = named[0] if named else None
            written |= {event.value} if isinstance(event, ast.Constant) else set()
    assert {"enrolled", "revoked", "hub-lost", "form-given", "attendance-taken"} <= written <= EVENTS
    for language in ("zh", "en"):
        words = json.loads((ROOT / "pwa" / "src" / "i18n" / f"{language}.json").read_text())
        assert EVENTS - set(words["audit"]["event"]) == set()
