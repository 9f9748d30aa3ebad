"""A change that says `erased` is taken only where a withdrawal of consent emptied it (docs/wire.md)."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.api.test_sealing import everything
from tests.api.test_withdrawal import Heard, hear, withdraw
from tests.phone import Json, Phone, Town, new_id, slug_of

WRONG_HASH = "0" * 24


def erased(phone: Phone, action: str, record: str, kind: str, **given: object) -> Json:
    """A change whose hash fits nothing, with the mark that spares it the look."""
    return phone.change(action, record, kind, **given) | {"erased": True, "hash": WRONG_HASH}


@pytest.fixture
def heard(phone: Phone, town: Town) -> Heard:
    return hear(phone, town)


def refused(outcome: Json) -> bool:
    named = [error["pointer"] for error in outcome.get("problem", {}).get("errors", [])]
    return (
        outcome["outcome"] == "quarantined" and slug_of(outcome["problem"]) == "invalid-change" and named == ["/erased"]
    )


def test_no_other_kind_takes_the_mark(phone: Phone, town: Town, heard: Heard) -> None:
    fields = {"village_id": town.villages[0], "visitor_id": town.secretary}
    opinion = {"origin": "visit", "origin_id": heard.visit, "village_id": town.villages[0], "text": "路"}
    outcomes = phone.push(
        erased(phone, "patch", heard.visit, "visit", fields={"narrative": "改了"}),
        erased(phone, "create", new_id(), "visit", fields=fields),
        erased(phone, "create", new_id(), "opinion", fields=opinion),
        erased(phone, "delete", heard.visit, "visit"),
    )
    assert [refused(one) for one in outcomes] == [True] * 4
    phone.pull()
    assert "narrative" not in phone.mirror[heard.visit]["fields"]


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("interview", {"answer": "改了"}),
        ("interview", {"minutes": 99}),
        ("interview", {}),
        ("interviewee", {"name": "改了"}),
        ("interviewee", {}),
    ],
)
def test_nor_does_an_interview_whose_consent_stands(phone: Phone, heard: Heard, kind: str, fields: Json) -> None:
    record = heard.said if kind == "interview" else heard.person
    assert refused(phone.push(erased(phone, "patch", record, kind, fields=fields))[0])
    phone.pull()
    assert phone.mirror[heard.said]["fields"]["minutes"] == 12


def test_one_that_still_says_something_was_emptied_by_nobody(app: Flask, phone: Phone, heard: Heard) -> None:
    withdraw(phone, heard.said)
    outcomes = phone.push(
        erased(phone, "patch", heard.said, "interview", fields={"answer": "Canary-later"}),
        erased(phone, "create", new_id(), "interviewee", fields={"interview_id": heard.said, "name": "Canary-name"}),
        erased(phone, "create", new_id(), "interview", fields={"visit_id": heard.visit, "answer": "Canary-answer"}),
    )
    assert [refused(one) for one in outcomes] == [True] * 3
    assert "Canary-later" not in everything(app) and "Canary-name" not in everything(app)


def test_where_consent_was_taken_back_it_goes_on(phone: Phone, heard: Heard) -> None:
    withdraw(phone, heard.said)
    outcomes = phone.push(
        erased(phone, "patch", heard.said, "interview", fields={}),
        erased(phone, "patch", heard.person, "interviewee", fields={}),
    )
    assert outcomes[0]["outcome"] == "merged"
    assert slug_of(outcomes[1]["problem"]) == "failed-guard"


def test_after_a_restore_the_withdrawal_may_come_with_a_later_push(phone: Phone, heard: Heard) -> None:
    """The first pushes are small: what was emptied and what emptied it may be cut apart."""
    said, person = new_id(), new_id()
    fields = {"visit_id": heard.visit, "category": "masses", "alias": "群众甲", "consent": "withdrawn", "minutes": 12}
    one_by_one = [
        erased(phone, "create", said, "interview", fields=fields),
        erased(phone, "create", person, "interviewee", fields={"interview_id": said}),
        phone.change("command", said, "interview", command="complete"),
        phone.change("command", said, "interview", command="withdraw"),
    ]
    outcomes = [phone.push(change)[0]["outcome"] for change in one_by_one]
    assert outcomes == ["applied"] * 4
