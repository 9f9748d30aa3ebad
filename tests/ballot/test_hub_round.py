"""An election half at the server and half at a hub: home again once, and recounted; and what breaks it on the way."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from time_machine import Traveller

from server.api.identity import now_ms
from server.commands.hub.lose_hub import lose_hub
from server.domain.ballot.handover import BACK, Handover
from server.domain.problems import Problem
from server.schemas.hub_file import handover_bytes, read_handover
from server.schemas.kinds.registry import KINDS
from server.store.database import reading
from tests.ballot.election import election, subject_id
from tests.ballot.hall import Hall, Sheet, open_hall, prove
from tests.ballot.hub_hall import closed, exported, hub_of, imported

SUBJECTS = [subject_id(1), subject_id(2)]
GRADES = dict(zip(SUBJECTS, ("good", "average"), strict=True))
TABLES = ("issuances", "slips", "paper_forms", "refused_slips", "posting_windows", "hubs", "evaluator_roll", "records")


def a_hall(app: Flask) -> Hall:
    """Twelve on the roll: the first has no phone, the last has not come yet."""
    made = election(["青石沟", "柳树湾"], {"leader": ("领导", 12)})
    return open_hall(app, made, {"leader": 12}, paper={"leader": 1}, absent={"leader": 1})


def hand_in(hall: Hall, at: int) -> Sheet:
    sheet = hall.fill("leader", GRADES)
    answer = hall.issue(list(hall.phones.values())[at], sheet)
    assert answer.status_code == 200, answer.text
    return sheet


def slug(answer: object) -> str:
    return str(answer.get_json()["type"]).partition("#")[2]  # type: ignore[attr-defined]


def why(caught: pytest.ExceptionInfo[Problem]) -> str:
    assert caught.value.entry.slug == "hub-file"
    return str(caught.value.more["why"])


def everything() -> dict[str, list[str]]:
    """What of a round stands in this database."""
    with reading() as connection:
        return {
            name: sorted(str(tuple(row)) for row in connection.execute(text(f"SELECT * FROM {name}")))
            for name in TABLES
        }


def in_the_hall(hall: Hall, folder: Path) -> tuple[Handover, list[Sheet]]:
    """Five have handed in at the server, one of them has not posted; four more, paper and a newcomer at the hub."""
    before = [hand_in(hall, at) for at in range(5)]
    for sheet in before[:4]:
        assert hall.post_all(sheet) == ["in", "in"]
    given = exported(hall)
    with hub_of(hall, given, folder) as hub:
        again = hub.issue(list(hub.phones.values())[4], before[4])
        assert again.status_code == 200
        assert slug(hub.issue(list(hub.phones.values())[4], hub.fill("leader", GRADES))) == "already-issued"
        assert hub.post_all(before[4]) == ["in", "in"] and hub.post_all(before[0]) == ["in", "in"]
        newcomer = list(hub.phones.values())[10]
        path = f"/ballots/v1/meetings/{hub.meeting}/attendance/self"
        come = newcomer.client.post(path, json={"hall_code": "123456"}, headers=newcomer.headers)
        assert come.get_json() == {"status": "present"}
        sheets = [hand_in(hub, at) for at in range(5, 11)]
        assert [hub.post_all(sheet) for sheet in sheets] == [["in", "in"]] * 6
        forged = sheets[0].slips[SUBJECTS[0]][:-1] + b"\0"
        assert hub.post((SUBJECTS[0], "leader"), forged).status_code == 422
        hub.done(hub.office, "POST", "paper-forms", {"roll_id": hub.rolls[0].id, "form_no": 7})
        hub.done(hub.office, "POST", "paper-forms/7/spoil", {"form_no": 8})
        hub.done(hub.office, "POST", "paper-forms/collected", {"numbers": [8]})
        assert hub.windows() == {"leader": 2}
        numbers = hub.done(newcomer, "GET", "numbers")["groups"][0]
        assert (numbers["present"], numbers["issued_e"], numbers["issued_p"], numbers["received"]) == (12, 11, 1, 11)
        hub.done(hub.office, "POST", "close")
        back = closed(hub)
        assert closed(hub) == back
        assert slug(hub.issue(list(hub.phones.values())[5], sheets[0])) == "round-delegated"
    return back, before + sheets


def test_L13_half_at_the_server_and_half_at_the_hub_is_one_election(
    app: Flask, afternoon: Traveller, tmp_path: Path
) -> None:
    hall = a_hall(app)
    back, sheets = in_the_hall(hall, tmp_path / "hub")
    assert hall.post_all(sheets[1]) == ["in", "in"]  # the server goes on taking slips
    done = imported(back)
    assert (done.changed, done.state, done.handed_in, done.slips) == (True, "closed", 12, 22)
    stands = everything()
    again = imported(back)
    assert (again.changed, everything()) == (False, stands)
    afternoon.shift(5 * 3600)
    scrutineers = [hall.proved("scrutineer") for _ in range(2)]
    hall.release(scrutineers[0])
    rows = [{"subject": one, "group": "leader", "good": 1} for one in SUBJECTS]
    for entry, clerk in (("a", hall.office), ("b", hall.proved("teller"))):
        hall.done(clerk, "PUT", "paper", {"entry": entry, "rows": [_zeros() | row for row in rows]})
    table = hall.done(hall.office, "GET", "reconciliation")
    assert table["broken"] == []
    names = ("present", "issued_e", "issued_p", "received_e", "collected_p", "spoiled", "lost")
    assert [table["rows"][0][name] for name in names] == [12, 11, 1, 11, 1, 1, 0]
    for what in ("reconciliation", "tally"):
        for one in scrutineers:
            prove(one)
            hall.done(one, "POST", "signatures", {"what": what})
        if what == "reconciliation":
            hall.done(hall.office, "POST", "count")
    bundle = tmp_path / "bundle.json"
    bundle.write_bytes(hall.call(scrutineers[0], "GET", "bundle").data)
    words = [sys.executable, "-m", "server.recount", str(bundle)]
    run = subprocess.run(words, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    certified = json.loads(bundle.read_bytes())["certified"]
    assert [(row["good"], row["average"]) for row in certified] == [(12, 0), (1, 11)]


def _zeros() -> dict[str, int]:
    return dict.fromkeys(("good", "fairly_good", "average", "poor", "abstain", "invalid"), 0)


def test_what_was_refused_and_who_came_at_the_hub_comes_home(app: Flask, afternoon: Traveller, tmp_path: Path) -> None:
    hall = a_hall(app)
    back, _sheets = in_the_hall(hall, tmp_path / "hub")
    imported(back)
    stands = everything()
    assert [row for row in stands["refused_slips"] if "forged" in row and row.endswith("1)")]
    assert not [row for row in stands["evaluator_roll"] if "absent" in row]
    newcomer = list(hall.phones.values())[10]
    newcomer.pull()
    entry = next(row for row in newcomer.mirror.values() if row["kind"] == "roll_entry")
    assert entry["fields"]["status"] == "present"
    round_ = newcomer.mirror[hall.round]["fields"]
    assert (round_["state"], round_["delegated"]) == ("closed", False)


def test_what_is_not_this_hubs_file_changes_nothing(app: Flask, afternoon: Traveller, tmp_path: Path) -> None:
    hall = a_hall(app)
    back, _sheets = in_the_hall(hall, tmp_path / "hub")
    stands = everything()
    other = next(one for one in SUBJECTS if one != back.slips[0].place[0])
    forged = replace(back.slips[0], place=(other, "leader"))
    first = next(row.id for row in hall.rolls if row.account)
    earlier = {**back.round.fields, "state": "issued"}
    wrong = [
        ("not-delegated", replace(back, hub=back.round.id)),
        ("form", replace(back, slips=(forged, *back.slips[1:]))),
        ("numbers", replace(back, round=replace(back.round, fields=earlier))),
        ("numbers", replace(back, issued=tuple(one for one in back.issued if one.roll != first))),
        ("numbers", replace(back, roll=back.roll[:-1])),
    ]
    for reason, file in wrong:
        with pytest.raises(Problem) as caught:
            imported(file)
        assert why(caught) == reason
    with pytest.raises(Problem) as caught:
        read_handover(handover_bytes(back).replace(b'"way": "back"', b'"way": "out"'), BACK)
    assert why(caught) == "way"
    assert everything() == stands
    assert imported(back).changed


def test_two_laptops_with_one_file_are_noticed(app: Flask, afternoon: Traveller, tmp_path: Path) -> None:
    hall = a_hall(app)
    given = exported(hall)
    files = []
    for name, at in (("one", 0), ("two", 1)):
        with hub_of(hall, given, tmp_path / name) as hub:
            hand_in(hub, at)
            files.append(closed(hub))
    assert imported(files[0]).changed
    with pytest.raises(Problem) as caught:
        imported(files[1])
    assert why(caught) == "other-laptop"


def test_after_the_laptop_was_given_up_its_file_is_refused(app: Flask, afternoon: Traveller, tmp_path: Path) -> None:
    hall = a_hall(app)
    back, _sheets = in_the_hall(hall, tmp_path / "hub")
    lose_hub(KINDS, hall.town.id, "cli", hall.round, "电脑丢了", now_ms())
    with pytest.raises(Problem) as caught:
        imported(back)
    assert why(caught) == "taken-back"
