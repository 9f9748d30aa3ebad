"""The one text of a JSON value (RFC 8785), and the 96 bits of SHA-256 that name a change."""

from __future__ import annotations

import hashlib
import json

import rfc8785

from server.domain.records import Json

SAFE_INTEGER = 2**53 - 1


class NotCanonical(ValueError):
    """The value has no canonical text: half a surrogate pair, a number beyond 2^53, or no JSON at all."""


def canonical(value: Json) -> str:
    """The RFC 8785 text of a value: whoever writes the same value writes the same characters.

    Raises: NotCanonical
    Source: RFC 8785; vectors in tests/vectors/canonical.json, also run by the PWA
    """
    try:
        text = _plain(value) if _is_plain(value) else _careful(value)
        text.encode()
    except (ValueError, RecursionError) as error:
        raise NotCanonical(str(error)) from error
    return text


def change_hash(text: str) -> str:
    """The first 96 bits of SHA-256 over a change's canonical text without `n` and `hash`, as 24 hex digits (L5)."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def same(one: Json, other: Json) -> bool:
    """Whether two JSON values are the same value: 1 and 1.0 are, 1 and true are not, the order of keys is nothing."""
    if one is other or (type(one) is type(other) and isinstance(one, str | int | bool)):
        return bool(one == other)
    if one is None or other is None or isinstance(one, str) or isinstance(other, str):
        return False
    return canonical(one) == canonical(other)


def _is_plain(value: Json) -> bool:
    """Whether the standard library writes it as RFC 8785 asks (a property test proves it): no fractions, ASCII keys."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return bool(-SAFE_INTEGER <= value <= SAFE_INTEGER)
    if kind is dict:
        for key, part in value.items():
            if type(key) is not str or not key.isascii() or (type(part) is not str and not _is_plain(part)):
                return False
        return True
    return kind is list and all(map(_is_plain, value))


_plain = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def _careful(value: Json) -> str:
    _refuse_huge(value)
    return rfc8785.dumps(value).decode()


def _refuse_huge(value: Json) -> None:
    """1e20 is an integer for a browser, and no browser can tell it from its neighbours."""
    if isinstance(value, float) and value.is_integer() and abs(value) > SAFE_INTEGER:
        raise NotCanonical(f"{value} is an integer beyond 2^53")
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _refuse_huge(part)
