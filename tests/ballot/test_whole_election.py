"""The demo meeting of 云台镇 over the wire: DOMAIN.md 14.1 from the first sheet to the published result."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text
from time_machine import Traveller

from server.api.identity import now_ms
from server.domain.ballot.tally import Counts
from server.recount.checking import recounted
from server.recount.reading import checked_form
from server.store.database import reading, writing
from tests.ballot.election import COMPOSITE, Election, election, outcomes_of, subject_id
from tests.ballot.hall import Hall, Sheet, open_hall, prove
from tests.ballot.yuntai import GROUPS, PAPER, ROWS, VILLAGES, counts_of
from tests.phone import Phone, enrol

Json = dict[str, Any]
EVENING_MS = 60_000
SUBJECTS = [subject_id(at) for at in range(1, len(VILLAGES) + 1)]


@lru_cache(maxsize=1)
def yuntai() -> Election:
    return election([village[0] for village in VILLAGES], GROUPS, "composite", COMPOSITE)


def grades(group: str) -> dict[str, list[str]]:
    """By subject, one grade a row; the last of them are on paper."""
    at = list(GROUPS).index(group)
    return {subject_id(n): outcomes_of(Counts(*village[1 + at])) for n, village in enumerate(VILLAGES, 1)}


def hand_in(hall: Hall) -> tuple[list[tuple[str, str, bytes]], Sheet]:
    """Everybody with a phone is signed; their slips shuffled as they arrive, and the sheet of him who is late."""
    slips: list[tuple[str, str, bytes]] = []
    for group in GROUPS:
        rows = grades(group)
        voters = [row for row in hall.rolls if row.group == group and row.account and row.status == "present"]
        for at, voter in enumerate(voters):
            given = {one: rows[one][at] if at < len(rows[one]) - PAPER[group] else "good" for one in SUBJECTS}
            sheet = hall.fill(group, given)
            assert hall.issue(hall.phones[voter.id], sheet).status_code == 200
            if group == "member_rep" and at == 17:
                late = sheet
            else:
                slips += [(subject, group, slip) for subject, slip in sheet.slips.items()]
    random.Random(14).shuffle(slips)
    return slips, late


def held(app: Flask, clock: Traveller) -> tuple[Hall, Phone, list[Phone], Json]:
    """The meeting up to the opened board; the office, two scrutineers, and what was read aloud."""
    hall = open_hall(app, yuntai(), {"leader": 11, "member_rep": 24}, PAPER, absent={"member_rep": 2})
    office = hall.office
    forms = {row.id: at for at, row in enumerate([row for row in hall.rolls if not row.account], 1)}
    for roll_id, number in forms.items():
        hall.done(office, "POST", "paper-forms", {"roll_id": roll_id, "form_no": number})
    slips, late = hand_in(hall)
    for subject, group, slip in slips:
        assert hall.post((subject, group), slip).get_json()["box"] == "in"
    again = slips[7]
    assert hall.post(again[:2], again[2]).get_json()["box"] == "in"
    for subject in SUBJECTS:  # another slip under a signature that was spent
        spent = next(slip for one, group, slip in slips if (one, group) == (subject, "member_rep"))
        assert hall.post((subject, "member_rep"), bytes([spent[0] ^ 1]) + spent[1:]).status_code == 422
    hall.move("closed")
    hall.done(office, "POST", "paper-forms/collected", {"numbers": list(forms.values())})
    clock.move_to((hall.election.manifest.deadline_ms + EVENING_MS) / 1000)
    assert hall.post_all(late) == ["late"] * 13
    scrutineers = [hall.proved("scrutineer") for _ in range(2)]
    return hall, office, scrutineers, hall.release(scrutineers[0])


def paper_rows() -> list[Json]:
    rows = []
    for group in GROUPS:
        for subject, given in grades(group).items():
            counts = counts_of(given[-PAPER[group] :])
            rows.append(
                {"subject": subject, "group": group, **{name: getattr(counts, name) for name in Counts.__slots__}}
            )
    return rows


def certified(app: Flask, clock: Traveller) -> tuple[Hall, Phone, list[Phone]]:
    """The same up to the second signature under the tally."""
    hall, office, scrutineers, _opened = held(app, clock)
    teller = enrol(app, hall.town, "teller")
    assert hall.done(office, "PUT", "paper", {"entry": "a", "rows": paper_rows()}) == {
        "agrees": False,
        "differences": [],
    }
    assert hall.done(teller, "PUT", "paper", {"entry": "b", "rows": paper_rows()}) == {
        "agrees": True,
        "differences": [],
    }
    marks = [{"subject": one, "daily": v[3], "secretary": v[4]} for one, v in zip(SUBJECTS, VILLAGES, strict=True)]
    hall.done(office, "PUT", "marks", {"marks": marks})
    for at, scrutineer in enumerate(scrutineers, 1):
        signed = hall.done(scrutineer, "POST", "signatures", {"what": "reconciliation"})
        assert signed == {"state": ("opened", "reconciled")[at - 1], "signatures": at}
    assert hall.done(office, "POST", "count") == {"state": "counted"}
    for at, scrutineer in enumerate(scrutineers, 1):
        assert hall.done(scrutineer, "POST", "signatures", {"what": "tally"})["signatures"] == at
    return hall, office, scrutineers


def test_the_whole_election(app: Flask, afternoon: Traveller, tmp_path: Path) -> None:
    hall, office, scrutineers = certified(app, afternoon)
    found = hall.done(office, "GET", "reconciliation")
    assert {(row["subject"], row["group"]) for row in found["rows"]} == set(hall.election.manifest.places())
    for row in found["rows"]:
        expected = ROWS[row["group"]]
        assert all(row[name] == getattr(expected, name) for name in type(expected).__slots__), row
    result = hall.done(office, "GET", "result")
    names = list(Counts.__slots__)
    assert [result["total"][name] for name in names] == [175, 158, 60, 18, 3, 2]
    assert sum(result["total"].values()) == 416
    assert [result["groups"]["leader"][name] for name in names[:4]] == [56, 56, 25, 6]
    for subject, village in zip(result["subjects"], VILLAGES, strict=True):
        assert (Fraction(subject["score"]), subject["suggested"]) == (Fraction(village[5]), village[6]), village[0]
    edge = result["subjects"][9]
    assert (edge["score"], edge["shown"], edge["suggested"]) == ("6393/80", "79.91", "average")
    written = tmp_path / "bundle.json"
    answer = hall.call(scrutineers[0], "GET", "bundle")
    written.write_bytes(answer.data)
    run = subprocess.run(
        [sys.executable, "-m", "server.recount", str(written)], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert "  合计: 好 175 · 较好 158 · 一般 60 · 差 18 · 弃权 3 · 无效 2" in run.stdout
    whole = json.loads(answer.data)
    counts = recounted(checked_form(whole))
    again = [{"subject": place[0], "group": place[1], **row} for place, row in counts.items()]
    assert json.dumps(again) == json.dumps([{name: one[name] for name in again[0]} for one in whole["certified"]])
    published(hall)
    assert no_issuance_left(hall) and hall.call(scrutineers[0], "GET", "bundle").data == answer.data
    assert hall.done(office, "GET", "result") == result | {"state": "published", "subjects": decided(result)}


def published(hall: Hall) -> None:
    """The committee decides against one suggestion, with its reasons, and the secretary publishes."""
    secretary = enrol(hall.app, hall.town)
    prove(secretary)
    voter = hall.phones[next(row.id for row in hall.rolls if row.account)]
    assert hall.call(voter, "GET", "result").status_code == 409
    edge = f"results/{subject_id(10)}"
    assert hall.call(secretary, "PUT", edge, {"decided": "fairly_good"}).status_code == 400
    against = {"decided": "fairly_good", "reason": "接任八个月，起点低", "minute_ref": "党委会2017-12-28"}
    assert hall.done(secretary, "PUT", edge, against)["suggested"] == "average"
    assert hall.done(secretary, "POST", "publish") == {"state": "published"}
    assert hall.done(voter, "GET", "result")["total"]["good"] == 175


def decided(result: Json) -> list[Json]:
    subjects = [dict(one) for one in result["subjects"]]
    subjects[9] |= {"decided": "fairly_good", "reason": "接任八个月，起点低", "minute_ref": "党委会2017-12-28"}
    return subjects


def no_issuance_left(hall: Hall) -> bool:
    """L12: who handed in is gone for good, and nothing of the count misses it."""
    with writing() as connection:
        connection.execute(text("DELETE FROM issuances"))
    with reading() as connection:
        return connection.execute(text("SELECT count(*) FROM issuances")).scalar() == 0


def test_L12_L13_the_board_is_the_same_whatever_came_first_and_whoever_is_forgotten(
    app: Flask, afternoon: Traveller
) -> None:
    hall, _office, scrutineers, opened = held(app, afternoon)
    board = hall.done(scrutineers[0], "GET", "board")
    assert (board["head"], board["words"]) == (opened["head"], opened["words"])
    assert (len(board["board"]), len(board["late"])) == (325, 13)
    assert now_ms() > hall.election.manifest.deadline_ms
    voter = hall.phones[next(row.id for row in hall.rolls if row.account)]
    assert no_issuance_left(hall)
    assert hall.done(voter, "GET", "board") == board
    with reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM round_keys")).scalar() == 0
