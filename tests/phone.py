"""A phone that speaks the wire protocol over Flask's test client: enrols, edits, pushes, pulls into a mirror."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from typing import Any

import rfc8785
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.api.identity import now_ms
from server.commands.create_township import create_township
from server.commands.invite import invite
from server.commands.save_online import save_online
from server.domain.judging.verdicts import OnlineWrite
from server.schemas.kinds.registry import KINDS

NOW_MS = 1_790_000_000_000
Json = dict[str, Any]


def new_id() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Town:
    """A township with a few villages, a person for the secretary, and an open cycle."""

    id: str
    villages: tuple[str, ...]
    secretary: str
    cycle: str


def found_town(app: Flask, villages: int = 2) -> Town:
    """The township exists and its roster is in the feed."""
    tenant = create_township("云台镇", "990101101", NOW_MS)
    town = Town(tenant.id, tuple(new_id() for _ in range(villages)), new_id(), new_id())
    writes = [
        OnlineWrite(town.cycle, "cycle", {"year": 2017, "title": "2017年度述职评议考核", "state": "researching"}),
        OnlineWrite(town.secretary, "person", {"name": "王建国", "post": "镇党委书记"}),
        *(
            OnlineWrite(
                village,
                "village",
                {"name": f"村{at}", "region_code": f"990101101{200 + at}", "category": "village", "ord": at},
            )
            for at, village in enumerate(town.villages)
        ),
    ]
    save_online(KINDS, tenant.id, "office", writes, NOW_MS)
    return town


@dataclass(slots=True)
class Phone:
    """One replica. Shape: `mirror` record id → its newest row; `head` the highest seq pulled."""

    client: FlaskClient
    enrolled: Json
    n: int = 0
    cursor: str | None = None
    head: int = 0
    mirror: dict[str, Json] = field(default_factory=dict)
    pages: list[Json] = field(default_factory=list)

    @property
    def id(self) -> str:
        return str(self.enrolled["replica"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.enrolled['token']}"}

    def change(self, action: str, record: str, kind: str = "visit", **given: Any) -> Json:
        """The next change of this phone, with a number and a hash that fits."""
        self.n += 1
        change: Json = {
            "n": self.n,
            "change": new_id(),
            "schema_version": 1,
            "record": record,
            "kind": kind,
            "action": action,
            "base": self.head,
            "fields": {},
            "captured_at_ms": NOW_MS,
            "clock_offset_ms": 0,
        } | given
        return hashed(change)

    def visit(self, town: Town, record: str | None = None, **fields: Any) -> Json:
        """The change that creates a visit."""
        given = {"village_id": town.villages[0], "visitor_id": town.secretary, "start_at": NOW_MS} | fields
        return self.change("create", record or new_id(), fields=given)

    def push_raw(self, changes: list[Json], **more: Any) -> TestResponse:
        return self.client.post("/sync/v1/push", json={"changes": changes, **more}, headers=self.headers)

    def push(self, *changes: Json) -> list[Json]:
        """The outcomes of a push that must be answered."""
        response = self.push_raw(list(changes))
        assert response.status_code == 200, response.text
        outcomes: list[Json] = response.get_json()["outcomes"]
        return outcomes

    def pull_raw(self, **query: Any) -> TestResponse:
        asked = query if self.cursor is None else {"cursor": self.cursor, **query}
        return self.client.get("/sync/v1/pull", query_string=asked, headers=self.headers)

    def pull(self, **query: Any) -> list[Json]:
        """Every row until nothing is left, applied to the mirror as a phone does."""
        rows: list[Json] = []
        while True:
            response = self.pull_raw(**query)
            if response.status_code == 204:
                return rows
            assert response.status_code == 200, response.text
            page = response.get_json()
            self.take(page)
            rows += page["changes"]
            if not page["more"]:
                return rows

    def take(self, page: Json) -> None:
        """The page is in the mirror, and the cursor with it."""
        self.pages.append(page)
        self.cursor = page["cursor"]
        dropped = page["scopes"]["dropped"]
        self.mirror = {record: row for record, row in self.mirror.items() if row["scope"] not in dropped}
        for row in page["changes"]:
            self._apply(row)

    def _apply(self, row: Json) -> None:
        self.head = max(self.head, row["seq"])
        known = self.mirror.get(row["record"])
        if "gone" in row:
            if known is not None and known["scope"] == row["gone"]:
                del self.mirror[row["record"]]
        elif row.get("deleted"):
            self.mirror.pop(row["record"], None)
        elif known is None or known["seq"] < row["seq"]:
            self.mirror[row["record"]] = row


def hashed(change: Json) -> Json:
    """The change with the hash of what it says now."""
    body = {name: value for name, value in change.items() if name not in ("n", "hash")}
    return change | {"hash": hashlib.sha256(rfc8785.dumps(body)).hexdigest()[:24]}


def enrol(app: Flask, town: Town, role: str = "committee_secretary", **invitation: Any) -> Phone:
    """A fresh phone with this role; the committee secretary is the town's person."""
    if role == "committee_secretary":
        invitation.setdefault("person", town.secretary)
    code = invite(town.id, role, now_ms(), **invitation).code
    client = app.test_client()
    response = client.post("/auth/v1/replicas", json=enrolment(invitation_code=code))
    assert response.status_code == 201, response.text
    return Phone(client, response.get_json())


def enrolment(**given: Any) -> Json:
    """What an install says of itself."""
    return {"label": "书记的手机", "platform": "Android 9", "schema_version": 1} | given


def slug_of(problem: Json) -> str:
    """The catalogue's name of a problem."""
    return str(problem["type"]).rpartition("#")[2]
