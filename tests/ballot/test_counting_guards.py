"""Between the deadline and the result: who may do what, in which order, and what stops it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from flask import Flask
from time_machine import Traveller

from server.domain.ballot.shapes import GRADES
from server.domain.ballot.tally import Counts
from tests.ballot.election import SCALAR
from tests.ballot.hall import Hall, open_hall, prove
from tests.ballot.test_refused_at_the_box import GOOD, ONE, TWO, small
from tests.phone import Phone, enrol, slug_of

NONE = Counts()


@pytest.fixture
def hall(app: Flask, afternoon: Traveller) -> Iterator[Hall]:
    """Two leaders, one with a sheet and one with paper form 1."""
    made = open_hall(app, small(), {"leader": 2}, {"leader": 1})
    made.done(made.office, "POST", "paper-forms", {"roll_id": made.rolls[0].id, "form_no": 1})
    sheet = made.fill("leader", GOOD)
    assert made.issue(made.phones[made.rolls[1].id], sheet).status_code == 200
    made.post_all(sheet)
    made.move("closed")
    yield made


def refused(hall: Hall, phone: Phone, method: str, path: str, body: Any = None) -> tuple[int, str, str]:
    answer = hall.call(phone, method, path, body)
    found = answer.get_json()
    return answer.status_code, slug_of(found), str(found.get("guard", ""))


def opened(hall: Hall, clock: Traveller) -> list[Phone]:
    clock.move_to(hall.election.manifest.deadline_ms / 1000)
    scrutineers = [hall.proved("scrutineer") for _ in range(2)]
    hall.release(scrutineers[0])
    return scrutineers


def entry(name: str, one: Counts, two: Counts) -> dict[str, Any]:
    rows = [{"subject": subject, "group": "leader", **asdict(row)} for subject, row in ((ONE, one), (TWO, two))]
    return {"entry": name, "rows": rows}


def paper(hall: Hall, one: Counts, two: Counts) -> None:
    hall.done(hall.office, "PUT", "paper", entry("a", one, two))
    teller = enrol(hall.app, hall.town, "teller")
    assert hall.done(teller, "PUT", "paper", entry("b", one, two))["agrees"]


def test_the_tally_key_opens_after_the_deadline_and_fits(hall: Hall, afternoon: Traveller) -> None:
    scrutineer = hall.proved("scrutineer")
    right = {"private": base64.b64encode(SCALAR).decode()}
    assert refused(hall, scrutineer, "POST", "tally-key/release", right) == (409, "round-guard", "after-deadline")
    afternoon.move_to(hall.election.manifest.deadline_ms / 1000)
    prove(scrutineer)
    for wrong in (bytes(32), b"\xff" * 32, bytes(31) + b"\x2b"):
        body = {"private": base64.b64encode(wrong).decode()}
        assert refused(hall, scrutineer, "POST", "tally-key/release", body) == (409, "round-guard", "key-fits")
    unproved = enrol(hall.app, hall.town, "scrutineer")
    assert refused(hall, unproved, "POST", "tally-key/release", right)[1] == "step-up-needed"
    assert refused(hall, hall.office, "POST", "tally-key/release", right)[1] == "not-allowed"
    assert refused(hall, scrutineer, "GET", "board")[1] == "round-state"
    assert hall.release(scrutineer)["words"].count(" ") == 3
    assert refused(hall, scrutineer, "POST", "tally-key/release", right)[1] == "round-state"


def test_clerks_that_differ_are_told_where_and_not_how(hall: Hall) -> None:
    one, two = Counts(good=1), Counts(poor=1)
    assert hall.done(hall.office, "PUT", "paper", entry("a", one, two)) == {"agrees": False, "differences": []}
    assert refused(hall, hall.office, "PUT", "paper", entry("b", one, two))[1] == "two-clerks"
    teller = enrol(hall.app, hall.town, "teller")
    differs = hall.done(teller, "PUT", "paper", entry("b", one, one))
    assert differs == {"agrees": False, "differences": [{"subject": TWO, "group": "leader"}]}
    assert hall.done(teller, "PUT", "paper", entry("b", one, two)) == {"agrees": True, "differences": []}
    foreign = {**entry("b", one, two), "rows": [{"subject": ONE, "group": "nobody", **asdict(one)}]}
    assert refused(hall, teller, "PUT", "paper", foreign)[1] == "malformed-request"
    negative = {**entry("b", one, two)["rows"][0], "good": -1}
    assert refused(hall, teller, "PUT", "paper", {"entry": "b", "rows": [negative]})[1] == "malformed-request"
    evaluator = hall.phones[hall.rolls[1].id]
    assert refused(hall, evaluator, "PUT", "paper", entry("b", one, two))[1] == "not-allowed"


def test_nobody_signs_numbers_that_do_not_agree(hall: Hall, afternoon: Traveller) -> None:
    hall.done(hall.office, "POST", "paper-forms/collected", {"numbers": [1]})
    first, _second = opened(hall, afternoon)
    hall.done(hall.office, "PUT", "paper", entry("a", NONE, NONE))
    sign = (hall, first, "POST", "signatures", {"what": "reconciliation"})
    assert refused(*sign) == (409, "round-guard", "paper-agrees")
    paper(hall, NONE, Counts(good=1))
    assert refused(*sign) == (409, "round-guard", "numbers-agree")
    found = hall.done(hall.office, "GET", "reconciliation")
    assert found["broken"] == [{"subject": ONE, "group": "leader", "what": "forms-and-rows"}]
    paper(hall, Counts(good=2), Counts(good=1))
    broken = {one["what"] for one in hall.done(hall.office, "GET", "reconciliation")["broken"]}
    assert broken >= {"more-back-than-issued", "received-over-issued"}
    assert refused(*sign) == (409, "round-guard", "numbers-agree")


def test_one_scrutineer_is_not_two_and_a_new_count_takes_signatures_back(hall: Hall, afternoon: Traveller) -> None:
    hall.done(hall.office, "POST", "paper-forms/collected", {"numbers": [1]})
    first, second = opened(hall, afternoon)
    paper(hall, Counts(good=1), Counts(poor=1))
    sign = {"what": "reconciliation"}
    assert hall.done(first, "POST", "signatures", sign) == {"state": "opened", "signatures": 1}
    assert hall.done(first, "POST", "signatures", sign) == {"state": "opened", "signatures": 1}
    paper(hall, Counts(good=1), Counts(invalid=1))
    assert hall.done(second, "POST", "signatures", sign) == {"state": "opened", "signatures": 1}
    assert refused(hall, hall.office, "POST", "count") == (409, "round-state", "")
    assert refused(hall, first, "POST", "signatures", {"what": "tally"})[1] == "round-state"
    assert hall.done(first, "POST", "signatures", sign) == {"state": "reconciled", "signatures": 2}
    assert hall.done(hall.office, "POST", "count") == {"state": "counted"}
    for phone in (hall.office, enrol(hall.app, hall.town)):
        prove(phone)
        assert refused(hall, phone, "POST", "signatures", {"what": "tally"})[1] == "not-allowed"
    assert refused(hall, second, "GET", "bundle")[1] == "round-state"


def test_few_rows_show_neither_counts_nor_score(hall: Hall, afternoon: Traveller) -> None:
    hall.done(hall.office, "POST", "paper-forms/collected", {"numbers": [1]})
    scrutineers = opened(hall, afternoon)
    paper(hall, Counts(good=1), Counts(poor=1))
    for phone in scrutineers:
        hall.done(phone, "POST", "signatures", {"what": "reconciliation"})
    hall.done(hall.office, "POST", "count")
    result = hall.done(hall.office, "GET", "result")
    assert (result["total"], result["groups"]) == (None, {})
    for one in result["subjects"]:
        assert one["hidden"] and one["groups"] == {}
        assert [one[name] for name in ("total", "ballot_score", "score", "shown", "suggested")] == [None] * 5
    secretary = hall.proved("committee_secretary")
    edge, founded = f"results/{ONE}", {"reason": "人太少", "minute_ref": "党委会"}
    bare = [hall.call(secretary, "PUT", edge, {"decided": grade}).status_code for grade in GRADES]
    assert bare == [400] * 4, "nor is a suggestion heard by trying grades"
    assert hall.done(secretary, "PUT", edge, {"decided": "good", **founded})["suggested"] is None
    voter = hall.phones[hall.rolls[1].id]
    assert refused(hall, voter, "GET", "result")[1] == "round-state"
    assert refused(hall, enrol(hall.app, hall.town, "evaluator"), "GET", "result")[1] == "not-on-roll"


def test_forms_are_given_replaced_and_collected_by_their_numbers(hall: Hall) -> None:
    hall.move("open")
    assert refused(hall, hall.office, "POST", "paper-forms/7/spoil", {"form_no": 2})[1] == "form-number"
    hall.done(hall.office, "POST", "paper-forms/1/spoil", {"form_no": 2})
    assert refused(hall, hall.office, "POST", "paper-forms/1/spoil", {"form_no": 3})[1] == "form-number"
    for numbers in ([1], [2, 9]):
        assert refused(hall, hall.office, "POST", "paper-forms/collected", {"numbers": numbers})[1] == "form-number"
    assert hall.done(hall.office, "POST", "paper-forms/collected", {"numbers": [2, 2]}) == {"collected": 1}
    other = {"roll_id": hall.rolls[1].id, "form_no": 1}
    assert refused(hall, hall.office, "POST", "paper-forms", other)[1] == "other-channel"
    rows = [row for row in hall.done(hall.office, "GET", "reconciliation")["rows"] if row["group"] == "leader"]
    assert [(row["issued_e"], row["issued_p"], row["spoiled"]) for row in rows] == [(1, 1, 1)] * 2
