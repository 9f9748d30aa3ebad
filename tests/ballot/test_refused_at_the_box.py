"""What the box refuses: counted, explained in words of the catalogue, and nothing else of it kept."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import lru_cache

import pytest
from flask import Flask
from sqlalchemy import text
from time_machine import Traveller

from server.api.identity import now_ms
from server.commands.save_online import save_online
from server.domain.canonical import canonical
from server.domain.judging.verdicts import OnlineWrite
from server.schemas.kinds.registry import KINDS
from server.store.database import reading
from tests.ballot.election import Election, election, subject_id
from tests.ballot.evaluator import blinded, plain, sealed, signed_slip
from tests.ballot.hall import PATH, Hall, open_hall
from tests.phone import slug_of

ONE, TWO = subject_id(1), subject_id(2)
GOOD = {ONE: "good", TWO: "poor"}


@lru_cache(maxsize=2)
def small(number: int = 0) -> Election:
    """Two subjects before two groups; each number has keys of its own."""
    return election(["青石沟", "柳树湾"], {"leader": ("领导", 5), "member_rep": ("党员代表", 5)})


@pytest.fixture
def hall(app: Flask, afternoon: Traveller) -> Iterator[Hall]:
    yield open_hall(app, small(), {"leader": 2, "member_rep": 1})


def refusals() -> dict[tuple[str, str], int]:
    """How many by subject and reason."""
    with reading() as connection:
        found = connection.execute(text("SELECT subject_id, reason, count FROM refused_slips"))
        return {(row.subject_id, row.reason): row.count for row in found}


def in_the_box() -> int:
    with reading() as connection:
        return int(connection.execute(text("SELECT count(*) FROM slips")).scalar_one())


def signed(hall: Hall, at: int = 0) -> dict[str, bytes]:
    voter = hall.rolls[at]
    sheet = hall.fill(voter.group, GOOD)
    assert hall.issue(hall.phones[voter.id], sheet).status_code == 200
    return sheet.slips


def refused(hall: Hall, place: tuple[str, str], slip: bytes) -> str:
    answer = hall.post(place, slip)
    assert (answer.status_code, slug_of(answer.get_json())) == (422, "slip-refused"), answer.text
    assert answer.get_json()["detail"]
    return str(answer.get_json()["reason"])


def test_a_forged_slip(hall: Hall) -> None:
    signer = small(7).signers[ONE, "leader"]
    forged = signed_slip(
        int(signer.n), sealed(hall.election.manifest.tally_key, b"x", plain("good")), signer.blind_sign
    )
    assert refused(hall, (ONE, "leader"), forged) == "forged"
    assert (refusals(), in_the_box()) == ({(ONE, "forged"): 1}, 0)


def test_a_slip_of_another_round_subject_or_group(hall: Hall) -> None:
    slip = signed(hall)[ONE]
    assert refused(hall, (TWO, "leader"), slip) == "forged"
    assert refused(hall, (ONE, "member_rep"), slip) == "forged"
    assert refused(hall, (subject_id(9), "leader"), slip) == "no-such-place"
    assert refused(hall, (ONE, "nobody"), slip) == "no-such-place"
    assert refusals() == {(TWO, "forged"): 1, (ONE, "forged"): 1, ("", "no-such-place"): 2}
    elsewhere = hall.app.test_client().post(
        f"{PATH}{subject_id(99)}/slips",
        json={"township": hall.town.id, "subject": ONE, "group": "leader", "slip": base64.b64encode(slip).decode()},
    )
    assert (elsewhere.status_code, slug_of(elsewhere.get_json())) == (404, "not-found")
    stranger = hall.post((ONE, "leader"), slip, township=subject_id(98))
    assert (stranger.status_code, slug_of(stranger.get_json())) == (404, "not-found")
    assert in_the_box() == 0


def test_a_replayed_slip_is_one_and_a_spent_signature_is_counted(hall: Hall) -> None:
    slip = signed(hall)[ONE]
    first = hall.post((ONE, "leader"), slip)
    assert (first.status_code, first.get_json()["box"]) == (200, "in")
    assert hall.post((ONE, "leader"), slip).data == first.data
    assert refused(hall, (ONE, "leader"), bytes([slip[0] ^ 255]) + slip[1:]) == "duplicate_attempts"
    assert (refusals(), in_the_box()) == ({(ONE, "duplicate_attempts"): 1}, 1)


@pytest.mark.parametrize("size", [0, 384, 386, 40_000])
def test_a_slip_of_another_size(hall: Hall, size: int) -> None:
    assert refused(hall, (ONE, "leader"), bytes(size)) == "malformed"
    assert (refusals(), in_the_box()) == ({(ONE, "malformed"): 1}, 0)


def test_a_request_larger_than_any_slip(hall: Hall) -> None:
    answer = hall.post((ONE, "leader"), bytes(70_000))
    assert (answer.status_code, slug_of(answer.get_json())) == (413, "batch-too-large")


def test_a_request_of_another_form_is_no_500(hall: Hall) -> None:
    client = hall.app.test_client()
    for body in ({}, {"township": hall.town.id, "subject": 5, "group": None, "slip": []}, [], "x"):
        answer = client.post(f"{PATH}{hall.round}/slips", json=body)
        assert (answer.status_code, slug_of(answer.get_json())) == (400, "malformed-request"), body


def test_after_the_deadline_it_is_late_sealed_and_never_opened(hall: Hall, afternoon: Traveller) -> None:
    first, second = signed(hall, 0), signed(hall, 1)
    assert hall.post((ONE, "leader"), first[ONE]).get_json()["box"] == "in"
    hall.move("closed")
    afternoon.move_to(hall.election.manifest.deadline_ms / 1000)
    assert hall.post((ONE, "leader"), second[ONE]).get_json()["box"] == "late"
    assert hall.post((ONE, "leader"), first[ONE]).get_json()["box"] == "in", "it was in time when it first came"
    scrutineer = hall.proved("scrutineer")
    hall.release(scrutineer)
    assert hall.post((TWO, "leader"), second[TWO]).get_json()["box"] == "late"
    board = hall.done(scrutineer, "GET", "board")
    assert (len(board["board"]), len(board["late"])) == (1, 2)
    assert not any(name in json.dumps(board["late"]) for name in ("slip", "key"))


def test_a_round_that_is_void_or_not_yet_open_takes_nothing(hall: Hall) -> None:
    slip = signed(hall)[ONE]
    for state in ("void", "issued", "prepared"):
        hall.move(state)
        answer = hall.post((ONE, "leader"), slip)
        assert (answer.status_code, slug_of(answer.get_json())) == (409, "round-state"), state
    assert in_the_box() == 0


def test_a_slip_sealed_for_another_manifest_opens_as_invalid(hall: Hall, afternoon: Traveller) -> None:
    """The label of a seal is the manifest: whoever was shown a changed one gives a grade that does not open."""
    voter = hall.rolls[0]
    sheet = hall.fill("leader", GOOD)
    for subject, hidden in sheet.blinded.items():
        content = sealed(hall.election.manifest.tally_key, b"another manifest", plain("good"))
        sheet.blinded[subject] = blinded(hidden.n, hidden.message[:32] + content)
    assert hall.issue(hall.phones[voter.id], sheet).status_code == 200
    assert set(hall.post_all(sheet)) == {"in"}
    hall.move("closed")
    afternoon.move_to(hall.election.manifest.deadline_ms / 1000)
    hall.release(hall.proved("scrutineer"))
    with reading() as connection:
        assert set(connection.execute(text("SELECT outcome FROM board_entries")).scalars()) == {"invalid"}


def test_a_round_that_is_void_takes_nothing_more_and_counts_no_refusal(hall: Hall) -> None:
    slip = signed(hall)
    assert hall.post((ONE, "leader"), slip[ONE]).status_code == 200
    hall.move("void")
    for sent in (slip[ONE], slip[TWO], bytes(len(slip[TWO]))):
        answer = hall.post((TWO, "leader"), sent)
        assert (answer.status_code, slug_of(answer.get_json())) == (409, "round-state")
    assert (refusals(), in_the_box()) == ({}, 1)


def test_a_slip_is_read_with_the_manifest_the_round_has_now_not_with_the_one_this_process_knew(hall: Hall) -> None:
    """A backup from before the issue is restored, and the round issued anew with other keys."""
    assert hall.post((ONE, "leader"), signed(hall)[ONE]).status_code == 200
    anew = small(8)
    fields = {"manifest": canonical(dict(anew.manifest.raw))}
    save_online(KINDS, hall.town.id, "office", [OnlineWrite(hall.round, "ballot_round", fields)], now_ms())
    for grade in ("good", "poor"):
        assert hall.post((ONE, "leader"), anew.slip((ONE, "leader"), grade).body).status_code == 200
    assert refused(hall, (TWO, "leader"), signed(hall, at=1)[TWO]) == "forged"
    assert (refusals(), in_the_box()) == ({(TWO, "forged"): 1}, 3)
