"""Customs for a push as a whole: bytes become a list of raw changes, however strange one of them is.

Python's parser would let one poisoned change spoil the request (a number of 5,000 digits, a thousand brackets), so
numbers go through hooks of ours and nesting is cut before it can exhaust the stack. What was odd is found again by the
change's own check.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import Any

from server.domain.problems import Problem

MOST_CHANGES = 200
PUSH_BYTES = 1_048_576
ONE_CHANGE_BYTES = 4 * 1_048_576
SAFE_INTEGER = 2**53 - 1

_DEEPEST = 40
_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A number that JSON in JavaScript cannot carry: NaN, Infinity, or beyond 2^53."""

    text: str


@dataclass(frozen=True, slots=True)
class RawPush:
    """The changes as they came, each an object with a number `n`.

    Shape:  `plain` is True when no text holds a NUL or half a surrogate pair and every number is sound; `epoch` is the
            mark of the history in which the replica last greeted the server, None from an app that does not tell it.
    """

    changes: list[dict[str, Any]]
    plain: bool
    epoch: str | None = None


def read_push(body: bytes) -> RawPush:
    """The raw changes of a push; anything about one change is left to its own check.

    Raises: malformed-request, batch-too-large
    """
    odd: list[str] = []
    plain = not (b"\0" in body or (b"\\u" in body and _SUSPECT.search(body)))
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text, plain = body.decode(errors="surrogateescape"), False
    parsed = _parse(text, odd)
    changes = _changes_of(parsed)
    if len(changes) > MOST_CHANGES:
        raise Problem("batch-too-large", f"{len(changes)} changes; at most {MOST_CHANGES} go in one push")
    if len(changes) > 1 and len(body) > PUSH_BYTES:
        raise Problem("batch-too-large", f"{len(body)} bytes; at most {PUSH_BYTES} go in one push of several changes")
    return RawPush(changes, plain and not odd, parsed.get("epoch"))


def _parse(text: str, odd: list[str]) -> Any:
    decoder = json.JSONDecoder(
        parse_constant=lambda name: _unreadable(name, odd),
        parse_int=lambda digits: _whole(digits, odd),
        parse_float=lambda digits: _number(digits, odd),
        strict=False,
    )
    try:
        return decoder.decode(text)
    except RecursionError:
        odd.append("nesting")
    except ValueError as error:
        raise Problem("malformed-request", f"the body is not JSON: {error}", [("", "is not JSON")]) from error
    try:
        return decoder.decode(_without_depths(text))
    except (ValueError, RecursionError) as error:
        raise Problem("malformed-request", "the body is not JSON", [("", "is not JSON")]) from error


def _without_depths(text: str) -> str:
    """The same text, with whatever lies deeper than any change of ours left out."""
    kept: list[str] = []
    depth = start = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "[{":
            depth += 1
            if depth == _DEEPEST + 1:
                kept.append(text[start : token.start()] + "0")
        elif token[0] in "]}":
            if depth == _DEEPEST + 1:
                start = token.end()
            depth -= 1
    return "".join(kept) + text[start:]


def _changes_of(parsed: Any) -> list[dict[str, Any]]:
    if not isinstance(parsed, dict) or not isinstance(parsed.get("changes"), list):
        raise Problem("malformed-request", "a push is {changes: [...]}", [("/changes", "takes a list")])
    unknown = [(f"/{name}", "is no member of a push") for name in parsed if name not in ("changes", "epoch")]
    if unknown:
        raise Problem("malformed-request", "a push is {changes: [...]}", unknown[:10])
    if not isinstance(parsed.get("epoch", ""), str):
        raise Problem("malformed-request", "the epoch of a push is a text", [("/epoch", "takes a text")])
    changes: list[dict[str, Any]] = parsed["changes"]
    errors = [
        (f"/changes/{at}/n", "takes a number from 1") for at, change in enumerate(changes) if not _has_number(change)
    ]
    if errors:
        raise Problem("malformed-request", "a change has no number", errors[:10])
    return changes


def _has_number(change: Any) -> bool:
    n = change.get("n") if isinstance(change, dict) else None
    return isinstance(n, int) and not isinstance(n, bool) and 1 <= n <= SAFE_INTEGER


def _whole(digits: str, odd: list[str]) -> int | Unreadable:
    if len(digits) <= 17 and abs(number := int(digits)) <= SAFE_INTEGER:
        return number
    return _unreadable(digits, odd)


def _number(digits: str, odd: list[str]) -> float | Unreadable:
    number = float(digits)
    sound = math.isfinite(number) and not (number.is_integer() and abs(number) > SAFE_INTEGER)
    return number if sound else _unreadable(digits, odd)


def _unreadable(text: str, odd: list[str]) -> Unreadable:
    odd.append(text[:40])
    return Unreadable(text)
