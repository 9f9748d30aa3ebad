"""Who stands at the hub's door: somebody from the server, or somebody who enrolled here."""

from __future__ import annotations

from server.domain.trust import token_hash
from server.store.database import glancing
from server.store.hub_people import is_at_home
from server.store.replicas import load_identity


def is_from_home(token: str, now_ms: int) -> bool | None:
    """Whether the replica enrolled at the server; None where this hub does not know it at all."""
    with glancing() as connection:
        identity = load_identity(connection, token_hash(token), now_ms)
    if identity is None:
        return None
    with glancing() as connection:
        return is_at_home(connection, identity.replica.id)
