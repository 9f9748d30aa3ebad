"""In whose visits a person takes part: what a leader, who holds the field of those villages only, may read."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection

from server.domain.roles import TAKES_PART, Role
from server.store.bulk import sql


def load_takes_part(
    connection: Connection, township_id: str, person: str | None, roles: Sequence[Role]
) -> frozenset[str]:
    """The villages of the visits in which this person is visitor or companion; not looked up where no role asks.

    Source: DOMAIN.md 3.2
    """
    if person is None or not any(held.role in TAKES_PART for held in roles):
        return frozenset()
    found = connection.execute(
        sql(
            "SELECT scope, fields FROM records WHERE township_id = :township AND kind = 'visit' AND NOT deleted "
            "AND fields LIKE :named"
        ),
        {"township": township_id, "named": f"%{person}%"},
    )
    fields_of = ((row.scope.partition(":"), json.loads(row.fields)) for row in found)
    return frozenset(of for (name, _, of), fields in fields_of if name == "field" and _is_in(fields, person))


def _is_in(fields: dict[str, object], person: str) -> bool:
    companions = fields.get("companions")
    return fields.get("visitor_id") == person or (isinstance(companions, list) and person in companions)
