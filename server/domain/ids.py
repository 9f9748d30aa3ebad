"""Ids that follow from what they name: the same conflict has the same id wherever and whenever it is found."""

from __future__ import annotations

import hashlib
import uuid


def derived_id(*parts: str | int) -> str:
    """A UUIDv8 made of SHA-256 over the parts; equal parts, equal id.

    Source: RFC 9562 section 5.8
    """
    digest = bytearray(hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()[:16])
    digest[6] = 0x80 | (digest[6] & 0x0F)
    digest[8] = 0x80 | (digest[8] & 0x3F)
    return str(uuid.UUID(bytes=bytes(digest)))
