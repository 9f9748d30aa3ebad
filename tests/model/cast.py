"""Who takes part in the model, and what everybody knows before it starts."""

from __future__ import annotations

import uuid
from functools import lru_cache

from server.domain.permissions import Actor, Role
from server.domain.records import Record


@lru_cache(maxsize=1 << 16)
def ident(name: str) -> str:
    """A UUID that follows from a name, so that the same trace has the same ids."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


TOWN, CYCLE = ident("town"), ident("cycle")
VILLAGES = (ident("village 1"), ident("village 2"))
SECRETARY = Actor(ident("acc secretary"), ident("person secretary"), (Role("committee_secretary"),))
DEPUTY = Actor(ident("acc deputy"), ident("person deputy"), (Role("committee_secretary"),))
LEADER = Actor(ident("acc leader"), ident("person leader"), (Role("leader"),))
NAMES = {ident(name): name for name in ("acc secretary", "acc deputy", "acc leader")}


def villages() -> dict[str, Record]:
    """The rows that the office has written before anybody enrols."""
    return {one: Record(one, "village", f"town:{TOWN}", seq) for seq, one in enumerate(VILLAGES, start=1)}
