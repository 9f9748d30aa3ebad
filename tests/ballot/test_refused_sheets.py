"""Handing in: once, by one channel, the whole sheet, by those on the roll."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text
from time_machine import Traveller

from server.api.identity import now_ms
from server.commands.ballot.issue_sheet import Sheet as Signed
from server.commands.ballot.issue_sheet import issue_sheet
from server.commands.ballot.post_slip import post_slip
from server.domain.problems import Problem
from server.store.database import reading
from server.store.roll import replace_roll
from server.store.transaction import transaction
from tests.ballot.election import subject_id
from tests.ballot.hall import Hall, Sheet, open_hall
from tests.ballot.test_refused_at_the_box import GOOD, ONE, TWO, small
from tests.phone import Phone, enrol, slug_of


@pytest.fixture
def hall(app: Flask, afternoon: Traveller) -> Iterator[Hall]:
    yield open_hall(app, small(), {"leader": 3, "member_rep": 1}, {"member_rep": 1})


def voter(hall: Hall, at: int = 0) -> Phone:
    return hall.phones[hall.rolls[at].id]


def refused(hall: Hall, phone: Phone, sheet: Sheet) -> tuple[int, str]:
    answer = hall.issue(phone, sheet)
    return answer.status_code, slug_of(answer.get_json())


def issued() -> int:
    with reading() as connection:
        return int(connection.execute(text("SELECT count(*) FROM issuances")).scalar_one())


def test_the_same_bytes_get_the_same_answer_and_others_none(hall: Hall) -> None:
    sheet = hall.fill("leader", GOOD)
    first = hall.issue(voter(hall), sheet)
    assert hall.issue(voter(hall), sheet).data == first.data
    assert refused(hall, voter(hall), hall.fill("leader", GOOD)) == (409, "already-issued")
    assert issued() == 2


def test_rows_that_are_missing_foreign_or_doubled(hall: Hall) -> None:
    whole = hall.fill("leader", GOOD).asked()["sheet"]
    foreign = {**whole[0], "subject": subject_id(9)}
    for rows, pointer in (
        (whole[:1], "/sheet"),
        ([*whole, foreign], "/sheet/2"),
        ([*whole, whole[0]], "/sheet/2"),
    ):
        answer = hall.call(voter(hall), "POST", "issuances", {"sheet": rows})
        assert (answer.status_code, slug_of(answer.get_json())) == (400, "sheet-rows")
        assert answer.get_json()["errors"][0]["pointer"] == pointer
    assert issued() == 0


def test_a_recused_row(hall: Hall) -> None:
    rolls = [replace(hall.rolls[0], recusals=(TWO,)), *hall.rolls[1:]]
    with transaction(hall.town.id) as tx:
        replace_roll(tx.connection, hall.town.id, hall.meeting, rolls)
    assert refused(hall, voter(hall), hall.fill("leader", GOOD)) == (400, "sheet-rows")
    assert hall.issue(voter(hall), hall.fill("leader", {ONE: "good"})).status_code == 200
    assert issued() == 1


def test_a_stranger_and_nobody(hall: Hall) -> None:
    sheet = hall.fill("leader", GOOD)
    assert refused(hall, enrol(hall.app, hall.town, "evaluator"), sheet) == (403, "not-on-roll")
    nobody = hall.app.test_client().post(f"/ballots/v1/rounds/{hall.round}/issuances", json=sheet.asked())
    assert (nobody.status_code, slug_of(nobody.get_json())) == (401, "unknown-replica")
    assert issued() == 0


def test_bytes_that_no_signer_takes(hall: Hall) -> None:
    rows = hall.fill("leader", GOOD).asked()["sheet"]
    for blinded in ("AAAA", "A" * 340 + "AA==", "/" * 341 + "w==", "x"):
        answer = hall.call(voter(hall), "POST", "issuances", {"sheet": [{**rows[0], "blinded": blinded}, rows[1]]})
        assert (answer.status_code, slug_of(answer.get_json())) == (400, "malformed-request"), blinded
    assert issued() == 0


def test_paper_after_a_sheet_and_a_sheet_after_paper(hall: Hall) -> None:
    assert hall.issue(voter(hall), hall.fill("leader", GOOD)).status_code == 200
    given = {"roll_id": hall.rolls[0].id, "form_no": 1}
    answer = hall.call(hall.office, "POST", "paper-forms", given)
    assert (answer.status_code, slug_of(answer.get_json())) == (409, "other-channel")
    hall.done(hall.office, "POST", "paper-forms", {"roll_id": hall.rolls[1].id, "form_no": 1})
    hall.done(hall.office, "POST", "paper-forms", {"roll_id": hall.rolls[1].id, "form_no": 1})
    assert refused(hall, voter(hall, 1), hall.fill("leader", GOOD)) == (409, "other-channel")
    assert issued() == 4


def test_after_the_deadline_and_in_a_round_that_is_not_open(hall: Hall, afternoon: Traveller) -> None:
    sheet = hall.fill("leader", GOOD)
    for state in ("issued", "void", "opened"):
        hall.move(state)
        assert refused(hall, voter(hall), sheet) == (409, "round-state"), state
    hall.move("closed")
    afternoon.move_to(hall.election.manifest.deadline_ms / 1000)
    assert refused(hall, voter(hall), sheet) == (409, "round-guard")
    assert issued() == 0


def test_twelve_sheets_at_once_are_one(hall: Hall) -> None:
    account = voter(hall).enrolled["account"]
    sheets = [hall.fill("leader", GOOD) for _ in range(12)]

    def attempt(sheet: Sheet) -> Signed | str:
        asked = [(subject, one.blinded) for subject, one in sheet.blinded.items()]
        with hall.app.app_context():
            try:
                return issue_sheet(hall.town.id, account, hall.round, asked, now_ms())
            except Problem as problem:
                return problem.entry.slug

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(attempt, sheets))
    assert sum(isinstance(one, Signed) for one in answers) == 1
    assert {one for one in answers if isinstance(one, str)} <= {"already-issued", "busy"}
    assert issued() == 2


def test_twenty_four_double_spends_at_once_are_one(hall: Hall) -> None:
    sheet = hall.fill("leader", GOOD)
    assert hall.issue(voter(hall), sheet).status_code == 200
    slip = sheet.slips[ONE]
    tries = [base64.b64encode(slip if at % 2 else bytes([slip[0] ^ at + 1]) + slip[1:]).decode() for at in range(24)]

    def attempt(raw: str) -> str:
        with hall.app.app_context():
            try:
                return post_slip(hall.town.id, hall.round, ONE, "leader", raw, now_ms()).box
            except Problem as problem:
                return problem.entry.slug

    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(attempt, tries))
    assert [answers[at] for at in range(1, 24, 2)] == ["in"] * 12
    assert {answers[at] for at in range(0, 24, 2)} == {"slip-refused"}
    with reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM slips")).scalar() == 1
        assert connection.execute(text("SELECT sum(count) FROM refused_slips")).scalar() == 12
