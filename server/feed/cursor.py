"""Where a replica is in the feed: opaque to it, signed by us."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from server.domain.epochs import epoch_mark

SIGNATURE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Backfill:
    """Scopes that are being fetched from the beginning.

    Shape:  `mask` bit i: the i-th of the policy's sorted scopes; those up to `seq` are fetched, up to `until` not yet
    """

    mask: int
    seq: int
    until: int


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where one replica is.

    Shape:  `seq` everything up to there was seen; `acked` the last own number a page confirmed; `policy` its scopes;
            `epoch` the mark of one.
    """

    epoch: str
    policy: str
    seq: int
    acked: int
    backfill: Backfill | None = None


def sign(cursor: Cursor, secret: bytes) -> str:
    """The cursor as text that only this server can have made."""
    fill = cursor.backfill
    members: list[Any] = [epoch_mark(cursor.epoch), cursor.policy, cursor.seq, cursor.acked]
    members += [] if fill is None else [fill.mask, fill.seq, fill.until]
    body = ".".join(map(str, members))
    return f"{body}.{_encode(_signature(body, secret))}"


@lru_cache(maxsize=1_000)
def verify(text: str, secret: bytes) -> Cursor | None:
    """The cursor behind a text, None if it is none of ours; an idle phone shows the same one every 30 seconds."""
    body, _dot, signature = text.rpartition(".")
    if not hmac.compare_digest(signature.encode(errors="replace"), _encode(_signature(body, secret)).encode()):
        return None
    if "." not in body:
        return _of_old(body)
    epoch, policy, seq, acked, *fill = body.split(".")
    return Cursor(epoch, policy, int(seq), int(acked), Backfill(*map(int, fill)) if fill else None)


def _of_old(body: str) -> Cursor | None:
    """As earlier versions of this server signed them, in base64; phones in the field hold such."""
    try:
        members = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error):
        return None
    if isinstance(members, dict):
        members = [epoch_mark(members["e"]), members["p"], members["s"], members["a"], *members.get("b", ())]
    epoch, policy, seq, acked, *fill = members
    return Cursor(epoch, policy, seq, acked, Backfill(*fill) if fill else None)


def mask_of(scopes: Sequence[str], chosen: set[str]) -> int:
    """The chosen ones of the sorted scopes as bits."""
    return sum(1 << at for at, scope in enumerate(scopes) if scope in chosen)


def scopes_in(scopes: Sequence[str], mask: int) -> list[str]:
    """The scopes whose bits are set."""
    return [scope for at, scope in enumerate(scopes) if mask >> at & 1]


def _signature(body: str, secret: bytes) -> bytes:
    return hmac.digest(secret, b"cursor " + body.encode(errors="replace"), sha256)[:SIGNATURE_BYTES]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
