"""A township ready for a ballot: appraised secretaries, a roll of eleven in two groups, a desk and a scrutineer."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from server.api.identity import now_ms
from server.commands.save_online import save_online
from server.domain.judging.verdicts import OnlineWrite
from server.schemas.kinds.registry import KINDS
from server.store.database import reading
from tests.phone import Json, Phone, Town, enrol, new_id, slug_of

PASSWORD = "Qingshi-gou 4417 田"
HOUR_MS = 3_600_000


@dataclass(slots=True)
class Hall:
    """A meeting with its people. Shape: `voters` the phones of the first two rows; `subjects` in sheet order."""

    town: Town
    office: Phone
    scrutineer: Phone
    voters: list[Phone]
    subjects: list[str]
    id: str = ""

    def path(self, rest: str = "") -> str:
        return f"/ballots/v1/meetings/{self.id}{rest}"

    def read(self, phone: Phone | None = None) -> Json:
        return ok(ask(phone or self.office, "GET", self.path()))

    def set_roll(self, rows: list[Json] | None = None) -> TestResponse:
        return ask(self.office, "PUT", self.path("/roll"), {"rows": self.rows() if rows is None else rows})

    def rows(self) -> list[Json]:
        """Five leaders, of whom the first two have phones, and six of the members."""
        accounts = [phone.enrolled["account"] for phone in self.voters] + [None] * 3
        leaders = [{"name": f"领导{at}", "group": "leader", "account": one} for at, one in enumerate(accounts)]
        return [*leaders, *({"name": f"代表{at}", "group": "member_rep", "account": None} for at in range(6))]

    def come(self, most: int = 11, status: str = "present") -> TestResponse:
        rows = [{"id": row["id"], "status": status} for row in self.read()["roll"][:most]]
        return ask(self.office, "PUT", self.path("/attendance"), {"rows": rows})

    def prepare(self, deadline_ms: int | None = None) -> TestResponse:
        body = {"title": "2017年度民主测评", "deadline_ms": deadline_ms or now_ms() + HOUR_MS}
        return ask(self.office, "POST", self.path("/rounds"), body)

    def step(self, ballot: str, step: str, body: Json | None = None) -> TestResponse:
        return ask(self.office, "POST", f"/ballots/v1/rounds/{ballot}/{step}", body)

    def give_key(self, ballot: str, public: str | None = None, by: Phone | None = None) -> TestResponse:
        path, body = f"/ballots/v1/rounds/{ballot}/tally-key", {"public": public or public_key()}
        return ask(by or self.scrutineer, "PUT", path, body)


def gather(app: Flask, town: Town) -> Hall:
    """A meeting is made; nobody stands on its roll yet."""
    office = enrol(app, town, "pbo")
    hall = Hall(
        town, office, enrol(app, town, "scrutineer"), [enrol(app, town, "evaluator") for _ in range(2)], appraise(town)
    )
    ok(ask(office, "POST", "/auth/v1/password", {"login": "dangjianban", "password": PASSWORD}))
    hall.id = make(office)
    return hall


def make(office: Phone) -> str:
    """A fresh meeting."""
    body = {"title": "述职评议会", "place": "镇政府三楼", "starts_at_ms": None}
    return str(ok(ask(office, "POST", "/ballots/v1/meetings", body), 201)["meeting"])


def appraise(town: Town) -> list[str]:
    """One graded subject a village, drawn against the order of their ids or not, and one who is not graded."""
    writes, subjects = [], []
    for at, village in enumerate((*town.villages, town.villages[0])):
        person, branch, subject = new_id(), new_id(), new_id()
        graded = at < len(town.villages)
        fields = {"cycle_id": town.cycle, "branch_id": branch, "village_id": village, "person_id": person}
        writes += [
            OnlineWrite(person, "person", {"name": f"支书{at}", "post": "村党支部书记"}),
            OnlineWrite(branch, "branch", {"village_id": village, "name": f"村{at}党支部"}),
            OnlineWrite(subject, "subject", fields | {"village_name": f"村{at}", "draw_no": 9 - at, "graded": graded}),
        ]
        subjects += [subject] if graded else []
    save_online(KINDS, town.id, "office", writes, now_ms())
    return subjects[::-1]


def public_key() -> str:
    """The public half of a fresh tally key."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    raw = point.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return base64.b64encode(raw).decode()


def ask(phone: Phone, method: str, path: str, body: Json | None = None) -> TestResponse:
    return phone.client.open(path, method=method, json=body, headers=phone.headers)


def ok(answer: TestResponse, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.get_json()


def refused(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, slug_of(answer.get_json())


def missing(answer: TestResponse) -> str:
    """The guard that did not hold."""
    assert refused(answer) == (409, "round-guard"), answer.text
    return str(answer.get_json()["guard"])


def events() -> list[str]:
    with reading() as connection:
        return list(connection.execute(text("SELECT event FROM audit_events ORDER BY n")).scalars())


def everything_stored(*tables: str) -> str:
    """All that these tables hold, as one text."""
    with reading() as connection:
        return "\n".join(str(tuple(row)) for one in tables for row in connection.execute(text(f"SELECT * FROM {one}")))
