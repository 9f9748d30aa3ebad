"""A visit is deleted over somebody else's private draft: only its author hears of it, and nothing of either is lost."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from server.api.identity import now_ms
from server.commands.doctor import doctor
from server.schemas.kinds.registry import KINDS
from server.store.database import reading
from server.store.townships import load_tenant
from tests.phone import Phone, Town, new_id

STORY, WORDS = "Canary-story 走访经过", "Canary-draft 路灯不亮"


def all_told(phone: Phone, visit: str) -> str:
    """Every word that the server tells this phone: pulls, a fresh first sync, the history of the visit."""
    phone.pull(sums=1)
    fresh = phone.client.get("/sync/v1/pull", query_string={"sums": 1}, headers=phone.headers)
    history = phone.client.get(f"/sync/v1/records/{visit}/history", headers=phone.headers)
    return json.dumps([phone.pages, fresh.get_json(), history.get_json()], ensure_ascii=False)


def questions(phone: Phone, draft: str) -> list[dict[str, Any]]:
    phone.pull()
    rows = [row for row in phone.mirror.values() if row["kind"] == "conflict"]
    return [row for row in rows if row["fields"]["record"] == draft and row["fields"]["status"] == "open"]


def settle(phone: Phone, question: dict[str, Any], value: bool) -> str:
    sides = [{"replica": side["replica"], "n": side["n"]} for side in question["fields"]["sides"]]
    change = phone.change("settle", question["record"], "conflict", fields={"value": value, "sides": sides})
    return str(phone.push(change)[0]["outcome"])


@pytest.fixture(params=["before", "meanwhile", "after"])
def story(request: pytest.FixtureRequest, town: Town, phone: Phone, office: Phone) -> tuple[str, str]:
    """The secretary's visit, deleted by him, and the office's draft below it, in each order of arrival."""
    visit, draft = new_id(), new_id()
    phone.push(phone.visit(town, visit, narrative=STORY, area_notes={"study": "学"}))
    office.pull()
    phone.pull()
    fields = {"origin": "visit", "origin_id": visit, "village_id": town.villages[0], "text": WORDS}
    write = office.change("create", draft, "opinion", fields=fields)
    if request.param != "after":
        assert office.push(write)[0]["outcome"] == "applied"
    if request.param == "before":
        phone.pull()
    outcome = phone.push(phone.change("delete", visit))[0]
    assert (outcome["outcome"], outcome.get("conflicts")) == ("applied", None)
    if request.param == "after":
        assert office.push(write)[0]["outcome"] == "conflict"
    phone.pull()
    assert phone.head >= outcome["seq"], "his phone waits for no row that is not his"
    return visit, draft


def test_L15_the_deleter_is_told_nothing_of_the_draft(
    app: Flask, story: tuple[str, str], phone: Phone, office: Phone
) -> None:
    visit, draft = story
    told = all_told(phone, visit)
    traces = [WORDS, draft, office.id, office.enrolled["account"], "deleted-above", f"own:{office.enrolled['account']}"]
    assert [trace for trace in traces if trace in told] == []
    [question] = questions(office, draft)
    assert question["scope"] == f"own:{office.enrolled['account']}"
    assert office.mirror[draft]["fields"]["text"] == WORDS
    assert visit not in office.mirror


def test_L10_the_author_brings_the_visit_back_whole(
    app: Flask, town: Town, story: tuple[str, str], phone: Phone, office: Phone
) -> None:
    visit, draft = story
    [question] = questions(office, draft)
    assert settle(office, question, False) in ("applied", "merged")
    for one in (office, phone):
        one.pull()
        fields = one.mirror[visit]["fields"]
        assert (fields["narrative"], fields["area_notes.study"]) == (STORY, "学")
    assert questions(office, draft) == [] and office.mirror[draft]["fields"]["text"] == WORDS
    told = all_told(phone, visit)
    assert [trace for trace in (WORDS, draft, "deleted-above") if trace in told] == []
    with reading() as connection:
        tenant = load_tenant(connection, town.id)
    assert all(line.ok is not False for line in doctor(KINDS, tenant, now_ms()).lines)


def test_L10_while_nobody_has_settled_the_draft_stands_and_letting_go_keeps_it_in_the_history(
    app: Flask, story: tuple[str, str], phone: Phone, office: Phone
) -> None:
    visit, draft = story

    def stored(record: str) -> str:
        with reading() as connection:
            found = connection.execute(text("SELECT fields FROM records WHERE id = :id"), {"id": record})
            return str(found.scalar_one())

    assert WORDS in stored(draft) and STORY not in stored(visit)
    [question] = questions(office, draft)
    assert settle(office, question, True) in ("applied", "merged")
    assert WORDS not in stored(draft) and questions(office, draft) == []
    before = phone.head
    phone.pull()
    assert phone.head == before and visit not in phone.mirror
    office.push(office.change("restore", draft, "opinion"))
    office.pull()
    assert office.mirror[draft]["fields"]["text"] == WORDS
