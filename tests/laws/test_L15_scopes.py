"""L15: no record outside a replica's scopes is on its device after a sync (the feed's part: none is ever sent)."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from flask import Flask

from server.api.identity import now_ms
from server.commands.end_role import end_role
from server.commands.invite import invite
from server.domain.permissions import Role, scopes_of
from server.store.database import reading
from server.store.replicas import load_replica
from tests.phone import NOW_MS, Phone, Town, enrol, enrolment, found_town, new_id

ROLES: tuple[tuple[str, bool], ...] = (
    ("committee_secretary", False),
    ("pbo", False),
    ("evaluator", False),
    ("branch_secretary", True),
    ("village_lead", True),
)


@pytest.mark.parametrize("seed", range(5))
def test_L15_whatever_happens_to_roles_and_records(app: Flask, seed: int) -> None:
    chance = random.Random(seed)
    town = found_town(app, villages=3)
    writer = enrol(app, town)
    writer.push(*(writer.visit(town, village_id=village, end_at=NOW_MS + 1) for village in town.villages))
    readers = [_reader(app, town, chance) for _ in range(4)]
    events: list[Callable[[], object]] = [
        lambda: writer.push(writer.visit(town, village_id=chance.choice(town.villages), end_at=NOW_MS + 1)),
        lambda: writer.push(_draft_opinion(writer, chance.choice(town.villages))),
        lambda: _move_some(writer, town, chance),
        lambda: end_role(chance.choice(readers).id, now_ms()),
        lambda: _grant(app, town, chance, chance.choice(readers)),
    ]
    for _ in range(25):
        chance.choice(events)()
        for reader in chance.sample(readers, 2):
            reader.pull(limit=chance.choice([2, 500]))
            _holds_only_its_scopes(reader, town)
    for reader in readers:
        reader.pull()
        fresh = Phone(reader.client, reader.enrolled)
        fresh.pull()
        assert reader.mirror == fresh.mirror, "and nothing inside its scopes is missing"


def _holds_only_its_scopes(reader: Phone, town: Town) -> None:
    with reading() as connection:
        identity = load_replica(connection, reader.id, now_ms())
    assert identity is not None
    allowed = scopes_of(identity.actor, town.id, town.villages)
    assert {row["scope"] for row in reader.mirror.values()} <= allowed


def _reader(app: Flask, town: Town, chance: random.Random) -> Phone:
    role, of_village = chance.choice(ROLES[1:])
    return enrol(app, town, role, **({"village": chance.choice(town.villages)} if of_village else {}))


def _grant(app: Flask, town: Town, chance: random.Random, reader: Phone) -> None:
    role, of_village = chance.choice(ROLES)
    village = chance.choice(town.villages) if of_village else None
    code = invite(town.id, role, now_ms(), village=village, account=reader.enrolled["account"]).code
    assert app.test_client().post("/auth/v1/replicas", json=enrolment(invitation_code=code)).status_code == 201


def _draft_opinion(writer: Phone, village: str) -> dict[str, object]:
    fields = {"village_id": village, "origin": "visit", "text": "水渠要修", "opinion_kind": "problem"}
    return writer.change("create", new_id(), "opinion", fields=fields)


def _move_some(writer: Phone, town: Town, chance: random.Random) -> None:
    writer.pull()
    visits = sorted(key for key, row in writer.mirror.items() if row["kind"] == "visit")
    drafts = sorted(key for key, row in writer.mirror.items() if row["kind"] == "opinion")
    village = {"village_id": chance.choice(town.villages)}
    writer.push(writer.change("command", chance.choice(visits), command="move", fields=village))
    if drafts:
        writer.push(writer.change("command", chance.choice(drafts), "opinion", command="record"))


def test_L15_a_draft_is_its_authors_alone(app: Flask) -> None:
    town = found_town(app)
    writer, office = enrol(app, town), enrol(app, town, "pbo")
    writer.push(_draft_opinion(writer, town.villages[0]))
    office.pull(), writer.pull()
    assert [row["kind"] for row in writer.mirror.values()].count("opinion") == 1
    assert [row["kind"] for row in office.mirror.values()].count("opinion") == 0
    assert Role("pbo") in {Role(**role) for role in office.enrolled["roles"]}
