"""A round that went to a hub: what is in the file, and what the server refuses and takes meanwhile."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from time_machine import Traveller

from server.api.identity import now_ms
from server.commands.hub.export_round import export_round
from server.commands.hub.lose_hub import lose_hub
from server.domain.ballot.handover import OUT, Handover
from server.domain.hub_file import locked, unlocked
from server.domain.problems import Problem
from server.schemas.hub_file import handover_bytes, read_handover
from server.schemas.kinds.registry import KINDS
from tests.ballot.election import election, subject_id
from tests.ballot.hall import Hall, open_hall, prove
from tests.phone import enrol

HOME = "https://zoufang.example"
GRADES = {subject_id(1): "good", subject_id(2): "poor"}


def small_hall(app: Flask) -> Hall:
    made = election(["青石沟", "柳树湾"], {"leader": ("领导", 6)})
    return open_hall(app, made, {"leader": 6}, paper={"leader": 1})


def exported(hall: Hall) -> Handover:
    return export_round(KINDS, hall.town.id, "cli", hall.round, HOME, lambda _given: None, now_ms())


def slug(problem: Problem) -> str:
    return problem.entry.slug


def test_what_the_hub_needs_is_in_the_file_and_nothing_else(app: Flask, afternoon: Traveller) -> None:
    hall = small_hall(app)
    enrol(app, hall.town, "branch_secretary", village=hall.town.villages[0])
    phones = list(hall.phones.values())
    sheet = hall.fill("leader", GRADES)
    assert hall.issue(phones[0], sheet).status_code == 200
    hall.post_all(sheet)
    given = exported(hall)
    blob = locked(handover_bytes(given), "a passphrase", bytes(16), bytes(12))
    assert read_handover(unlocked(blob, "a passphrase"), OUT) == given
    assert b"zoufang.example" not in blob
    written = json.dumps(json.loads(handover_bytes(given)))
    assert all(phone.enrolled["token"] not in written for phone in phones)
    assert {replica for guest in given.guests for replica, _token in guest.phones} == {
        phone.enrolled["replica"] for phone in phones
    }
    assert hall.office.enrolled["account"] not in written
    assert (len(given.issued), len(given.slips), len(given.keys)) == (2, 2, 2)
    assert "王建国" not in written and "村0" not in written


def test_meanwhile_the_server_gives_nothing_out_and_takes_slips_all_the_same(app: Flask, afternoon: Traveller) -> None:
    hall = small_hall(app)
    first, second = list(hall.phones.values())[:2]
    before, after = hall.fill("leader", GRADES), hall.fill("leader", GRADES)
    assert hall.issue(first, before).status_code == 200
    exported(hall)
    prove(hall.office)
    roll = hall.rolls[0].id
    refused = [
        hall.issue(second, after),
        hall.issue(first, before),
        hall.call(hall.office, "POST", "paper-forms", {"roll_id": roll, "form_no": 1}),
        hall.call(hall.office, "POST", "paper-forms/collected", {"numbers": [1]}),
        hall.call(hall.office, "POST", "close"),
        hall.call(hall.office, "POST", "void", {"reason": "x"}),
        hall.office.client.put(
            f"/ballots/v1/meetings/{hall.meeting}/attendance",
            json={"rows": [{"id": roll, "status": "absent"}]},
            headers=hall.office.headers,
        ),
    ]
    assert [answer.status_code for answer in refused] == [409] * len(refused)
    assert {answer.get_json()["type"].partition("#")[2] for answer in refused} == {"round-delegated"}
    assert {answer.get_json()["device_action"] for answer in refused} == {"retry"}
    assert hall.post_all(before) == ["in", "in"]
    with pytest.raises(Problem, match="round-delegated"):
        exported(hall)


def test_where_the_file_cannot_be_written_the_round_stays_here(app: Flask, afternoon: Traveller) -> None:
    hall = small_hall(app)

    def full(_given: Handover) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        export_round(KINDS, hall.town.id, "cli", hall.round, HOME, full, now_ms())
    assert hall.issue(next(iter(hall.phones.values())), hall.fill("leader", GRADES)).status_code == 200


def test_a_lost_laptop_voids_the_round_and_its_file_with_it(app: Flask, afternoon: Traveller) -> None:
    hall = small_hall(app)
    with pytest.raises(Problem, match="with no hub"):
        lose_hub(KINDS, hall.town.id, "cli", hall.round, "电脑丢了", now_ms())
    exported(hall)
    record = lose_hub(KINDS, hall.town.id, "cli", hall.round, "电脑丢了", now_ms())
    assert (record.fields["state"], record.fields["delegated"]) == ("void", False)
    answer = hall.issue(next(iter(hall.phones.values())), hall.fill("leader", GRADES))
    assert answer.get_json()["type"].endswith("#round-state")


@pytest.mark.parametrize("cut", [0, 5, 30, 60])
def test_a_file_that_is_none_or_was_changed_is_refused(cut: int) -> None:
    blob = locked(b"content", "a passphrase", bytes(16), bytes(12))
    for wrong in (blob[:cut], blob[:-1], blob + b"x", blob[:-1] + bytes([blob[-1] ^ 1])):
        with pytest.raises(Problem) as caught:
            unlocked(wrong, "a passphrase")
        assert slug(caught.value) == "hub-file"
    with pytest.raises(Problem, match="passphrase"):
        unlocked(blob, "another passphrase")
