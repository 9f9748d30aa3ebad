"""L15: every door of the server with every role; routes.md says who gets through, and a new door needs a row there."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from server.api.identity import now_ms
from server.commands.give_role import give_role
from server.commands.invite import invite
from server.commands.save_online import save_online
from server.domain.judging.verdicts import OnlineWrite
from server.domain.roles import ROLES
from server.schemas.kinds.registry import KINDS
from server.store.database import reading
from server.store.passkeys import StoredPasskey, insert_passkey
from server.store.transaction import transaction
from tests.matrix.cast import Place, Somebody, sign_up
from tests.matrix.table import rows_of
from tests.phone import new_id, slug_of

Door = tuple[str, str, frozenset[str], str]
DOORS: list[Door] = [(method, rule, frozenset(who.split()), body) for method, rule, who, body in rows_of("routes.md")]
SHUT = frozenset({"unknown-replica", "not-allowed", "replica-revoked"})
POINT = b64encode(b"\4" + bytes(64)).decode()
BOX = {"iv": b64encode(bytes(12)).decode(), "ct": b64encode(bytes(48)).decode(), "epk": POINT}
"""Something that has the form of a box sealed to a public key."""
WORDS = frozenset({"anybody", "enrolled", "revoked", "drop"})


def things(app: Flask, place: Place) -> dict[str, str]:
    """Something of each sort that an address or a body can name."""
    somebody = sign_up(app.test_client(), place, "somebody", ["evaluator"])
    return {
        "person": somebody.person,
        "account": somebody.account,
        "replica": somebody.phone.id,
        "assignment": give_role(place.id, somebody.account, "teller", now_ms()),
        "invitation": _invitation(place),
        "passkey": _passkey(place, somebody),
        "record": place.home,
        "path": "villages",
        "name": "ca.crt",
        "recovery": place.home,
        "n": "1",
        "point": POINT,
        "box": json.dumps(BOX),
        "wide": b64encode(bytes(256)).decode(),
        "scalar": b64encode(bytes(32)).decode(),
        "form": "1",
        "subject": place.home,
        **dict(zip(("meeting", "ballot"), _meeting(place), strict=True)),
    }


def _meeting(place: Place) -> tuple[str, str]:
    """A meeting and a round of it, as records alone: a door looks at the role before it looks for more."""
    meeting, ballot = new_id(), new_id()
    fields = {"cycle_id": place.cycle, "title": "x", "place": "x", "state": "planned"}
    prepared = {"meeting_id": meeting, "no": 1, "title": "x", "state": "prepared", "deadline_ms": 1}
    writes = [OnlineWrite(meeting, "meeting", fields), OnlineWrite(ballot, "ballot_round", prepared)]
    save_online(KINDS, place.id, "office", writes, now_ms())
    return meeting, ballot


def _invitation(place: Place) -> str:
    invite(place.id, "leader", now_ms())
    with reading() as connection:
        found = connection.execute(
            text("SELECT id FROM invitations WHERE township_id = :t AND role = 'leader'"), {"t": place.id}
        )
        return str(found.scalars().first())


def _passkey(place: Place, somebody: Somebody) -> str:
    made = new_id()
    with transaction(place.id) as tx:
        at = (place.id, made, somebody.account, somebody.phone.id)
        assert insert_passkey(tx.connection, StoredPasskey(*at, "localhost", "AAAA", "AAAA", 0, "x", now_ms(), None))
    return made


def through(client: FlaskClient, door: Door, named: Mapping[str, str], token: str | None) -> str:
    """The slug that shut the door, or the status behind it."""
    method, rule, _who, body = door
    address = re.sub(r"<(?:[^<>:]+:)?(\w+)>", lambda found: named[found[1]], rule)
    filled = re.sub(r"\$(\w+)", lambda found: named[found[1]], body)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    sent: Any = {"query_string" if method == "GET" else "json": json.loads(filled)} if filled else {}
    answer = client.open(address, method=method, headers=headers, buffered=True, **sent)
    problem = answer.get_json() if answer.is_json else None
    slug = slug_of(problem) if isinstance(problem, dict) and "type" in problem else ""
    return slug if slug in SHUT else str(answer.status_code)


def expected(door: Door, somebody: Somebody | None) -> bool:
    """What routes.md says."""
    who = door[2]
    if "anybody" in who or somebody is None:
        return "anybody" in who
    if "drop" in who:
        return False
    if somebody.name == "revoked":
        return "revoked" in who
    return "enrolled" in who or somebody.is_one_of(who)


def test_L15_every_door_has_a_row_and_every_row_a_door(app: Flask) -> None:
    known = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(method, rule) for method, rule, _who, _body in DOORS} == known
    assert len(DOORS) == len(known)
    assert all(word in WORDS or word in ROLES for _method, _rule, who, _body in DOORS for word in who)


def test_L15_every_role_gets_through_the_doors_of_the_table_and_no_other(
    app: Flask, place: Place, cast: list[Somebody]
) -> None:
    client, named, wrong = app.test_client(), things(app, place), []
    for door in DOORS:
        for somebody in (None, *cast):
            told = through(client, door, named, str(somebody.phone.enrolled["token"]) if somebody else None)
            if (told not in SHUT) != expected(door, somebody):
                wrong.append((*door[:2], somebody.name if somebody else "nobody", told))
    assert wrong == []


def test_L15_the_drop_token_opens_its_own_doors(app: Flask, place: Place, cast: list[Somebody]) -> None:
    client, named = app.test_client(), things(app, place)
    for somebody, mark in ((cast[0], "drop"), (cast[-1], "revoked")):
        token = str(somebody.phone.enrolled["drop_token"])
        opened = {door[:2] for door in DOORS if through(client, door, named, token) not in SHUT}
        mine = {door[:2] for door in DOORS if "anybody" in door[2] or {"drop", mark} <= door[2]}
        assert opened == mine, somebody.name


@pytest.mark.parametrize("role", ["pbo", "admin", "committee_secretary"])
def test_L15_nobody_reaches_what_another_township_has(app: Flask, place: Place, elsewhere: Place, role: str) -> None:
    client = app.test_client()
    me, foreign = sign_up(client, place, role, [role]), things(app, elsewhere)
    before = everything_of(elsewhere)
    for door in DOORS:
        if "<" not in door[1] and "$" not in door[3]:
            continue
        told = through(client, door, foreign, str(me.phone.enrolled["token"]))
        public = "anybody" in door[2]
        assert public or told in SHUT or int(told) >= 400, (*door[:2], told)
    assert everything_of(elsewhere) == before


def everything_of(place: Place) -> dict[str, list[Any]]:
    """The rows of every table of a township, as they stand."""
    tables = (
        "records",
        "changes",
        "accounts",
        "role_assignments",
        "invitations",
        "replicas",
        "passkeys",
        "audit_events",
    )
    with reading() as connection:
        return {
            table: sorted(
                map(str, connection.execute(text(f"SELECT * FROM {table} WHERE township_id = :t"), {"t": place.id}))
            )
            for table in tables
        }
