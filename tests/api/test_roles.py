"""Roles over the wire: they begin and end by date, a leader keeps his visits, a lost scope costs no work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import time_machine
from flask import Flask

from server.api.identity import now_ms
from server.commands.end_role import end_one_role, end_role
from server.commands.give_role import give_role
from server.commands.invite import invite
from server.commands.quarantine import list_quarantine
from server.commands.save_online import save_online
from server.domain.judging.verdicts import OnlineWrite
from server.domain.problems import Problem
from server.domain.roles import ROLES
from server.schemas.kinds.registry import KINDS
from tests.phone import NOW_MS, Json, Phone, Town, enrol, new_id

HOUR_MS = 3_600_000


@contextmanager
def in_hours(hours: float) -> Iterator[None]:
    """The server's clock stands so many hours from now."""
    with time_machine.travel(now_ms() / 1000 + hours * 3600, tick=True):
        yield


def roles_said(phone: Phone) -> list[str]:
    hello = phone.client.get("/sync/v1/hello", headers=phone.headers).get_json()
    return [one["role"] for one in hello["roles"]]


@pytest.mark.parametrize("role", sorted(ROLES))
def test_every_role_that_holds_a_replica_can_be_invited_and_no_other(app: Flask, town: Town, role: str) -> None:
    row = ROLES[role]
    village = town.villages[0] if row.place == "village" else None
    if not row.cells:
        with pytest.raises(Problem) as refused:
            invite(town.id, role, now_ms(), village=village)
        assert refused.value.entry.slug == "malformed-request"
        assert refused.value.errors and refused.value.errors[0][0] == "/role"
        return
    wrong = None if village else town.villages[0]
    with pytest.raises(Problem) as refused:
        invite(town.id, role, now_ms(), village=wrong)
    assert refused.value.errors and refused.value.errors[0][0] == "/village"
    phone = enrol(app, town, role, **({"village": village} if village else {}))
    assert phone.enrolled["roles"] == [{"role": role, **({"village": village} if village else {})}]
    assert f"town:{town.id}" in phone.enrolled["scopes"]


def test_a_role_begins_and_ends_by_date_without_anybodys_act(app: Flask, town: Town) -> None:
    writer, phone = enrol(app, town), enrol(app, town, "evaluator")
    writer.push(writer.visit(town))
    account, start = phone.enrolled["account"], now_ms()
    give_role(town.id, account, "pbo", start, from_ms=start + HOUR_MS, to_ms=start + 3 * HOUR_MS)
    phone.pull()
    assert kinds(phone).isdisjoint({"visit"}) and roles_said(phone) == ["evaluator"]
    with in_hours(2):
        phone.pull()
        assert phone.pages[-1]["scopes"]["added"] and "visit" in kinds(phone)
        assert phone.pages[-1]["roles"] == [{"role": "evaluator"}, {"role": "pbo"}]
        assert roles_said(phone) == ["evaluator", "pbo"]
    with in_hours(4):
        phone.pull()
        assert "visit" not in kinds(phone) and roles_said(phone) == ["evaluator"]
        assert phone.pages[-1]["roles"] == [{"role": "evaluator"}]


@pytest.mark.parametrize("role", ["leader", "deputy_secretary", "village_lead"])
def test_a_leader_keeps_the_visit_he_logged(app: Flask, town: Town, role: str) -> None:
    person = new_person(town)
    leader = enrol(app, town, role, person=person, **({"village": town.villages[1]} if role == "village_lead" else {}))
    leader.pull()
    visit, interview = new_id(), new_id()
    told = leader.push(
        leader.visit(town, visit, visitor_id=person),
        leader.change("create", interview, "interview", fields={"visit_id": visit, "category": "masses"}),
    )
    assert [one["outcome"] for one in told] == ["applied", "applied"]
    leader.pull()
    assert {visit, interview} <= set(leader.mirror)
    assert leader.pages[-1]["scopes"]["added"] == [f"field:{town.villages[0]}"]


def test_a_companion_reads_the_village_while_he_is_one(app: Flask, town: Town) -> None:
    person = new_person(town)
    writer, companion = enrol(app, town), enrol(app, town, "leader", person=person)
    visit = new_id()
    writer.push(writer.visit(town, visit))
    companion.pull()
    assert visit not in companion.mirror
    writer.push(writer.change("add", visit, fields={"companions": [person]}))
    companion.pull()
    assert visit in companion.mirror
    writer.push(writer.change("remove", visit, fields={"companions": [person]}))
    companion.pull()
    assert visit not in companion.mirror
    assert companion.pages[-1]["scopes"]["dropped"] == [f"field:{town.villages[0]}"]


def test_a_branch_secretary_who_came_along_still_reads_nothing_of_it(app: Flask, town: Town) -> None:
    person = new_person(town)
    writer = enrol(app, town)
    along = enrol(app, town, "branch_secretary", person=person, village=town.villages[0])
    give_role(town.id, along.enrolled["account"], "leader", now_ms())
    visit = new_id()
    writer.push(writer.visit(town, visit, companions=[person]))
    along.pull()
    assert visit not in along.mirror and not any(row["scope"].startswith("field:") for row in along.mirror.values())
    told = along.push(along.change("patch", visit, fields={"narrative": "改写"}), along.visit(town))
    assert [one["problem"]["type"].partition("#")[2] for one in told] == ["change-not-allowed"] * 2


def test_what_was_not_sent_when_a_role_ended_goes_to_quarantine_before_the_scope_goes(app: Flask, town: Town) -> None:
    office = enrol(app, town, "pbo", person=new_person(town))
    office.pull()
    visit = new_id()
    assert office.push(office.visit(town, visit))[0]["outcome"] == "applied"
    office.pull()
    unsent: list[Json] = [
        office.change("create", new_id(), "interview", fields={"visit_id": visit, "answer": "半路上写的"}),
        office.visit(town),
    ]
    assert end_role(office.id, now_ms()) == 1
    told = office.push(*unsent)
    assert [one["outcome"] for one in told] == ["quarantined", "quarantined"]
    held = list_quarantine(town.id)
    assert len(held) == 2 and "\\u534a\\u8def\\u4e0a" in "".join(one.payload for one in held)
    office.pull()
    assert office.mirror == {} and office.pages[-1]["roles"] == []
    assert office.push(*unsent) == told, "asked again, the answer is the same"


def test_one_of_two_roles_ends_and_the_other_stays(app: Flask, town: Town) -> None:
    writer = enrol(app, town)
    phone = enrol(app, town, "branch_secretary", village=town.villages[1])
    second = give_role(town.id, phone.enrolled["account"], "pbo", now_ms())
    writer.push(writer.visit(town))
    phone.pull()
    assert "visit" in kinds(phone)
    assert end_one_role(town.id, second, now_ms()) and not end_one_role(town.id, second, now_ms())
    phone.pull()
    assert "visit" not in kinds(phone) and "village" in kinds(phone)
    fresh = Phone(phone.client, phone.enrolled)
    fresh.pull()
    assert fresh.mirror == phone.mirror


@pytest.mark.parametrize(
    ("asked", "pointer"),
    [
        ({"role": "king"}, "/role"),
        ({"role": "service"}, "/role"),
        ({"role": "branch_secretary"}, "/village"),
        ({"role": "pbo", "village": "some"}, "/village"),
        ({"role": "pbo", "from_ms": 10, "to_ms": 10}, "/to_ms"),
    ],
)
def test_a_role_nobody_can_hold_is_refused(app: Flask, town: Town, asked: Json, pointer: str) -> None:
    account = enrol(app, town, "evaluator").enrolled["account"]
    with pytest.raises(Problem) as refused:
        give_role(town.id, account, now_ms=now_ms(), **asked)
    assert refused.value.entry.slug == "malformed-request" and refused.value.errors[0][0] == pointer


def test_a_role_needs_an_account_and_a_village_of_the_township(app: Flask, town: Town) -> None:
    account = enrol(app, town, "evaluator").enrolled["account"]
    for who, village in ((new_id(), town.villages[0]), (account, new_id()), (account, town.cycle)):
        with pytest.raises(Problem) as refused:
            give_role(town.id, who, "branch_secretary", now_ms(), village)
        assert refused.value.entry.slug == "not-found"


def kinds(phone: Phone) -> set[str]:
    return {row["kind"] for row in phone.mirror.values()}


def new_person(town: Town) -> str:
    """Somebody of the township's roster."""
    person = new_id()
    save_online(KINDS, town.id, "office", [OnlineWrite(person, "person", {"name": "某某", "post": "干部"})], NOW_MS)
    return person
