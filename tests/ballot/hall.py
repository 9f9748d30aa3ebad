"""A hall with a round in it: roll, phones, keys; what evaluators, clerks and scrutineers do there, over the wire."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from server.api.identity import now_ms
from server.commands.greet import identify
from server.commands.save_online import save_online
from server.commands.step_up import note_proof
from server.domain.ballot.manifest import Place
from server.domain.ballot.roll import RollRow
from server.domain.ballot.slips import label
from server.domain.canonical import canonical
from server.domain.judging.verdicts import OnlineWrite
from server.schemas.kinds.registry import KINDS
from server.store.roll import insert_meeting, replace_roll
from server.store.round_keys import KeyParts, insert_keys, open_book, save_tally_key
from server.store.transaction import transaction
from tests.ballot.election import SCALAR, Election
from tests.ballot.evaluator import Blinded, blinded, plain, sealed
from tests.phone import Phone, Town, enrol, found_town, new_id

Json = dict[str, Any]
PATH = "/ballots/v1/rounds/"


@dataclass
class Sheet:
    """What a phone keeps of its sheet. Shape: `blinded` by subject; `slips` once it was signed"""

    group: str
    blinded: dict[str, Blinded]
    slips: dict[str, bytes] = field(default_factory=dict)
    window: int = 0

    def asked(self) -> Json:
        return {
            "sheet": [
                {"subject": subject, "blinded": base64.b64encode(one.blinded).decode()}
                for subject, one in self.blinded.items()
            ]
        }

    def finish(self, signed: Json) -> None:
        """With what the server signed."""
        self.window = signed["window"]
        for one in signed["sheet"]:
            hidden = self.blinded[one["subject"]]
            self.slips[one["subject"]] = hidden.message + hidden.finalized(base64.b64decode(one["signature"]))


@dataclass
class Hall:
    """One open round. Shape: `phones` and `rolls` by evaluator in the roll's order; `round` its id"""

    app: Flask
    town: Town
    election: Election
    meeting: str
    rolls: list[RollRow]
    phones: dict[str, Phone]
    office: Phone

    @property
    def round(self) -> str:
        return self.election.manifest.round

    def call(self, phone: Phone, method: str, path: str, body: Json | None = None) -> TestResponse:
        return phone.client.open(f"{PATH}{self.round}/{path}", method=method, json=body, headers=phone.headers)

    def done(self, phone: Phone, method: str, path: str, body: Json | None = None) -> Json:
        answer = self.call(phone, method, path, body)
        assert answer.status_code == 200, answer.text
        found: Json = answer.get_json()
        return found

    def fill(self, group: str, grades: Mapping[str, str]) -> Sheet:
        """A sheet sealed and blinded. Shape: `grades` by subject"""
        manifest = self.election.manifest
        hidden = {}
        for subject, grade in grades.items():
            bound = label(manifest.hash, manifest.round, (subject, group))
            content = sealed(manifest.tally_key, bound, plain(grade))
            n = int(self.election.signers[subject, group].n)
            hidden[subject] = blinded(n, secrets.token_bytes(32) + content)
        return Sheet(group, hidden)

    def issue(self, phone: Phone, sheet: Sheet) -> TestResponse:
        """The phone asks for its signatures, and finishes its slips when it gets them."""
        answer = self.call(phone, "POST", "issuances", sheet.asked())
        if answer.status_code == 200:
            sheet.finish(answer.get_json())
        return answer

    def post(self, place: Place, slip: bytes, headers: Json | None = None, **more: Any) -> TestResponse:
        """A slip, without a name."""
        body = {"township": self.town.id, "subject": place[0], "group": place[1]}
        body["slip"] = base64.b64encode(slip).decode()
        return self.app.test_client().post(f"{PATH}{self.round}/slips", json=body | more, headers=headers)

    def post_all(self, sheet: Sheet) -> list[str]:
        """Every slip of a sheet; where each went."""
        return [self.post((subject, sheet.group), slip).get_json()["box"] for subject, slip in sheet.slips.items()]

    def windows(self) -> dict[str, int]:
        answer = self.app.test_client().get(f"{PATH}{self.round}/window", query_string={"township": self.town.id})
        assert answer.status_code == 200, answer.text
        found: dict[str, int] = answer.get_json()["windows"]
        return found

    def move(self, state: str) -> None:
        """The office's steps, which have tests of their own."""
        save_online(
            KINDS, self.town.id, "office", [OnlineWrite(self.round, "ballot_round", {"state": state})], now_ms()
        )

    def proved(self, role: str) -> Phone:
        """Somebody with this role who has just proved who he is."""
        phone = enrol(self.app, self.town, role)
        prove(phone)
        return phone

    def release(self, scrutineer: Phone) -> Json:
        body = {"private": base64.b64encode(SCALAR).decode()}
        return self.done(scrutineer, "POST", "tally-key/release", body)


def prove(phone: Phone) -> None:
    note_proof(identify(phone.enrolled["token"], now_ms()), now_ms())


def open_hall(
    app: Flask,
    election: Election,
    groups: Mapping[str, int],
    paper: Mapping[str, int] | None = None,
    absent: Mapping[str, int] | None = None,
) -> Hall:
    """The round is open. Shape: by group how many stand on the roll, have no phone, stayed away"""
    town = found_town(app)
    meeting = new_id()
    rolls: list[RollRow] = []
    phones: dict[str, Phone] = {}
    for group, number in groups.items():
        for at in range(number):
            row_id = new_id()
            account = None
            if at >= (paper or {}).get(group, 0):
                phones[row_id] = enrol(app, town, "evaluator")
                account = phones[row_id].enrolled["account"]
            away = at >= number - (absent or {}).get(group, 0)
            rolls.append(RollRow(row_id, f"评议人{at}", group, account, (), "absent" if away else "present"))
    found_round(town, meeting, election, rolls)
    return Hall(app, town, election, meeting, rolls, phones, enrol(app, town, "pbo"))


def found_round(town: Town, meeting: str, election: Election, rolls: list[RollRow]) -> None:
    """Meeting, roll, keys and an open round, straight into the cellar."""
    manifest = election.manifest
    began = {"cycle_id": town.cycle, "title": "述职评议会", "place": "镇政府大会议室", "state": "open"}
    issued = {
        "meeting_id": meeting,
        "no": manifest.no,
        "title": "第一轮",
        "state": "open",
        "manifest": canonical(dict(manifest.raw)),
        "deadline_ms": manifest.deadline_ms,
    }
    writes = [OnlineWrite(meeting, "meeting", began), OnlineWrite(manifest.round, "ballot_round", issued)]
    save_online(KINDS, town.id, "office", writes, now_ms())
    keys = {place: KeyParts("", int(signer.p), int(signer.q)) for place, signer in election.signers.items()}
    with transaction(town.id) as tx:
        insert_meeting(tx.connection, town.id, meeting, "123456")
        replace_roll(tx.connection, town.id, meeting, rolls)
        open_book(tx.connection, town.id, manifest.round)
        save_tally_key(tx.connection, town.id, manifest.round, base64.b64encode(manifest.tally_key).decode(), "x")
        insert_keys(tx.connection, town.id, manifest.round, keys)
