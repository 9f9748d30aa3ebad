"""A replica comes in: who it is, and what the server knows of it."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.permissions import policy_of, scopes_of
from server.domain.replicas import Identity
from server.domain.trust import known, token_hash, trusted
from server.store.database import glancing, reading
from server.store.replicas import load_identity
from server.store.townships import load_recovery_key
from server.store.villages import load_villages


@dataclass(frozen=True, slots=True)
class Greeting:
    """Shape: `policy` names the scopes the replica holds now; `recovery_key` the newest of the township, if any."""

    identity: Identity
    policy: str
    recovery_key: str | None


def identify(token: str, now_ms: int, revoked_too: bool = False) -> Identity:
    """Who is behind the token; `revoked_too` for the one thing a revoked replica may still do, hand in its work.

    Raises: unknown-replica, replica-revoked
    """
    with glancing() as connection:
        identity = load_identity(connection, token_hash(token), now_ms)
    return known(identity, now_ms) if revoked_too else trusted(identity, now_ms)


def greet(token: str, now_ms: int) -> Greeting:
    """What hello tells: counter, epoch, policy, all of one moment.

    Raises: unknown-replica, replica-revoked
    """
    with reading() as connection:
        identity = trusted(load_identity(connection, token_hash(token), now_ms), now_ms)
        villages = load_villages(connection, identity.tenant)
        recovery_key = load_recovery_key(connection, identity.tenant.id)
    scopes = scopes_of(identity.actor, identity.tenant.id, villages)
    return Greeting(identity, policy_of(scopes), recovery_key)
