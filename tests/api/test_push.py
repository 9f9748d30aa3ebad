"""Push: outcomes, numbers, repeats, groups, and whoever is no longer trusted."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from flask import Flask

from server.api.identity import now_ms
from server.commands.end_role import end_role
from server.commands.revoke import revoke
from tests.phone import Phone, Town, enrol, enrolment, hashed, new_id, slug_of


def outcomes(answer: list[dict[str, Any]]) -> list[str]:
    return [one["outcome"] for one in answer]


def test_a_visit_with_its_children_arrives_in_the_offices_mirror(phone: Phone, office: Phone, town: Town) -> None:
    visit, check = new_id(), new_id()
    fields = {"visit_id": visit, "area": "org_life", "doc_type": "minutes", "title": "会议记录", "found": "complete"}
    answer = phone.push(
        phone.visit(town, visit, narrative="看了记录"), phone.change("create", check, "record_check", fields=fields)
    )
    assert outcomes(answer) == ["applied", "applied"]
    office.pull()
    assert office.mirror[visit]["fields"]["narrative"] == "看了记录"
    assert office.mirror[visit]["scope"] == f"field:{town.villages[0]}" == office.mirror[check]["scope"]
    assert office.mirror[visit]["fields"]["cycle_id"] == town.cycle
    assert office.mirror[visit]["created_by"] == phone.enrolled["account"]


def test_two_people_who_edit_one_text_get_a_conflict_that_both_see(
    phone: Phone, office: Phone, app: Flask, town: Town
) -> None:
    second = enrol(app, town)
    visit = new_id()
    phone.push(phone.visit(town, visit))
    phone.pull(), second.pull()
    assert outcomes(phone.push(phone.change("patch", visit, fields={"narrative": "甲"}))) == ["applied"]
    answer = second.push(second.change("patch", visit, fields={"narrative": "乙"}))
    assert outcomes(answer) == ["conflict"]
    for one in (phone, second):
        one.pull()
        conflict = one.mirror[answer[0]["conflicts"][0]]["fields"]
        assert (conflict["record"], conflict["field"], conflict["status"]) == (visit, "narrative", "open")
        assert "乙" in [side["value"] for side in conflict["sides"]]
        assert one.mirror[visit]["fields"]["narrative"] == "甲"


def test_a_gap_applies_nothing_and_says_where_to_go_on(phone: Phone, town: Town) -> None:
    phone.push(phone.visit(town))
    skipped = hashed(phone.visit(town) | {"n": 3})
    repeated = [phone.visit(town) | {"n": 2}] * 2
    for batch in (
        [skipped],
        repeated,
        [phone.visit(town) | {"n": n} for n in (2, 4)],
        [phone.visit(town) | {"n": n} for n in (3, 2)],
    ):
        answer = phone.push_raw(batch)
        assert (answer.status_code, slug_of(answer.get_json())) == (409, "change-gap")
        assert answer.get_json()["expected"] == 2
    assert phone.client.get("/sync/v1/hello", headers=phone.headers).get_json()["last_n"] == 1


def test_another_content_under_a_known_number_is_a_fork_and_applies_nothing(
    phone: Phone, office: Phone, town: Town
) -> None:
    first = phone.visit(town)
    phone.push(first)
    other, next_one = phone.visit(town) | {"n": 1}, phone.visit(town) | {"n": 2}
    answer = phone.push_raw([other, next_one])
    assert (answer.status_code, slug_of(answer.get_json())) == (409, "replica-forked")
    assert phone.client.get("/sync/v1/hello", headers=phone.headers).get_json()["last_hash"] == first["hash"]
    office.pull()
    assert not {other["record"], next_one["record"]} & set(office.mirror)


def test_hello_knows_the_last_change(phone: Phone, town: Town) -> None:
    hello = phone.client.get("/sync/v1/hello", headers=phone.headers).get_json()
    assert (hello["last_n"], hello["last_hash"], hello["durable_seq"]) == (0, None, None)
    change = phone.visit(town)
    phone.push(change)
    hello = phone.client.get("/sync/v1/hello", headers=phone.headers).get_json()
    assert (hello["last_n"], hello["last_hash"]) == (1, change["hash"])
    assert set(hello) == {
        *("epoch", "last_n", "last_hash", "durable_seq", "policy", "roles", "min_schema_version", "recovery_key"),
        "server_time_ms",
    }


def test_an_empty_push_is_answered(phone: Phone) -> None:
    answer = phone.push_raw([])
    assert answer.status_code == 200
    assert (answer.get_json()["last_n"], answer.get_json()["outcomes"]) == (0, [])


def test_a_push_may_come_as_gzip(phone: Phone, town: Town) -> None:
    body = gzip.compress(json.dumps({"changes": [phone.visit(town)]}).encode())
    headers = phone.headers | {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = phone.client.post("/sync/v1/push", data=body, headers=headers)
    assert outcomes(answer.get_json()["outcomes"]) == ["applied"]


@pytest.mark.parametrize(
    ("body", "status", "slug"),
    [
        (gzip.compress(b'{"changes": [' + b" " * 200_000 + b"]}"), 413, "batch-too-large"),
        (gzip.compress(b'{"changes": []}')[:-6], 400, "malformed-request"),
        (b"not gzip at all", 400, "malformed-request"),
        (gzip.compress(b'{"changes": [' + b" " * 5_000_000 + b"]}"), 413, "batch-too-large"),
    ],
    ids=["swollen", "cut", "no-gzip", "bomb"],
)
def test_a_bad_gzip_body_is_a_problem(phone: Phone, body: bytes, status: int, slug: str) -> None:
    headers = phone.headers | {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = phone.client.post("/sync/v1/push", data=body, headers=headers)
    assert (answer.status_code, slug_of(answer.get_json())) == (status, slug)


def test_too_many_changes_or_bytes_are_split_and_applied_in_nothing(phone: Phone, town: Town) -> None:
    many = [phone.visit(town) for _ in range(201)]
    big = [hashed(change | {"fields": change["fields"] | {"narrative": "长" * 200_000}}) for change in many[:2]]
    for batch in (many, big):
        answer = phone.push_raw(batch)
        assert (answer.status_code, slug_of(answer.get_json())) == (413, "batch-too-large")
        assert answer.get_json()["device_action"] == "split"
    assert phone.client.get("/sync/v1/hello", headers=phone.headers).get_json()["last_n"] == 0


def test_a_group_is_applied_or_quarantined_whole(phone: Phone, office: Phone, town: Town) -> None:
    group = new_id()
    visit = new_id()
    good = phone.visit(town, visit, narrative="好")
    bad = phone.change("patch", visit, fields={"no_such_field": 1})
    alone = phone.visit(town)
    answer = phone.push(hashed(good | {"group": group}), hashed(bad | {"group": group}), alone)
    assert outcomes(answer) == ["quarantined", "quarantined", "applied"]
    office.pull()
    assert visit not in office.mirror and alone["record"] in office.mirror


def test_a_group_cut_over_two_pushes_is_quarantined(phone: Phone, town: Town) -> None:
    group = new_id()
    first, second = (hashed(phone.visit(town) | {"group": group}) for _ in range(2))
    phone.push(first)
    (cut,) = phone.push(second)
    assert (cut["outcome"], slug_of(cut["problem"])) == ("quarantined", "invalid-change")


def test_a_revoked_replica_hands_in_its_work_and_reads_nothing(phone: Phone, office: Phone, town: Town) -> None:
    visit = new_id()
    phone.push(phone.visit(town, visit))
    phone.pull()
    revoke(phone.id, now_ms())
    answer = phone.push(phone.change("patch", visit, fields={"narrative": "晚"}))
    assert (answer[0]["outcome"], slug_of(answer[0]["problem"])) == ("quarantined", "change-not-allowed")
    refused = [
        phone.pull_raw(),
        phone.client.get("/sync/v1/hello", headers=phone.headers),
        phone.client.put("/sync/v1/replica", json=HEALTH, headers=phone.headers),
    ]
    for response in refused:
        assert (response.status_code, slug_of(response.get_json())) == (403, "replica-revoked")
    office.pull()
    assert "narrative" not in office.mirror[visit]["fields"]


def test_without_a_role_nothing_more_is_applied_and_nothing_lost(phone: Phone, town: Town) -> None:
    end_role(phone.id, now_ms())
    (answer,) = phone.push(phone.visit(town))
    assert (answer["outcome"], slug_of(answer["problem"])) == ("quarantined", "change-not-allowed")


def test_a_patch_before_its_create_waits_and_is_released_by_it(
    phone: Phone, app: Flask, office: Phone, town: Town
) -> None:
    second = enrol(app, town)
    visit = new_id()
    (early,) = second.push(second.change("patch", visit, fields={"narrative": "先到"}))
    assert (early["outcome"], slug_of(early["problem"])) == ("quarantined", "depends-on")
    phone.push(phone.visit(town, visit))
    office.pull()
    assert office.mirror[visit]["fields"]["narrative"] == "先到"
    second.pull()
    notices = [row["fields"] for row in second.mirror.values() if row["kind"] == "quarantine"]
    assert [(notice["n"], notice["status"], notice["outcome"]) for notice in notices] == [(1, "released", "merged")]


def test_a_known_change_under_a_new_number_counts_once_and_belongs_to_the_successor(
    phone: Phone, office: Phone, town: Town
) -> None:
    visit = new_id()
    create, patch = phone.visit(town, visit), phone.change("patch", visit, fields={"narrative": "一"})
    first = phone.push(create, patch)
    answer = phone.client.post("/auth/v1/replicas", json=enrolment(continues=phone.id), headers=phone.headers)
    heir = Phone(phone.client, answer.get_json())
    again = heir.push(create | {"n": 1}, patch | {"n": 2})
    assert [{**one, "n": 0} for one in again] == [{**one, "n": 0} for one in first]
    heir.n = 2
    chained = hashed(heir.change("patch", visit, fields={"narrative": "二"}) | {"base": 0})
    assert outcomes(heir.push(chained)) == ["applied"]
    office.pull()
    assert office.mirror[visit]["fields"]["narrative"] == "二"
    assert heir.push(create | {"n": 1}) == again[:1]


def test_a_known_settle_belongs_to_the_successor_too(phone: Phone, app: Flask, town: Town) -> None:
    rival = enrol(app, town)
    visit = new_id()
    phone.push(phone.visit(town, visit))
    phone.pull(), rival.pull()
    rival.push(rival.change("patch", visit, fields={"narrative": "甲"}))
    mine = phone.push(phone.change("patch", visit, fields={"narrative": "乙"}))
    phone.pull()
    conflict = mine[0]["conflicts"][0]
    sides = [{"replica": side["replica"], "n": side["n"]} for side in phone.mirror[conflict]["fields"]["sides"]]
    settle = phone.change("settle", conflict, "conflict", fields={"value": "丙", "sides": sides})
    assert phone.push(settle)[0]["outcome"] == "applied"
    answer = phone.client.post("/auth/v1/replicas", json=enrolment(continues=phone.id), headers=phone.headers)
    heir = Phone(phone.client, answer.get_json(), n=1)
    heir.push(settle | {"n": 1})
    chained = hashed(heir.change("patch", visit, fields={"narrative": "丁"}) | {"base": phone.head})
    assert outcomes(heir.push(chained)) == ["applied"]


def test_a_change_id_cannot_be_used_for_something_else(phone: Phone, office: Phone, town: Town) -> None:
    first = phone.visit(town)
    phone.push(first)
    reused = hashed(phone.visit(town) | {"change": first["change"]})
    stolen = office.visit(town) | {"change": first["change"]}
    for one, change in ((phone, reused), (office, hashed(stolen))):
        (answer,) = one.push(change)
        assert (answer["outcome"], slug_of(answer["problem"])) == ("quarantined", "invalid-change")


def test_a_twin_in_one_batch_counts_once(phone: Phone, office: Phone, town: Town) -> None:
    change = phone.visit(town)
    answer = phone.push(change, change | {"n": 2})
    assert [{**one, "n": 0} for one in answer] == [{**answer[0], "n": 0}] * 2
    assert phone.push(change | {"n": 2}) == [answer[1]]


HEALTH = {"storage": {"persisted": True, "usage": 1}, "app_version": "1.0", "pending": 0, "clock_offset_ms": -5}


def test_a_phone_says_how_it_is(phone: Phone) -> None:
    assert phone.client.put("/sync/v1/replica", json=HEALTH, headers=phone.headers).status_code == 204
    for wrong in (
        {"pending": "many"},
        {"pending": -1},
        {"app_version": "\0"},
        {"storage": {"x": "y" * 5000}},
        {"extra": 1},
    ):
        answer = phone.client.put("/sync/v1/replica", json=HEALTH | wrong, headers=phone.headers)
        assert (answer.status_code, slug_of(answer.get_json())) == (400, "malformed-request")
        assert answer.get_json()["errors"][0]["pointer"] == "/" + next(iter(wrong))
