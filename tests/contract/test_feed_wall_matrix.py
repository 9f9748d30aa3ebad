"""The role matrix in SQL (PostgreSQL): a plain SELECT behind the wall shows what the role may see and no more (L15)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from server.commands.create_township import create_township
from server.domain.judging.verdicts import Departure
from server.domain.permissions import READS, Actor, Role, reads, scopes_of
from server.store.database import db, open_database, reading
from server.store.feed import behind_the_wall
from server.store.transaction import transaction
from tests.postgres import Cluster
from tests.records import made, new_id

ME, SOMEBODY = "me", "somebody"
VILLAGES = ("v1", "v2")
SETS = [
    *([Role(role, village)] for role in sorted(READS) for village in (None, "v1", "v2")),
    [],
    [Role("branch_secretary", "v1"), Role("resident_team", "v2")],
    [Role("leader"), Role("village_lead", "v2")],
    [Role("pbo"), Role("evaluator")],
    [Role("leader"), Role("branch_secretary", "v1")],
]
VISITED: list[frozenset[str]] = [frozenset(), frozenset({"v1"}), frozenset(VILLAGES)]
"""The villages in whose visits the person takes part."""


def every_scope(township: str) -> list[str]:
    """One scope of every form a record can live in, of two people and two villages, and one that nobody holds."""
    own = [f"own:{account}" for account in (ME, SOMEBODY)]
    villages = [f"{form}:{village}" for form in ("field", "village") for village in (*VILLAGES, "v9")]
    return [*own, *villages, "meeting:m1", f"office:{township}", f"town:{township}"]


@pytest.fixture(scope="module")
def townships(postgres: Cluster) -> Iterator[list[str]]:
    """Two townships with a record and a departure in every scope; the villages have the same ids in both."""
    app, url = Flask("matrix"), postgres.new_database()
    open_database(app, url)
    with app.app_context():
        ids = [create_township("云台镇", code, now_ms=1).id for code in ("990101101", "990101102")]
        for township in ids:
            scopes = every_scope(township)
            with transaction(township) as tx:
                rows = [made(at, scope=scope) for at, scope in enumerate(scopes, start=1)]
                gone = [Departure(len(scopes) + at, scope, new_id()) for at, scope in enumerate(scopes, start=1)]
                tx.save(rows, gone, head=2 * len(scopes))
        yield ids
        db.engine.dispose()
    postgres.give_back(url)


def named(roles: list[Role]) -> str:
    return "+".join(f"{one.role}@{one.village or 'town'}" for one in roles) or "nobody"


@pytest.mark.parametrize("takes_part", VISITED, ids=lambda villages: "+".join(sorted(villages)) or "no-visit")
@pytest.mark.parametrize("roles", SETS, ids=named)
def test_L15_a_plain_select_returns_what_the_roles_may_see(
    townships: list[str], roles: list[Role], takes_part: frozenset[str]
) -> None:
    mine, actor = townships[0], Actor(ME, "p", tuple(roles), takes_part=takes_part)
    holds_a_replica = any(READS[one.role] for one in roles)
    may_see = [
        scope
        for scope in every_scope(mine)
        if holds_a_replica and reads(actor, scope) and not scope.endswith(":v9")  # a village of nobody's roster
    ]
    with reading() as connection:
        behind_the_wall(connection, mine, sorted(scopes_of(actor, mine, VILLAGES)))
        for table in ("records", "departures"):
            seen = connection.execute(text(f"SELECT * FROM {table}")).all()
            assert {row.township_id for row in seen} <= {mine}
            assert sorted(row.scope for row in seen) == sorted(may_see), table
