"""What is read strictly: a member more, a member less or a wrong form is refused before anything is believed."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

GRADES = ("good", "fairly_good", "average", "poor")
OUTCOMES = (*GRADES, "abstain", "invalid")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_LINE = re.compile(r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,31}")
LARGEST = 2**53 - 1


class Malformed(ValueError):
    """A manifest, slip, key or table has not the form of docs/ballot.md; the text says where."""


def members(raw: Any, *names: str, where: str) -> Mapping[str, Any]:
    """The object itself, if it has these members and no other.

    Raises: Malformed
    """
    if not isinstance(raw, dict) or set(raw) != set(names):
        raise Malformed(f"{where}: an object with exactly {', '.join(names)} is expected")
    return raw


def items(raw: Any, least: int, most: int, *, where: str) -> list[Any]:
    """A list of so many entries.

    Raises: Malformed
    """
    if not isinstance(raw, list) or not least <= len(raw) <= most:
        raise Malformed(f"{where}: a list of {least} to {most} entries is expected")
    return raw


def whole(raw: Any, *, most: int = LARGEST, where: str) -> int:
    """A whole number from zero on; true is none.

    Raises: Malformed
    """
    if type(raw) is not int or not 0 <= raw <= most:
        raise Malformed(f"{where}: a whole number from 0 to {most} is expected")
    return raw


def text(raw: Any, most: int, *, where: str) -> str:
    """A text of one to so many characters, on one line.

    Raises: Malformed
    """
    if not isinstance(raw, str) or not 1 <= len(raw) <= most or not _LINE.fullmatch(raw):
        raise Malformed(f"{where}: a text of 1 to {most} characters is expected")
    return raw


def uuid(raw: Any, *, where: str) -> str:
    """A UUID in its one usual spelling, small letters.

    Raises: Malformed
    """
    if not isinstance(raw, str) or not _UUID.fullmatch(raw):
        raise Malformed(f"{where}: a UUID in small letters is expected")
    return raw


def slug(raw: Any, *, where: str) -> str:
    """A short name for machines.

    Raises: Malformed
    """
    if not isinstance(raw, str) or not _SLUG.fullmatch(raw):
        raise Malformed(f"{where}: a slug of small letters, digits and _ is expected")
    return raw


def from_base64(raw: Any, size: int, *, where: str) -> bytes:
    """So many bytes from their one base64 text: other spellings of the same bytes are refused.

    Raises: Malformed
    """
    try:
        decoded = base64.b64decode(raw, validate=True) if isinstance(raw, str) else b""
    except (binascii.Error, ValueError):
        decoded = b""
    if len(decoded) != size or to_base64(decoded) != raw:
        raise Malformed(f"{where}: base64 of {size} bytes is expected")
    return decoded


def to_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
