"""The office lets people in: roles with dates, invitations one by one and for a meeting, phones it no longer trusts."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from server.api.identity import now_ms
from server.commands.save_online import save_online
from server.domain.judging.verdicts import OnlineWrite
from server.schemas.kinds.registry import KINDS
from server.store.database import reading, writing
from tests.phone import Phone, Town, enrol, enrolment, found_town, new_id, slug_of

PASSWORD = "Qingshi-gou 4417 田"
DAY_MS = 86_400_000


def get(phone: Phone, path: str) -> TestResponse:
    return phone.client.get(f"/office/v1/{path}", headers=phone.headers)


def post(phone: Phone, path: str, body: Any = None) -> TestResponse:
    return phone.client.post(f"/office/v1/{path}", json=body if body is not None else {}, headers=phone.headers)


def proved(phone: Phone) -> Phone:
    """The same desk, whose person has just set a password."""
    body = {"login": f"desk.{phone.id[:8]}", "password": PASSWORD}
    assert phone.client.post("/auth/v1/password", json=body, headers=phone.headers).status_code == 200
    return phone


@pytest.fixture
def clerk(office: Phone) -> Phone:
    return proved(office)


def person_of(town: Town, name: str) -> str:
    person = new_id()
    save_online(KINDS, town.id, "office", [OnlineWrite(person, "person", {"name": name})], now_ms())
    return person


def refused(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, slug_of(answer.get_json())


def count(statement: str) -> int:
    with reading() as connection:
        return int(connection.execute(text(statement)).scalar_one())


def test_a_role_is_given_from_a_day_to_a_day_and_shown_with_its_times(clerk: Phone, town: Town) -> None:
    person, now = person_of(town, "田玉兰"), now_ms()
    body = {"person": person, "role": "village_lead", "village": town.villages[0], "to_ms": now + DAY_MS}
    given = post(clerk, "roles", body)
    assert (given.status_code, given.get_json()["given"]) == (201, True)
    later = post(clerk, "roles", {"person": person, "role": "leader", "from_ms": now + DAY_MS}).get_json()
    (account,) = [one for one in get(clerk, "accounts").get_json()["accounts"] if one["person"] == person]
    assert (account["name"], account["phones"], account["has_password"]) == ("田玉兰", 0, False)
    assert [(one["role"], one["when"], one["to_ms"]) for one in account["roles"]] == [
        ("village_lead", "now", now + DAY_MS),
        ("leader", "later", None),
    ]
    ended = [post(clerk, f"roles/{later['assignment']}/end").get_json() for _ in range(2)]
    assert ended == [{"done": True}, {"done": False}]


def test_the_same_role_given_twice_is_one(clerk: Phone, town: Town) -> None:
    body = {"person": person_of(town, "田玉兰"), "role": "leader"}
    first, second = (post(clerk, "roles", body).get_json() for _ in range(2))
    assert (second["given"], second["assignment"]) == (False, first["assignment"])


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"role": "emperor"}, "/role"),
        ({"role": "service"}, "/role"),
        ({"role": "branch_secretary"}, "/village"),
        ({"village": "x"}, "/village"),
        ({"person": "x"}, "/person"),
        ({"to_ms": 1}, "/to_ms"),
        ({"from_ms": "now"}, "/from_ms"),
    ],
)
def test_a_role_that_cannot_be_is_named_and_leaves_nothing(
    clerk: Phone, town: Town, wrong: dict[str, Any], where: str
) -> None:
    accounts, roles = count("SELECT count(*) FROM accounts"), count("SELECT count(*) FROM role_assignments")
    answer = post(clerk, "roles", {"person": town.secretary, "role": "leader"} | wrong)
    assert refused(answer) == (400, "malformed-request")
    assert where in [error["pointer"] for error in answer.get_json()["errors"]]
    assert count("SELECT count(*) FROM role_assignments") == roles
    assert count("SELECT count(*) FROM accounts") == accounts


def test_the_office_never_falls_empty(clerk: Phone, town: Town) -> None:
    accounts = get(clerk, "accounts").get_json()["accounts"]
    (own,) = [role for one in accounts for role in one["roles"] if role["role"] == "pbo"]
    assert refused(post(clerk, f"roles/{own['assignment']}/end")) == (409, "last-office-holder")
    post(clerk, "roles", {"person": person_of(town, "罗小梅"), "role": "pbo"})
    assert post(clerk, f"roles/{own['assignment']}/end").get_json() == {"done": True}
    assert refused(get(clerk, "accounts")) == (403, "not-allowed")


def test_a_meeting_is_invited_at_once_and_each_code_opens_one_phone(app: Flask, clerk: Phone, town: Town) -> None:
    wanted = [
        {"person": town.secretary, "role": "committee_secretary"},
        {"name": "夏长锁", "role": "evaluator"},
        {"name": "汪石头", "role": "branch_secretary", "village": town.villages[1]},
    ]
    answer = post(clerk, "invitations", {"invitations": wanted, "valid_s": 86_400})
    assert answer.status_code == 201
    made = answer.get_json()["invitations"]
    assert len({one["code"] for one in made}) == len({one["account"] for one in made}) == 3
    assert all(one["expires_at_ms"] - answer.get_json()["server_time_ms"] == DAY_MS for one in made)
    body = enrolment(invitation_code=made[2]["code"])
    assert app.test_client().post("/auth/v1/replicas", json=body).get_json()["roles"] == [
        {"role": "branch_secretary", "village": town.villages[1]}
    ]
    lines = {one["id"]: one for one in get(clerk, "invitations").get_json()["invitations"]}
    states = [(lines[one["id"]]["state"], lines[one["id"]]["person"]) for one in made]
    assert states == [("open", "王建国"), ("open", "夏长锁"), ("used", "汪石头")]
    assert lines[made[2]["id"]]["used_label"] == "书记的手机" and lines[made[2]["id"]]["used_at_ms"]
    assert made[0]["code"] not in get(clerk, "invitations").text


@pytest.mark.parametrize(
    ("second", "where"),
    [
        ({"name": "甲", "role": "county_observer"}, "/invitations/1/role"),
        ({"name": "甲", "role": "branch_secretary"}, "/invitations/1/village"),
        ({"name": "甲", "role": "village_lead", "village": "x"}, "/invitations/1/village"),
        ({"person": "x", "role": "leader"}, "/invitations/1/person"),
        ({"role": "leader"}, "/invitations/1/person"),
        ({"name": "", "role": "leader"}, "/invitations/1/name"),
    ],
)
def test_one_fault_in_the_list_and_nobody_is_invited(
    clerk: Phone, town: Town, second: dict[str, Any], where: str
) -> None:
    before = count("SELECT count(*) FROM invitations"), count("SELECT count(*) FROM accounts")
    answer = post(clerk, "invitations", {"invitations": [{"name": "好人", "role": "leader"}, second]})
    assert refused(answer) == (400, "malformed-request")
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [where]
    assert (count("SELECT count(*) FROM invitations"), count("SELECT count(*) FROM accounts")) == before


def test_nobody_is_invited_twice_at_once_or_for_more_than_a_day(clerk: Phone, town: Town) -> None:
    twice = [{"person": town.secretary, "role": "leader"}, {"person": town.secretary, "role": "evaluator"}]
    assert refused(post(clerk, "invitations", {"invitations": twice})) == (400, "malformed-request")
    long = post(clerk, "invitations", {"invitations": twice[:1], "valid_s": 86_401})
    assert [error["pointer"] for error in long.get_json()["errors"]] == ["/valid_s"]
    assert post(clerk, "invitations", {"invitations": []}).status_code == 400


def test_a_withdrawn_invitation_opens_nothing(app: Flask, clerk: Phone, town: Town) -> None:
    made = post(clerk, "invitations", {"invitations": [{"name": "甲", "role": "leader"}]}).get_json()["invitations"][0]
    assert post(clerk, f"invitations/{made['id']}/withdraw").get_json() == {"done": True}
    assert post(clerk, f"invitations/{made['id']}/withdraw").get_json() == {"done": False}
    answer = app.test_client().post("/auth/v1/replicas", json=enrolment(invitation_code=made["code"]))
    assert refused(answer) == (403, "invitation-invalid")
    assert get(clerk, "invitations").get_json()["invitations"][0]["state"] == "withdrawn"
    assert refused(post(clerk, "invitations/x/withdraw")) == (404, "not-found")


def test_a_lost_phone_is_revoked_once_and_its_work_still_goes_up(clerk: Phone, phone: Phone, town: Town) -> None:
    assert post(clerk, f"replicas/{phone.id}/revoke").get_json() == {"done": True}
    assert post(clerk, f"replicas/{phone.id}/revoke").get_json() == {"done": False}
    assert refused(phone.pull_raw()) == (403, "replica-revoked")
    assert phone.push(phone.visit(town))[0]["outcome"] == "quarantined"


WRITES = (
    "roles",
    "roles/x/end",
    "accounts/x/password/clear",
    "invitations",
    "invitations/x/withdraw",
    "replicas/x/revoke",
)
BODIES = {
    "roles": {"person": "x", "role": "leader"},
    "invitations": {"invitations": [{"name": "甲", "role": "leader"}]},
}


@pytest.mark.parametrize("path", WRITES)
def test_who_may_not_is_told_so(app: Flask, town: Town, phone: Phone, path: str) -> None:
    leader = enrol(app, town, "leader")
    for one in (phone, leader):
        assert refused(post(one, path, BODIES.get(path))) == (403, "not-allowed")
    assert [get(phone, name).status_code for name in ("accounts", "invitations")] == [200, 200]
    assert [refused(get(leader, name))[1] for name in ("accounts", "invitations")] == ["not-allowed"] * 2
    leader.enrolled["token"] = "nobody's"
    assert refused(post(leader, path, BODIES.get(path))) == (401, "unknown-replica")


def test_another_townships_office_finds_nothing_here(app: Flask, clerk: Phone, phone: Phone, town: Town) -> None:
    made = post(clerk, "invitations", {"invitations": [{"name": "甲", "role": "leader"}]}).get_json()["invitations"][0]
    roles = [role for one in get(clerk, "accounts").get_json()["accounts"] for role in one["roles"]]
    stranger = proved(enrol(app, found_town(app), "pbo"))
    for path in (
        f"replicas/{phone.id}/revoke",
        f"roles/{roles[0]['assignment']}/end",
        f"invitations/{made['id']}/withdraw",
        f"accounts/{phone.enrolled['account']}/password/clear",
    ):
        assert refused(post(stranger, path)) == (404, "not-found")
    body = {"person": town.secretary, "role": "leader"}
    assert refused(post(stranger, "roles", body)) == (400, "malformed-request")
    assert town.secretary not in get(stranger, "accounts").text and made["id"] not in get(stranger, "invitations").text
    assert phone.pull_raw().status_code == 200


def test_what_cannot_be_taken_back_asks_for_a_fresh_proof(office: Phone, clerk: Phone, town: Town) -> None:
    with writing() as connection:
        connection.execute(text("UPDATE replicas SET proved_at_ms = proved_at_ms - 300001"))
    for path in ("roles", "roles/x/end", "accounts/x/password/clear", "invitations", "replicas/x/revoke"):
        answer = post(clerk, path, BODIES.get(path))
        assert refused(answer) == (403, "step-up-needed"), path
        assert answer.get_json()["how"] == "password"
