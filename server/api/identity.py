"""Who is asking: the token of the request, and the replica, account and township behind it."""

from __future__ import annotations

import time
from collections.abc import Collection

from flask import request

from server.commands.greet import identify
from server.commands.step_up import require_step_up
from server.domain.problems import Problem
from server.domain.replicas import Identity


def now_ms() -> int:
    """The server's clock; the only one that decides anything (L14)."""
    return time.time_ns() // 1_000_000


def bearer_token() -> str:
    """The token of the request.

    Raises: unknown-replica
    """
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem("unknown-replica", "there is no token in the request")
    return token.strip()


def current_identity(roles: Collection[str] = (), revoked_too: bool = False) -> Identity:
    """The replica behind the request; with `roles`, only an account that holds one of them.

    Raises: unknown-replica, replica-revoked, not-allowed
    """
    identity = identify(bearer_token(), now_ms(), revoked_too)
    if roles and not identity.actor.holds(roles):
        raise Problem("not-allowed", f"this is for {' or '.join(sorted(roles))}")
    return identity


def proved_identity(roles: Collection[str] = ()) -> Identity:
    """The same for what cannot be taken back: its person proved within five minutes who he is.

    Raises: unknown-replica, replica-revoked, not-allowed, step-up-needed
    """
    identity = current_identity(roles)
    require_step_up(identity, now_ms())
    return identity
