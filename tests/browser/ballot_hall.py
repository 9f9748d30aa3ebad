"""A meeting of the demo township over the wire: the office, the scrutineer, the evaluators who have no browser here."""

from __future__ import annotations

import base64
import json
import secrets
import time
from typing import Any

from flask import Flask

from server.commands.save_online import save_online
from server.domain.ballot.manifest import Manifest, read_manifest
from server.domain.ballot.opening import public_point, tally_key
from server.domain.ballot.slips import label
from server.domain.judging.verdicts import OnlineWrite
from server.schemas.kinds.registry import KINDS
from server.store.database import open_database
from tests.ballot.election import SCALAR
from tests.ballot.evaluator import blinded, plain, sealed
from tests.browser.town import Town
from tests.browser.wire_phone import WirePhone
from tests.phone import enrolment

Json = dict[str, Any]
PATH = "/ballots/v1"
OTHERS = 5
"""With the one who has a browser six: five are company for each subject, though one is recused from one."""
HOUR_MS = 3_600_000


class Invited(WirePhone):
    """A phone that came by this code."""

    def __init__(self, url: str, code: str) -> None:
        self.url, self.n, self.head, self.rows = url, 0, 0, dict[str, Json]()
        self.headers: dict[str, str] = {}
        self.me = self.call("POST", "/auth/v1/replicas", enrolment(invitation_code=code))
        self.headers = {"Authorization": f"Bearer {self.me['token']}"}


class BallotHall:
    """One meeting with one round. Shape: `code` invites the evaluator who has a browser; `round` from `issue` on."""

    def __init__(self, town: Town, recusals: int = 1) -> None:
        self.town = town
        self.clerk = WirePhone(town.url, "pbo")
        wanted = [{"name": f"评议人{at}", "role": "evaluator"} for at in range(OTHERS + 1)]
        guests = {"invitations": [*wanted, {"name": "监票人", "role": "scrutineer"}]}
        mine, *others = self.proved(self.clerk).call("POST", "/office/v1/invitations", guests)["invitations"]
        self.code = mine["code"]
        *self.others, self.scrutineer = [Invited(town.url, one["code"]) for one in others]
        asked = {"title": "云台镇述职评议会", "place": "镇政府三楼会议室", "starts_at_ms": None}
        self.meeting = self.clerk.call("POST", f"{PATH}/meetings", asked)["meeting"]
        accounts = [mine["account"], *(one.me["account"] for one in self.others)]
        cycle = next(row["fields"]["cycle_id"] for row in town.records("meeting") if row["id"] == self.meeting)
        subjects = [row["id"] for row in town.records("subject", cycle_id=cycle, graded=True)][:recusals]
        rows = [
            {"name": f"评议人{at}", "group": "member_rep", "account": account, "recusals": [] if at else subjects}
            for at, account in enumerate(accounts)
        ]
        self.roll = self.clerk.call("PUT", f"{PATH}/meetings/{self.meeting}/roll", {"rows": rows})["roll"]
        self.round = ""

    def proved(self, phone: WirePhone) -> WirePhone:
        phone.call("POST", "/demo/v1/proofs")
        return phone

    @property
    def hall_code(self) -> str:
        return str(self.clerk.call("GET", f"{PATH}/meetings/{self.meeting}")["hall_code"])

    def issue(self, left_ms: int = HOUR_MS) -> None:
        """The scrutineer's key is known, and everybody gets the sheet."""
        asked = {"title": "第一轮测评", "deadline_ms": int(time.time() * 1000) + left_ms}
        made = self.proved(self.clerk).call("POST", f"{PATH}/meetings/{self.meeting}/rounds", asked)
        self.round = made["round"]["id"]
        public = base64.b64encode(public_point(tally_key(SCALAR))).decode()
        self.scrutineer.call("PUT", f"{PATH}/rounds/{self.round}/tally-key", {"public": public})
        self.step("issue")

    def step(self, name: str) -> None:
        self.proved(self.clerk).call(
            "POST", f"{PATH}/rounds/{self.round}/{name}", {} if name != "void" else {"reason": "重来"}
        )

    def come(self) -> None:
        """The four others are in the hall."""
        rows = [{"id": row["id"], "status": "present"} for row in self.roll[1:]]
        self.clerk.call("PUT", f"{PATH}/meetings/{self.meeting}/attendance", {"rows": rows})

    def words(self) -> str:
        """As they stand on the wall of the hall."""
        return str(self._record()["words"])

    def _record(self) -> Json:
        fields: Json = next(row for row in self.town.records("ballot_round") if row["id"] == self.round)["fields"]
        return fields

    def manifest(self) -> Manifest:
        return read_manifest(json.loads(self._record()["manifest"]))

    def others_hand_in(self, posts: bool = True) -> None:
        """Each of the four is signed, and posts what it got."""
        manifest = self.manifest()
        for phone in self.others:
            hidden = {}
            for place in [one for one in manifest.places() if one[1] == "member_rep"]:
                content = sealed(manifest.tally_key, label(manifest.hash, manifest.round, place), plain("good"))
                hidden[place[0]] = blinded(self.modulus(manifest, place), secrets.token_bytes(32) + content)
            sheet = [{"subject": one, "blinded": base64.b64encode(it.blinded).decode()} for one, it in hidden.items()]
            done = phone.call("POST", f"{PATH}/rounds/{self.round}/issuances", {"sheet": sheet})
            for one in done["sheet"] if posts else []:
                it = hidden[one["subject"]]
                slip = it.message + it.finalized(base64.b64decode(one["signature"]))
                body = {"township": self.clerk.me["township"]["id"], "subject": one["subject"], "group": "member_rep"}
                phone.call(
                    "POST", f"{PATH}/rounds/{self.round}/slips", body | {"slip": base64.b64encode(slip).decode()}
                )

    def modulus(self, manifest: Manifest, place: tuple[str, str]) -> int:
        cell = next(one for one in manifest.raw["cells"] if (one["subject"], one["group"]) == place)
        return int.from_bytes(base64.b64decode(cell["n"]), "big")

    def box(self) -> list[Json]:
        return self.town.rows("SELECT * FROM slips WHERE round_id = ?", self.round)

    def open_the_box(self) -> None:
        """The deadline's hour comes, and the scrutineer opens."""
        self.step("close")
        self.let_the_deadline_come()
        private = base64.b64encode(SCALAR).decode()
        self.proved(self.scrutineer).call("POST", f"{PATH}/rounds/{self.round}/tally-key/release", {"private": private})

    def let_the_deadline_come(self) -> None:
        let_the_deadline_come(self.town, self.round, self.clerk.me["township"]["id"])


def let_the_deadline_come(town: Town, round_id: str, township: str) -> None:
    """The hour is now; nobody waits an hour for it. The manifest that the phones hold stays as it is."""
    app = Flask(__name__)
    open_database(app, f"sqlite:///{town.var / 'zoufang.sqlite3'}")
    write = OnlineWrite(round_id, "ballot_round", {"deadline_ms": int(time.time() * 1000)})
    with app.app_context():
        save_online(KINDS, township, "office", [write], int(time.time() * 1000))
