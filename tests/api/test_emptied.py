"""A deleted record keeps its id, loses its content when everybody settled, and a restore brings all of it back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from server.api.identity import now_ms
from server.commands.doctor import doctor
from server.commands.seal_open import Mended, seal_open
from server.schemas.kinds.registry import KINDS
from server.store.database import reading
from server.store.townships import load_tenant
from tests.api.test_sealing import everything
from tests.phone import Phone, Town, enrol, new_id

STORY = "Canary-story 走访经过"


def stored(record: str) -> dict[str, Any]:
    """What lies in the table of the records."""
    with reading() as connection:
        row = connection.execute(text("SELECT fields, deleted FROM records WHERE id = :id"), {"id": record}).one()
    return {"deleted": bool(row.deleted), **json.loads(row.fields)}


def contents() -> list[str]:
    """What lies beside changes that ended a record."""
    ended = "SELECT patch FROM changes WHERE patch IS NOT NULL AND action IN ('delete', 'settle')"
    with reading() as connection:
        return list(connection.execute(text(ended)).scalars())


def told(phone: Phone, town: Town) -> str:
    """A visit with something in every sort of field."""
    visit = new_id()
    fields = {"narrative": STORY, "companions": [new_id()], "area_notes": {"study": "学"}, "captured_offline": True}
    assert phone.push(phone.visit(town, visit, **fields))[0]["outcome"] == "applied"
    return visit


def test_a_delete_that_stands_leaves_no_content_and_a_restore_brings_all_of_it(
    app: Flask, town: Town, phone: Phone
) -> None:
    visit = told(phone, town)
    phone.pull()
    before = phone.mirror[visit]["fields"]
    phone.push(phone.change("delete", visit))
    assert stored(visit) == {"deleted": True, "": [phone.id, 2]}
    assert STORY not in str(stored(visit)) and STORY in "".join(contents())
    phone.pull()
    assert visit not in phone.mirror

    phone.push(phone.change("restore", visit))
    phone.pull()
    assert phone.mirror[visit]["fields"] == before
    assert contents() == [], "the content is in one place"
    phone.push(phone.change("delete", visit), phone.change("restore", visit), phone.change("delete", visit))
    phone.push(phone.change("restore", visit))
    phone.pull()
    assert phone.mirror[visit]["fields"] == before
    assert all(line.ok is not False for line in doctor(KINDS, _tenant(town), now_ms()).lines)


def _tenant(town: Town) -> Any:
    with reading() as connection:
        return load_tenant(connection, town.id)


def test_while_somebody_has_to_settle_the_content_stays(app: Flask, town: Town, phone: Phone, office: Phone) -> None:
    visit = told(phone, town)
    office.pull()
    office.push(office.change("patch", visit, fields={"planned_for": "2017-12-01"}))
    late = phone.push(phone.change("delete", visit))[0]
    assert late["outcome"] == "conflict" and stored(visit)["narrative"] == STORY
    phone.pull()
    conflict = late["conflicts"][0]
    sides = [{"replica": side["replica"], "n": side["n"]} for side in phone.mirror[conflict]["fields"]["sides"]]
    settle = phone.change("settle", conflict, "conflict", fields={"value": True, "sides": sides})
    assert phone.push(settle)[0]["outcome"] == "applied"
    assert stored(visit) == {"deleted": True, "": [phone.id, settle["n"]]}
    again = phone.push(settle)[0]
    assert again["outcome"] == "applied", "what lies beside a change is no part of it"
    phone.push(phone.change("restore", visit))
    phone.pull()
    assert phone.mirror[visit]["fields"]["planned_for"] == "2017-12-01"
    assert phone.mirror[visit]["fields"]["narrative"] == STORY


def test_an_edit_of_an_emptied_record_is_kept_and_comes_back_with_it(
    app: Flask, town: Town, phone: Phone, office: Phone
) -> None:
    """L10: nothing that was right before the record was emptied is different after."""
    visit = told(phone, town)
    office.pull()
    phone.push(phone.change("delete", visit))
    edit = office.change("patch", visit, fields={"start_at": 1_790_000_000_001})
    outcome = office.push(edit)[0]
    assert outcome["outcome"] == "conflict"
    phone.pull()
    conflict = outcome["conflicts"][0]
    sides = [{"replica": office.id, "n": edit["n"]}]
    phone.push(phone.change("settle", conflict, "conflict", fields={"value": False, "sides": sides}))
    phone.pull()
    fields = phone.mirror[visit]["fields"]
    assert (fields["narrative"], fields["start_at"], fields["area_notes.study"]) == (STORY, 1_790_000_000_001, "学")


def successor(phone: Phone) -> Phone:
    """The same install under a new replica."""
    asked = {"continues": phone.id, "label": "同一部手机", "platform": "Android 9", "schema_version": 1}
    answer = phone.client.post("/auth/v1/replicas", json=asked, headers=phone.headers)
    return Phone(phone.client, answer.get_json())


@pytest.mark.parametrize("first", ["delete", "restore"])
def test_a_successor_of_the_replica_restores_it_too(app: Flask, town: Town, phone: Phone, first: str) -> None:
    """After a renumbering the delete has another number; the way to the content is the row it lies beside."""
    visit = told(phone, town)
    gone = phone.change("delete", visit)
    phone.push(gone)
    heir = successor(phone)
    known = gone | {"n": 1}
    heir.n = 1
    if first == "delete":
        assert heir.push(known)[0]["outcome"] == "applied"
        assert heir.push(heir.change("restore", visit))[0]["outcome"] in ("applied", "merged")
    else:
        assert heir.push(known, heir.change("restore", visit))[1]["outcome"] in ("applied", "merged")
    heir.pull()
    assert heir.mirror[visit]["fields"]["narrative"] == STORY


def test_a_deleted_name_lies_sealed_beside_its_delete(app: Flask, town: Town, phone: Phone) -> None:
    visit, said, person = new_id(), new_id(), new_id()
    phone.push(
        phone.visit(town, visit),
        phone.change("create", said, "interview", fields={"visit_id": visit}),
        phone.change("create", person, "interviewee", fields={"interview_id": said, "name": "Canary-name"}),
        sent := phone.change("delete", person, "interviewee"),
    )
    assert "Canary-name" not in everything(app) and len(contents()) == 1
    assert seal_open(KINDS, now_ms()) == Mended(), "what lies beside a change is sealed already"
    heir = successor(phone)
    assert heir.push(sent | {"n": 1})[0]["outcome"] == "applied"
    assert "Canary-name" not in everything(app)
    phone.push(phone.change("restore", person, "interviewee"))
    phone.pull()
    assert phone.mirror[person]["fields"]["name"] == "Canary-name"


def test_a_withdrawal_reaches_what_was_deleted(app: Flask, town: Town, phone: Phone) -> None:
    """And what lay beside an older delete of a record that was restored since."""
    second = enrol(app, town, person=town.secretary)
    visit, said = new_id(), new_id()
    fields = {"visit_id": visit, "category": "masses", "alias": "甲", "consent": "given", "answer": "Canary-answer"}
    phone.push(
        phone.visit(town, visit),
        phone.change("create", said, "interview", fields=fields),
        phone.change("command", said, "interview", command="complete"),
        phone.change("delete", said, "interview"),
    )
    second.pull()
    second.push(second.change("restore", said, "interview"))
    phone.pull()
    phone.push(phone.change("delete", said, "interview"))
    phone.push(phone.change("command", said, "interview", command="withdraw"))
    assert "Canary" not in everything(app)
    phone.push(phone.change("restore", said, "interview"))
    phone.pull()
    left = phone.mirror[said]["fields"]
    assert (left["state"], left["answer"], left["category"]) == ("withdrawn", None, "masses")
