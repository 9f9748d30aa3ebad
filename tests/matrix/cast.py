"""Everybody the matrix asks about: an account, a person and a phone for each role, in a township of four villages."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient

from server.commands.create_township import create_township
from server.commands.save_online import save_online
from server.domain.judging.verdicts import OnlineWrite
from server.domain.roles import ROLES, Role
from server.domain.trust import token_hash
from server.schemas.kinds.registry import KINDS
from server.store.accounts import insert_account, insert_role
from server.store.database import writing
from server.store.replicas import insert_replica, mark_revoked
from tests.phone import NOW_MS, Phone, new_id

LEASE_MS = 4_102_444_800_000


@dataclass(frozen=True, slots=True)
class Place:
    """A township. Shape: `home` is the village that village roles are held for; nobody visits the strange one."""

    id: str
    home: str
    away: str
    strange: str
    beyond: str
    cycle: str


@dataclass(frozen=True, slots=True)
class Somebody:
    """One of the cast. Shape: `phone` speaks with his token."""

    name: str
    roles: tuple[Role, ...]
    account: str
    person: str
    phone: Phone

    @property
    def barred(self) -> bool:
        """Whether he answers for the home village himself."""
        return any(ROLES[held.role].barred for held in self.roles)

    def is_one_of(self, roles: Iterable[str]) -> bool:
        return bool({held.role for held in self.roles} & set(roles))


def found_place(name: str, code: str) -> Place:
    """A township with four villages and an open cycle."""
    place = Place(create_township(name, code, NOW_MS).id, *(new_id() for _ in range(5)))
    villages = [(place.home, "家乡村"), (place.away, "别处村"), (place.strange, "远处村"), (place.beyond, "山外村")]
    writes = [
        OnlineWrite(village, "village", {"name": words, "region_code": f"{code}{at}", "category": "village"})
        for at, (village, words) in enumerate(villages, start=201)
    ]
    cycle = OnlineWrite(place.cycle, "cycle", {"year": 2026, "title": "述职评议", "state": "researching"})
    save_online(KINDS, place.id, "office", [cycle, *writes], NOW_MS)
    return place


def sign_up(
    client: FlaskClient, place: Place, name: str, roles: Sequence[str], *, home: str = "", revoked: bool = False
) -> Somebody:
    """An account with these roles since long ago, its person, and a phone whose token we know."""
    account, person, replica, token = new_id(), new_id(), new_id(), new_id()
    held = tuple(Role(role, (home or place.home) if ROLES[role].place == "village" else None) for role in roles)
    save_online(KINDS, place.id, "office", [OnlineWrite(person, "person", {"name": name, "post": name})], NOW_MS)
    with writing() as connection:
        insert_account(connection, place.id, account, person, 0)
        for one in held:
            insert_role(connection, place.id, str(uuid.uuid4()), account, one.role, one.village, 0)
        insert_replica(connection, _replica(place, replica, account, token))
        if revoked:
            mark_revoked(connection, replica, 1)
    enrolled = {"replica": replica, "account": account, "person": person, "token": token, "drop_token": f"drop {token}"}
    return Somebody(name, held, account, person, Phone(client, enrolled))


def every_role(app: Flask, place: Place) -> list[Somebody]:
    """One person for each role of the handbook, and three that are two things at once or nothing any more."""
    client = app.test_client()
    cast = [sign_up(client, place, role, [role]) for role in ROLES]
    mixed = [["branch_secretary", "leader"], ["resident_team", "pbo"]]
    cast += [sign_up(client, place, " and ".join(roles), roles) for roles in mixed]
    return [*cast, sign_up(client, place, "revoked", ["pbo"], revoked=True)]


def _replica(place: Place, replica: str, account: str, token: str) -> dict[str, object]:
    return {
        "id": replica,
        "township_id": place.id,
        "account_id": account,
        "label": "手机",
        "platform": "Android",
        "schema_version": 1,
        "continues": None,
        "token_hash": token_hash(token),
        "drop_token_hash": token_hash(f"drop {token}"),
        "now": NOW_MS,
        "lease_until_ms": LEASE_MS,
    }
