"""Passkeys of desks: where there can be some, the questions they answer, and what tells a copied one."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit
from uuid import UUID

from server.domain.problems import Problem

CHALLENGE_MS = 300_000
NONCE_BYTES = 16
MOST_PASSKEYS = 10
LONGEST_LABEL = 40
ALGORITHMS = (-7, -257)
"""ES256 and RS256: every authenticator of Windows, Android and security keys knows one of the two."""
Purpose = Literal["add", "sign-in", "step-up"]


@dataclass(frozen=True, slots=True)
class Site:
    """The address at which a passkey is asked.

    Shape:  `name` is the relying party's id, `origin` what the browser signs, `secret` signs our questions
    """

    name: str
    origin: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What an authenticator says of a passkey it just made, as it came."""

    credential: bytes
    client_data: bytes
    attestation: bytes


@dataclass(frozen=True, slots=True)
class Assertion:
    """What a passkey signed, as it came."""

    credential: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes
    user_handle: bytes


def site_of(origin: str, allowed: Collection[str], secret: bytes) -> Site:
    """The address a browser is at, if passkeys may be made for it.

    Shape:  `allowed` are origins; browsers give no passkey to a bare IP address, so neither do we
    Raises: no-passkeys-here
    """
    host = urlsplit(origin).hostname or ""
    if origin not in allowed or not host or _is_number(host):
        raise Problem("no-passkeys-here", "passkeys need the system's own name, over HTTPS")
    return Site(host, origin, secret)


def challenge_of(site: Site, purpose: Purpose, asked: str, nonce: bytes, now_ms: int) -> bytes:
    """A question that only this server can have asked, for this purpose, of this replica (`""`: of nobody yet)."""
    head = nonce + (now_ms + CHALLENGE_MS).to_bytes(8, "big")
    return head + _seal(site, purpose, asked, head)


def expiry_of(site: Site, purpose: Purpose, asked: str, challenge: bytes, now_ms: int) -> int | None:
    """Until when this question may be answered; None where it is too old, not ours or for something else."""
    head, seal = challenge[: NONCE_BYTES + 8], challenge[NONCE_BYTES + 8 :]
    if not hmac.compare_digest(seal, _seal(site, purpose, asked, head)):
        return None
    until_ms = int.from_bytes(head[NONCE_BYTES:], "big")
    return until_ms if now_ms <= until_ms else None


def user_handle(township_id: str, account_id: str) -> bytes:
    """By what a passkey knows its account, without a name in it."""
    return UUID(township_id).bytes + UUID(account_id).bytes


def account_of(handle: bytes) -> tuple[str, str] | None:
    """The township and the account of a handle; None for anything else."""
    if len(handle) != 32:
        return None
    return str(UUID(bytes=handle[:16])), str(UUID(bytes=handle[16:]))


def is_copy(kept_count: int, told_count: int) -> bool:
    """Whether the passkey has signed elsewhere: one that counts at all has counted on since the last time.

    Source: W3C WebAuthn Level 2, 6.1.1
    """
    return (kept_count > 0 or told_count > 0) and told_count <= kept_count


def _seal(site: Site, purpose: Purpose, asked: str, head: bytes) -> bytes:
    return hmac.digest(site.secret, f"passkey {purpose} {site.origin} {asked} ".encode() + head, "sha256")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
