"""Customs for one change: a raw object becomes a Change, or a Refused that says in words what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from server.domain.canonical import NotCanonical, canonical, change_hash
from server.domain.records import Change, Refused
from server.domain.withdrawal import is_emptied
from server.schemas.envelope import SAFE_INTEGER, RawPush, Unreadable
from server.schemas.kinds.base import is_uuid
from server.schemas.kinds.registry import KINDS
from server.schemas.kinds.values import load_fields

CHANGE_BYTES = 262_144
DEEPEST = 16
ACTIONS = ("create", "patch", "delete", "restore", "add", "remove", "command", "settle")

_MEMBERS = {
    *("n", "change", "hash", "schema_version", "record", "kind", "action", "command", "base", "fields"),
    *("captured_at_ms", "clock_offset_ms", "group", "erased"),
}
_HASH = re.compile(r"[0-9a-f]{24}\Z")

Errors = list[tuple[str, str]]


def read_changes(replica: str, push: RawPush) -> list[Change | Refused]:
    """Every raw change as a value, in order; none is lost, whatever it looks like.

    Laws:   L6
    """
    return [read_change(replica, raw, push.plain) for raw in push.changes]


def read_change(replica: str, raw: Mapping[str, Any], plain: bool = False) -> Change | Refused:
    """One raw change as a Change, or as a Refused with a pointer and a reason for each fault.

    Shape:  `plain` spares the search for texts and numbers that cannot be stored, where the whole push has none.
    """
    settles = raw.get("action") == "settle"
    errors = [] if plain and not settles else list(_unsound(raw, "", 0))
    if errors:
        return _refused(replica, raw, errors)
    try:
        text = canonical({name: value for name, value in raw.items() if name not in ("n", "hash")})
    except NotCanonical as error:
        return _refused(replica, raw, [("", f"has no RFC 8785 form: {error}")])
    if len(text.encode()) > CHANGE_BYTES:
        return _refused(replica, raw, [("", f"has more than {CHANGE_BYTES} bytes")], "change-too-large")
    errors = _form(raw)
    errors = errors or _hash_faults(raw, text)
    if errors:
        return _refused(replica, raw, errors)
    fields, errors = load_fields(raw["kind"], raw["action"], raw.get("fields") or {}, raw.get("command"))
    return _refused(replica, raw, errors) if errors else _change(replica, raw, fields, text)


def _hash_faults(raw: Mapping[str, Any], text: str) -> Errors:
    """What a withdrawal emptied keeps the hash it was known by; everything else must fit its own."""
    if raw.get("erased") is True:
        emptied = is_emptied(KINDS, raw["kind"], raw.get("fields") or {})
        return (
            []
            if emptied
            else [("/erased", "goes with a change that a withdrawal emptied; this one still says something")]
        )
    if raw["hash"] == change_hash(text):
        return []
    return [("/hash", "does not fit the change: it was altered on its way or not hashed as RFC 8785 says")]


def _change(replica: str, raw: Mapping[str, Any], fields: dict[str, Any], text: str) -> Change:
    return Change(
        replica=replica,
        n=raw["n"],
        change=raw["change"],
        hash=raw["hash"],
        schema_version=raw["schema_version"],
        record=raw["record"],
        kind=raw["kind"],
        action=raw["action"],
        base=raw["base"],
        fields=fields,
        captured_at_ms=raw["captured_at_ms"],
        clock_offset_ms=raw.get("clock_offset_ms") or 0,
        canonical=text,
        command=raw.get("command"),
        group=raw.get("group"),
        erased=raw.get("erased") is True,
    )


def _form(raw: Mapping[str, Any]) -> Errors:
    """The members every change has, whatever its kind."""
    errors = [(f"/{name}", detail) for name, fits, detail in _CHECKS if not fits(raw.get(name))]
    errors += [(f"/{name}", "is no member of a change") for name in raw if name not in _MEMBERS]
    return errors or _kind_and_command(raw)


def _kind_and_command(raw: Mapping[str, Any]) -> Errors:
    kind = KINDS.get(raw["kind"]) if isinstance(raw.get("kind"), str) else None
    if kind is None:
        return [("/kind", "is no kind this server knows")]
    if (raw["action"] == "settle") != (kind.name == "conflict"):
        return [("/action", "settle goes with a conflict, and only settle does")]
    command = raw.get("command")
    if raw["action"] == "command" and command not in kind.transitions:
        return [("/command", "takes one of " + (", ".join(kind.transitions) or "none: this kind has no commands"))]
    if raw["action"] != "command" and command is not None:
        return [("/command", "goes with the action command")]
    return []


def _unsound(value: Any, pointer: str, depth: int) -> Errors:
    """What no database, hash or browser can carry, with the place of it."""
    if depth > DEEPEST:
        return [(pointer, f"is nested deeper than {DEEPEST} levels")]
    if isinstance(value, str):
        return [(pointer, detail) for detail in _text_faults(value)]
    if isinstance(value, Unreadable):
        return [(pointer, f"is {_shown(value.text)}, a number beyond 2^53 or none at all")]
    if isinstance(value, dict):
        faults = [fault for name in value for fault in _text_faults(name)]
        inner = [error for name, part in value.items() for error in _unsound(part, _below(pointer, name), depth + 1)]
        return [(pointer, f"has a name that {fault}") for fault in faults] + inner
    if isinstance(value, list):
        return [error for at, part in enumerate(value) for error in _unsound(part, f"{pointer}/{at}", depth + 1)]
    return []


def _text_faults(text: str) -> list[str]:
    faults = ["holds a NUL character"] if "\0" in text else []
    try:
        text.encode()
    except UnicodeEncodeError:
        faults.append("holds half of a surrogate pair")
    return faults


def _below(pointer: str, name: str) -> str:
    clean = name.encode(errors="replace").decode().replace("\0", "?")
    return f"{pointer}/{clean.replace('~', '~0').replace('/', '~1')[:100]}"


def _shown(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:12]}… ({len(text)} characters)"


def _refused(replica: str, raw: Mapping[str, Any], errors: Errors, slug: str = "invalid-change") -> Refused:
    payload = json.dumps(_shallow(raw, 0), separators=(",", ":"))
    claimed = raw.get("hash")
    return Refused(
        replica=replica,
        n=raw["n"],
        change=raw["change"] if is_uuid(raw.get("change")) else None,
        hash=claimed
        if isinstance(claimed, str) and _is_hash(claimed)
        else hashlib.sha256(payload.encode()).hexdigest()[:24],
        record=raw["record"] if is_uuid(raw.get("record")) else None,
        kind=_kind_shown(raw.get("kind")),
        slug=slug,
        detail="; ".join(f"{pointer or 'the change'} {detail}" for pointer, detail in errors[:5]),
        payload=payload,
        errors=tuple(errors[:20]),
        group=raw["group"] if is_uuid(raw.get("group")) else None,
        captured_at_ms=raw["captured_at_ms"] if _is_whole(raw.get("captured_at_ms")) else 0,
    )


def _shallow(value: Any, depth: int) -> Any:
    """The value as ASCII JSON can hold it: odd numbers as their text, and no deeper than we would ever read."""
    if isinstance(value, Unreadable):
        return value.text
    if isinstance(value, dict):
        return {name: _shallow(part, depth + 1) for name, part in value.items()} if depth < _DEEPEST_KEPT else "{…}"
    if isinstance(value, list):
        return [_shallow(part, depth + 1) for part in value] if depth < _DEEPEST_KEPT else "[…]"
    return value


_DEEPEST_KEPT = 30


def _kind_shown(kind: Any) -> str | None:
    return kind[:40].encode(errors="replace").decode().replace("\0", "?") if isinstance(kind, str) else None


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and _HASH.match(value) is not None


def _is_whole(value: Any, least: int = 0) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= SAFE_INTEGER


_CHECKS: tuple[tuple[str, Callable[[Any], bool], str], ...] = (
    ("change", is_uuid, "takes an id"),
    ("record", is_uuid, "takes an id"),
    ("hash", _is_hash, "takes 24 hexadecimal digits"),
    ("schema_version", lambda value: _is_whole(value, 1), "takes a number from 1"),
    ("action", lambda value: isinstance(value, str) and value in ACTIONS, "takes one of " + ", ".join(ACTIONS)),
    ("base", _is_whole, "takes a number from 0"),
    ("fields", lambda value: isinstance(value or {}, dict), "takes an object"),
    ("captured_at_ms", _is_whole, "takes milliseconds"),
    ("clock_offset_ms", lambda value: value is None or _is_whole(value, -SAFE_INTEGER), "takes milliseconds"),
    ("group", lambda value: value is None or is_uuid(value), "takes an id"),
    ("erased", lambda value: value is None or value is True, "takes true, or is left out"),
)
"""Member, what it must be, and the words where it is not."""
