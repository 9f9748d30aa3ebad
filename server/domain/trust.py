"""Whether a replica may do what it asks: its token, its lease, whether the office still trusts it."""

from __future__ import annotations

import hashlib
import hmac

from server.domain.problems import Problem
from server.domain.replicas import Identity


def token_hash(token: str) -> str:
    """What the server keeps of a token; 256 bits of chance need no salt and no slow hash."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def same_again(enrolment: str, secret: bytes) -> str:
    """What only this server makes of an install's own name for its enrolment; the tokens follow from it.

    Shape:  64 hexadecimal digits
    """
    return hmac.digest(secret, b"enrolment " + enrolment.encode(errors="replace"), "sha256").hex()


def token_of(seed: str, replica: str, use: str) -> str:
    """The token of a replica for one use: who asks again for a lost answer gets the tokens that may be on their way."""
    return hmac.digest(seed.encode(), f"{use} {replica}".encode(), "sha256").hex()


def trusted(identity: Identity | None, now_ms: int) -> Identity:
    """The replica, if it may read.

    Raises: unknown-replica (no such token, or the lease is over), replica-revoked
    """
    found = known(identity, now_ms)
    if found.replica.revoked:
        raise Problem("replica-revoked", "the office revoked this replica")
    return found


def known(identity: Identity | None, now_ms: int) -> Identity:
    """The replica, if it may at least hand in its work; a revoked one may for as long as it exists (L6).

    Raises: unknown-replica
    """
    if identity is None:
        raise Problem("unknown-replica", "there is no replica with this token")
    if not identity.replica.revoked and identity.replica.lease_until_ms <= now_ms:
        raise Problem("unknown-replica", "the lease is over; sign in again with an invitation")
    return identity
