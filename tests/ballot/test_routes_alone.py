"""From the first meeting to the bundle by routes alone: no table is touched, and a stranger counts the same."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from time_machine import Traveller

from server.api.identity import now_ms
from server.domain.ballot.manifest import Manifest, read_manifest
from server.domain.ballot.opening import public_point, tally_key
from server.domain.ballot.slips import label
from server.domain.ballot.tally import Counts
from tests.api.meeting import HOUR_MS, PASSWORD, appraise, ask, ok
from tests.ballot.election import SCALAR
from tests.ballot.evaluator import blinded, plain, sealed
from tests.phone import Json, Phone, Town, enrol, found_town

GRADES = ("good", "good", "fairly_good", "average")
"""What the four with phones give everybody; the fifth has paper, and is content."""


@dataclass
class People:
    """Everybody of the afternoon. Shape: `names` by the role that each desk or phone has"""

    town: Town
    office: Phone
    teller: Phone
    secretary: Phone
    scrutineers: list[Phone]
    voters: list[Phone]
    names: dict[str, str] = field(default_factory=dict)

    def prove(self) -> None:
        """Whoever does what cannot be taken back proves himself with his own password."""
        for phone in (self.office, self.secretary, *self.scrutineers):
            ok(ask(phone, "POST", "/auth/v1/proof", {"password": PASSWORD}))


def gather(app: Flask) -> People:
    town = found_town(app)
    people = People(
        town,
        enrol(app, town, "pbo"),
        enrol(app, town, "teller"),
        enrol(app, town),
        [enrol(app, town, "scrutineer") for _ in range(2)],
        [enrol(app, town, "evaluator") for _ in range(4)],
    )
    for at, phone in enumerate((people.office, people.secretary, *people.scrutineers)):
        ok(ask(phone, "POST", "/auth/v1/password", {"login": f"person{at}", "password": PASSWORD}))
    return people


def called(people: People) -> tuple[str, list[Json]]:
    """The meeting with its roll, where everybody has come."""
    body = {"title": "述职评议会", "place": "镇政府三楼", "starts_at_ms": None}
    meeting = f"/ballots/v1/meetings/{ok(ask(people.office, 'POST', '/ballots/v1/meetings', body), 201)['meeting']}"
    accounts = [phone.enrolled["account"] for phone in people.voters] + [None]
    rows = [{"name": f"领导{at}", "group": "leader", "account": one, "recusals": []} for at, one in enumerate(accounts)]
    roll = ok(ask(people.office, "PUT", f"{meeting}/roll", {"rows": rows}))["roll"]
    code = ok(ask(people.office, "GET", meeting))["hall_code"]
    for phone in people.voters:
        assert ok(ask(phone, "POST", f"{meeting}/attendance/self", {"hall_code": code})) == {"status": "present"}
    last = {"rows": [{"id": roll[4]["id"], "status": "present"}]}
    ok(ask(people.office, "PUT", f"{meeting}/attendance", last))
    return meeting, roll


def opened(people: People, meeting: str) -> tuple[str, Manifest]:
    """The round that takes sheets, and what its manifest says on an evaluator's phone."""
    prepared = {"title": "2017年度民主测评", "deadline_ms": now_ms() + HOUR_MS}
    made = ok(ask(people.office, "POST", f"{meeting}/rounds", prepared), 201)["round"]["id"]
    ballot = f"/ballots/v1/rounds/{made}"
    ok(ask(people.scrutineers[0], "PUT", f"{ballot}/tally-key", {"public": public_half()}))
    for step in ("issue", "open"):
        ok(ask(people.office, "POST", f"{ballot}/{step}"))
    people.voters[0].pull()
    return ballot, read_manifest(json.loads(people.voters[0].mirror[made]["fields"]["manifest"]))


def public_half() -> str:
    return base64.b64encode(public_point(tally_key(SCALAR))).decode()


def hand_in(app: Flask, people: People, ballot: str, manifest: Manifest, voter: Phone, grade: str) -> None:
    """What one phone does: sealed, blinded, signed, then posted without a name."""
    hidden = {}
    for cell in manifest.cells:
        bound = label(manifest.hash, manifest.round, (cell.subject, cell.group))
        content = sealed(manifest.tally_key, bound, plain(grade))
        hidden[cell.subject] = blinded(cell.n, secrets.token_bytes(32) + content)
    asked = [{"subject": one, "blinded": base64.b64encode(it.blinded).decode()} for one, it in hidden.items()]
    for row in ok(ask(voter, "POST", f"{ballot}/issuances", {"sheet": asked}))["sheet"]:
        one = hidden[row["subject"]]
        slip = one.message + one.finalized(base64.b64decode(row["signature"]))
        body = {"township": people.town.id, "subject": row["subject"], "group": "leader"}
        posted = app.test_client().post(f"{ballot}/slips", json=body | {"slip": base64.b64encode(slip).decode()})
        assert ok(posted)["box"] == "in"


def paper(people: People, ballot: str, roll: list[Json]) -> None:
    """The fifth is given a form, spoils it, is given another, and hands that in."""
    forms = f"{ballot}/paper-forms"
    ok(ask(people.office, "POST", forms, {"roll_id": roll[4]["id"], "form_no": 7}))
    ok(ask(people.office, "POST", f"{forms}/7/spoil", {"form_no": 8}))
    assert ok(ask(people.office, "POST", f"{forms}/collected", {"numbers": [8]})) == {"collected": 1}
    assert ok(ask(people.office, "POST", f"{forms}/not-collected", {"numbers": [8]})) == {"collected": 0}
    assert ask(people.office, "POST", f"{forms}/not-collected", {"numbers": [8]}).status_code == 409
    assert ok(ask(people.office, "POST", f"{forms}/collected", {"numbers": [8]})) == {"collected": 1}
    assert ok(ask(people.office, "GET", forms))["forms"] == [
        {"form_no": 7, "group": "leader", "state": "spoiled", "roll_id": None},
        {"form_no": 8, "group": "leader", "state": "collected", "roll_id": roll[4]["id"]},
    ]


def entered(people: People, ballot: str, manifest: Manifest) -> None:
    """Two clerks, one of whom erred at first; each hears where, and nobody any number."""
    content = vars_of(Counts(good=1))
    right = [{"subject": one.subject, "group": one.group, **content} for one in manifest.cells]
    wrong = [right[0] | {"good": 0, "poor": 1}, *right[1:]]
    place = {"subject": right[0]["subject"], "group": "leader"}
    ok(ask(people.office, "PUT", f"{ballot}/paper", {"entry": "a", "rows": right}))
    ok(ask(people.teller, "PUT", f"{ballot}/paper", {"entry": "b", "rows": wrong}))
    stand = ok(ask(people.teller, "GET", f"{ballot}/paper"))
    assert stand == {
        "state": "opened",
        "entries": [{"entry": "a", "name": "", "mine": False}, {"entry": "b", "name": "", "mine": True}],
        "agrees": False,
        "differences": [place],
        "forms": [{"subject": one.subject, "group": one.group, "collected": 1} for one in manifest.cells],
    }
    ok(ask(people.teller, "PUT", f"{ballot}/paper", {"entry": "b", "rows": right}))
    assert ok(ask(people.office, "GET", f"{ballot}/paper"))["agrees"]


def vars_of(counts: Counts) -> dict[str, int]:
    return {name: getattr(counts, name) for name in Counts.__slots__}


def signed(people: People, ballot: str, what: str) -> Any:
    for phone in people.scrutineers:
        ok(ask(phone, "POST", f"{ballot}/signatures", {"what": what}))
    found = ok(ask(people.scrutineers[1], "GET", f"{ballot}/reconciliation"))
    assert sorted(one["mine"] for one in found["signers"][what]) == [False, True]
    return found


def counted(people: People, ballot: str, manifest: Manifest) -> Json:
    """Reconciled, marked, counted and signed; what the office sees of it."""
    assert ok(ask(people.secretary, "GET", f"{ballot}/marks"))["complete"] is False
    assert ask(people.secretary, "GET", f"{ballot}/reconciliation").status_code == 409
    reconciled = signed(people, ballot, "reconciliation")
    assert (reconciled["broken"], reconciled["state"]) == ([], "reconciled")
    assert ok(ask(people.secretary, "GET", f"{ballot}/reconciliation"))["rows"] == reconciled["rows"]
    marks = [{"subject": one, "daily": "90", "secretary": "85.5"} for one, _ in manifest.subjects]
    ok(ask(people.office, "PUT", f"{ballot}/marks", {"marks": marks}))
    assert ok(ask(people.office, "GET", f"{ballot}/marks")) == {
        "state": "reconciled",
        "weighs": True,
        "complete": True,
        "marks": marks,
    }
    ok(ask(people.office, "POST", f"{ballot}/count"))
    result: Json = ok(ask(people.office, "GET", f"{ballot}/result"))
    assert ok(ask(people.scrutineers[0], "GET", f"{ballot}/result")) == result, "what they sign they can read"
    signed(people, ballot, "tally")
    return result


def test_a_meeting_from_its_making_to_the_bundle_by_routes_alone(
    app: Flask, afternoon: Traveller, tmp_path: Path
) -> None:
    people = gather(app)
    subjects = appraise(people.town)
    meeting, roll = called(people)
    ballot, manifest = opened(people, meeting)
    assert [one for one, _ in manifest.subjects] == subjects
    for voter, grade in zip(people.voters, GRADES, strict=True):
        hand_in(app, people, ballot, manifest, voter, grade)
    paper(people, ballot, roll)
    ok(ask(people.office, "POST", f"{ballot}/close"))
    afternoon.move_to((manifest.deadline_ms + 1000) / 1000)
    assert ask(people.scrutineers[0], "POST", f"{ballot}/tally-key/release", key()).status_code == 403
    people.prove()
    read_aloud = ok(ask(people.scrutineers[0], "POST", f"{ballot}/tally-key/release", key()))
    entered(people, ballot, manifest)
    result = counted(people, ballot, manifest)
    assert result["subjects"][0]["total"] == vars_of(Counts(good=3, fairly_good=1, average=1))
    assert result["subjects"][0]["suggested"] == "fairly_good"
    for one in subjects:
        against = {"decided": "good", "reason": "带头示范", "minute_ref": "党委会2017-12-28"}
        ok(ask(people.secretary, "PUT", f"{ballot}/results/{one}", against))
    assert ask(people.voters[0], "GET", f"{ballot}/result").status_code == 409
    assert ok(ask(people.secretary, "POST", f"{ballot}/publish")) == {"state": "published"}
    assert [one["decided"] for one in ok(ask(people.voters[3], "GET", f"{ballot}/result"))["subjects"]] == ["good"] * 2
    assert ok(ask(people.voters[1], "GET", f"{ballot}/board"))["words"] == read_aloud["words"]
    counts_again(ask(people.voters[2], "GET", f"{ballot}/bundle").data, read_aloud["head"], tmp_path)


def key() -> Json:
    return {"private": base64.b64encode(SCALAR).decode()}


def counts_again(bundle: bytes, head: str, at: Path) -> None:
    """Somebody without our server, with the head out of the minutes."""
    (at / "bundle.json").write_bytes(bundle)
    command = [sys.executable, "-m", "server.recount", "--head", head, str(at / "bundle.json")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    assert "好 6 · 较好 2 · 一般 2" in run.stdout, run.stdout
