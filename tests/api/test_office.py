"""The office's desk: who may come, what a roster does, what is said of phones and deliveries, what bad input gets."""

from __future__ import annotations

import base64
import gzip
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook
from werkzeug.test import TestResponse

from server.commands.do_effects import claim_effects
from server.commands.invite import invite
from server.commands.revoke import revoke
from server.commands.write_digests import write_digests
from server.schemas.kinds.registry import KINDS
from server.store.database import db
from tests.night.town import Town, add_phone, make_town

DAY_MS = 24 * 60 * 60 * 1000
DATA = Path(__file__).parents[1] / "data"
HEADINGS = "统计用区划代码\t村(居)名称\t书记"
OURS = f"{HEADINGS}\n990101109201\t青石沟村民委员会\t张三\n990101109204\t下河村民委员会\t李四"


@dataclass
class Desk:
    """A signed-in install."""

    client: FlaskClient
    token: str
    replica: str

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/office/v1/{path}", headers=self._headers())

    def post(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        if body is not None:
            more["json"] = body
        return self.client.post(f"/office/v1/{path}", headers=self._headers() | more.pop("headers", {}), **more)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def town(app: Flask) -> Town:
    return make_town(_now_ms() - 2 * DAY_MS)


def _now_ms() -> int:
    from server.api.identity import now_ms

    return now_ms()


def desk(app: Flask, town: Town, role: str, account: str | None = None) -> Desk:
    code = invite(town.id, role, _now_ms(), account=account).code
    body = {"invitation_code": code, "label": "办公室电脑", "platform": "Windows", "schema_version": 1}
    client = app.test_client()
    answer = client.post("/auth/v1/replicas", json=body).get_json()
    return Desk(client, answer["token"], answer["replica"])


@pytest.fixture
def clerk(app: Flask, town: Town) -> Desk:
    return desk(app, town, "pbo", town.clerk)


def slug(answer: TestResponse) -> str:
    body = answer.get_json()
    assert answer.mimetype == "application/problem+json"
    return str(body["type"]).rpartition("#")[2]


def pointers(answer: TestResponse) -> list[str]:
    return [error["pointer"] for error in answer.get_json()["errors"]]


def test_a_dry_run_says_what_would_happen_and_writes_nothing(clerk: Desk, town: Town) -> None:
    head = town.head()
    answer = clerk.post("rosters", {"text": OURS, "dry_run": True}).get_json()
    assert {name: answer[name] for name in ("importable", "applied", "creates", "updates", "unchanged")} == {
        "importable": True,
        "applied": False,
        "creates": 1,
        "updates": 1,
        "unchanged": 0,
    }
    assert answer["rows"][0] == {
        "row": 2,
        "code": "990101109201",
        "name": "青石沟村民委员会",
        "category": "village",
        "action": "update",
        "changes": {"secretary": "张三"},
    }
    assert answer["absent"] == ["990101109202", "990101109203"]
    assert town.head() == head


def test_an_import_is_applied_and_the_same_file_again_changes_nothing(clerk: Desk, town: Town) -> None:
    first = clerk.post("rosters", {"text": OURS}).get_json()
    head = town.head()
    second = clerk.post("rosters", {"text": OURS}).get_json()
    assert (first["applied"], first["records"] > 0) == (True, True)
    assert (second["applied"], second["records"], second["unchanged"]) == (True, 0, 2)
    assert town.head() == head
    assert len(town.records("village")) == len(town.records("subject")) == 4
    assert {fields["name"] for _scope, fields in town.records("person")} >= {"张三", "李四"}
    assert {scope for scope, _fields in town.records("village")} == {f"town:{town.id}"}


def test_one_error_and_nothing_is_imported(clerk: Desk, town: Town) -> None:
    head = town.head()
    answer = clerk.post("rosters", {"text": OURS + "\n12345\t错村\t王五"}).get_json()
    assert (answer["importable"], answer["applied"], answer["records"]) == (False, False, 0)
    (fault,) = [fault for fault in answer["faults"] if fault["level"] == "error"]
    assert (fault["row"], fault["column"]) == (4, "统计用区划代码")
    assert fault["reason"] and fault["reason_en"]
    assert town.head() == head


def test_of_a_thousand_faults_nobody_gets_more_than_he_can_read(clerk: Desk) -> None:
    doubled = "\n".join(["990101109201\t青石沟村民委员会\t张三"] * 1000)
    answer = clerk.post("rosters", {"text": f"{HEADINGS}\n{doubled}", "dry_run": True}).get_json()
    assert (len(answer["faults"]), answer["importable"]) == (301, False)
    assert answer["faults"][-1]["reason_en"] == "699 more faults are not listed"


def test_the_real_file_of_a_county_is_reported_as_other_townships(clerk: Desk, town: Town) -> None:
    data = base64.b64encode((DATA / "villages-620123.csv").read_bytes()).decode()
    answer = clerk.post("rosters", {"file_base64": data, "filename": "villages.csv"}).get_json()
    assert (answer["importable"], answer["creates"], len(answer["others"])) == (False, 0, 20)
    assert sum(other["rows"] for other in answer["others"]) > 200
    assert all(other["name"] for other in answer["others"])


def test_an_excel_file_with_numbers_for_codes_is_read(clerk: Desk, town: Town) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (["统计用区划代码", "村(居)名称"], [990101109201, "青石沟村民委员会"], [990101109001, "街口社区"]):
        sheet.append(cells)
    file = io.BytesIO()
    book.save(file)
    body = {"file_base64": base64.b64encode(file.getvalue()).decode(), "filename": "名册.xlsx"}
    answer = clerk.post("rosters", body).get_json()
    assert (answer["applied"], answer["unchanged"], answer["communities"]) == (True, 1, 1)
    assert len(town.records("subject")) == 3


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, ["/text"]),
        ({"text": OURS, "file_base64": "QQ=="}, ["/text"]),
        ({"file_base64": "not base64!"}, ["/file_base64"]),
        ({"text": 5}, ["/text"]),
        ({"text": OURS, "dry_run": "yes"}, ["/dry_run"]),
        ({"text": OURS, "more": 1}, ["/more"]),
        ({"text": "a\x00b"}, ["/text"]),
        ({"text": "a" * 1_000_001}, ["/text"]),
        ({"text": OURS, "filename": "x" * 256}, ["/filename"]),
        ([], [""]),
    ],
)
def test_what_does_not_fit_the_schema_is_named(clerk: Desk, town: Town, body: Any, where: list[str]) -> None:
    head = town.head()
    answer = clerk.post("rosters", body)
    assert (answer.status_code, slug(answer)) == (400, "malformed-request")
    assert [pointer.removesuffix("/_schema") for pointer in pointers(answer)] == where
    assert town.head() == head


def test_half_a_surrogate_pair_in_a_pasted_table_is_named(clerk: Desk) -> None:
    body = '{"text": "\\ud800", "dry_run": true}'
    answer = clerk.post("rosters", data=body, content_type="application/json")
    assert (answer.status_code, pointers(answer)) == (400, ["/text"])


def test_bytes_that_are_no_table_are_a_fault_and_not_a_failure(clerk: Desk) -> None:
    for junk in (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"", b"PK\x03\x04broken"):
        body = {"file_base64": base64.b64encode(junk).decode(), "filename": "名册.xlsx"}
        answer = clerk.post("rosters", body)
        assert answer.status_code == 200
        assert answer.get_json()["importable"] is False
        assert answer.get_json()["faults"][0]["level"] == "error"


def test_a_body_that_is_too_large_or_of_another_type_is_a_problem(clerk: Desk) -> None:
    large = clerk.post("rosters", {"file_base64": "A" * 7_100_000})
    assert (large.status_code, slug(large)) == (413, "batch-too-large")
    bomb = gzip.compress(json.dumps({"text": "a" * 5_000_000}).encode())
    packed = clerk.post("rosters", data=bomb, content_type="application/json", headers={"Content-Encoding": "gzip"})
    assert (packed.status_code, slug(packed)) == (413, "batch-too-large")
    other = clerk.post("rosters", data=b"a,b", content_type="text/csv")
    assert (other.status_code, slug(other)) == (415, "unsupported-media-type")
    broken = clerk.post("rosters", data=b"{", content_type="application/json")
    assert (broken.status_code, slug(broken)) == (400, "malformed-request")


def test_only_the_clerk_imports_and_only_the_desk_reads(app: Flask, town: Town, clerk: Desk) -> None:
    chief, leader = desk(app, town, "committee_secretary", town.secretary), desk(app, town, "leader")
    reading = ("replicas", "deliveries")
    assert [chief.get(path).status_code for path in reading] == [200, 200]
    assert [slug(leader.get(path)) for path in reading] == ["not-allowed", "not-allowed"]
    assert [slug(one.post("rosters", {"text": OURS})) for one in (chief, leader)] == ["not-allowed", "not-allowed"]
    assert (chief.post("digests").status_code, slug(leader.post("digests"))) == (202, "not-allowed")
    nobody = Desk(clerk.client, "nonsense", "")
    assert [slug(nobody.get(path)) for path in reading] == ["unknown-replica", "unknown-replica"]
    revoke(clerk.replica, _now_ms())
    assert slug(clerk.get("replicas")) == slug(clerk.post("rosters", {"text": OURS})) == "replica-revoked"


def test_the_phones_are_listed_with_their_silence_and_their_storage(clerk: Desk, town: Town) -> None:
    now = _now_ms()
    silent = add_phone(
        town, town.secretary, now - 51 * 60 * 60 * 1000, 3, storage=json.dumps({"persisted": False, "usage": 9})
    )
    gone = add_phone(town, town.secretary, now - 90 * DAY_MS, revoked_at_ms=now)
    answer = clerk.get("replicas").get_json()
    found = {phone["replica"]: phone for phone in answer["replicas"]}
    assert [phone["replica"] for phone in answer["replicas"]] == [gone, silent, clerk.replica]
    assert {name: found[silent][name] for name in ("person", "roles", "pending", "persisted", "silent", "in_use")} == {
        "person": "程启岳",
        "roles": ["committee_secretary"],
        "pending": 3,
        "persisted": False,
        "silent": True,
        "in_use": True,
    }
    assert (found[gone]["silent"], found[gone]["in_use"], found[gone]["revoked_at_ms"]) == (False, False, now)
    assert (found[clerk.replica]["silent"], found[clerk.replica]["label"]) == (False, "办公室电脑")
    assert abs(answer["server_time_ms"] - now) < 60_000


def test_a_replaced_phone_is_not_waited_for(clerk: Desk, town: Town) -> None:
    old = add_phone(town, town.secretary, _now_ms() - 5 * DAY_MS)
    add_phone(town, town.secretary, _now_ms(), continues=old)
    found = {phone["replica"]: phone for phone in clerk.get("replicas").get_json()["replicas"]}
    assert (found[old]["in_use"], found[old]["silent"]) == (False, False)


def test_the_delivery_log_tells_who_got_what_and_who_had_nothing_to_report(clerk: Desk, town: Town) -> None:
    for village in range(3):
        town.visit(village, _now_ms() - DAY_MS)
    add_phone(town, town.secretary, _now_ms())
    write_digests(KINDS, _now_ms())
    answer = clerk.get("deliveries").get_json()
    assert {(row["person"], row["outcome"], row["record"]) for row in answer["deliveries"]} == {
        ("程启岳", "nothing-to-report", None),
        ("祁文博", "nothing-to-report", None),
    }
    assert answer["effects"] == {"waiting": 0, "dead": []}


def test_asking_for_digests_leaves_one_piece_of_work(clerk: Desk, town: Town) -> None:
    assert [clerk.post("digests").get_json() for _ in range(3)] == [{"asked": True}, {"asked": False}, {"asked": False}]
    assert clerk.get("deliveries").get_json()["effects"]["waiting"] == 1
    assert [effect.kind for effect in claim_effects(_now_ms())] == ["digest-asked"]


def test_dead_work_is_shown_to_the_office_of_its_own_township_only(app: Flask, clerk: Desk, town: Town) -> None:
    other = desk(app, make_town(_now_ms(), code="990101110"), "pbo")
    clerk.post("digests")
    now = _now_ms()
    for hour in range(9):
        claim_effects(now + hour * 60 * 60 * 1000)
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE effects SET due_at_ms = 0, error = 'KeyError at workers/digests.py:1'")
    (dead,) = clerk.get("deliveries").get_json()["effects"]["dead"]
    assert (dead["kind"], dead["tries"], dead["error"]) == ("digest-asked", 8, "KeyError at workers/digests.py:1")
    assert other.get("deliveries").get_json()["effects"] == {"waiting": 0, "dead": []}


def test_answers_carry_the_two_headers_of_the_api(clerk: Desk) -> None:
    for answer in (clerk.get("replicas"), clerk.get("deliveries"), clerk.post("rosters", {"text": OURS})):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
