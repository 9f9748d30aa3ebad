"""Ids and moments of the demo: made from names and dates, so that loading again finds what is there."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

TIME_ZONE = "Asia/Shanghai"


def demo_id(name: str, at_ms: int) -> str:
    """The id of the thing with this name, made at that moment; the same name and moment give the same id.

    Source: RFC 9562 UUIDv7; its random bits come from the SHA-256 of the name
    """
    noise = int.from_bytes(hashlib.sha256(f"yuntai/{name}".encode()).digest()[:10], "big")
    value = at_ms << 80 | 0x7 << 76 | (noise >> 68) << 64 | 0b10 << 62 | noise & (1 << 62) - 1
    return str(uuid.UUID(int=value))


def local_ms(text: str) -> int:
    """The UTC milliseconds of a day or minute as the township's clocks show it (`2017-11-28T09:30`)."""
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(TIME_ZONE)).timestamp() * 1000)


def local_year(now_ms: int) -> int:
    """The year the township's calendars show at that moment."""
    return datetime.fromtimestamp(now_ms / 1000, ZoneInfo(TIME_ZONE)).year
