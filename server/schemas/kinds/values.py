"""Customs for the fields of one change: names, classes and values against the kind's schema."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from server.domain.kinds import FieldSpec, Kind
from server.schemas.kinds.base import is_uuid
from server.schemas.kinds.quick import Check, checks_of
from server.schemas.kinds.registry import KINDS, SCHEMAS

Errors = list[tuple[str, str]]


def load_fields(
    kind: str, action: str, given: Mapping[str, Any], command: str | None = None
) -> tuple[dict[str, Any], Errors]:
    """The flat fields of a change, and what is wrong with them; nothing is converted, trimmed or filled in.

    Shape:  errors are (JSON pointer, sentence); a map field may come nested (`{"area_notes": {"study": …}}`) or flat.
    """
    if action == "settle":
        return dict(given), _settle_errors(given)
    if is_plainly_right(kind, action, given, command):
        return dict(given), []
    return load_carefully(kind, action, given, command)


def is_plainly_right(kind: str, action: str, given: Mapping[str, Any], command: str | None = None) -> bool:
    """Whether the fields are flat and have nothing wrong with them; False also where only the schema can tell."""
    checks = _plain_checks(kind, action, command)
    for name, value in given.items():
        check = checks.get(name)
        if check is None or not check(value):
            return False
    schema = SCHEMAS[kind]
    if action == "create" and any(given.get(name) in (None, "") for name in schema.needed_at_create):
        return False
    return not schema.misfits(given)


@lru_cache(maxsize=1024)
def _plain_checks(kind: str, action: str, command: str | None) -> Mapping[str, Check]:
    """The checks of the fields that this action may carry."""
    if action in {"delete", "restore"}:
        return {}
    spec = KINDS[kind]
    checks = {
        name: check
        for name, check in checks_of(SCHEMAS[kind]).items()
        if not _name_errors(spec, action, [name], command)
    }
    if action == "create" and "state" in checks:
        checks["state"] = lambda value: isinstance(value, str) and value in spec.initial
    return checks


def load_carefully(
    kind: str, action: str, given: Mapping[str, Any], command: str | None = None
) -> tuple[dict[str, Any], Errors]:
    """The same by the schema itself, which says in words what is wrong."""
    spec = KINDS[kind]
    flat = flatten(spec, given)
    errors = _name_errors(spec, action, flat, command)
    if action in {"delete", "restore"}:
        return flat, errors + [(f"/fields/{name}", f"a {action} carries no fields") for name in flat]
    if not errors:
        errors = _value_errors(kind, action, flat)
    if action == "create" and not errors:
        missing = [name for name in SCHEMAS[kind].needed_at_create if flat.get(name) in (None, "")]
        errors = [(f"/fields/{name}", "is needed") for name in missing]
    return flat, errors


def flatten(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields with one entry per map key."""
    flat: dict[str, Any] = {}
    for name, value in given.items():
        spec = kind.fields.get(name)
        if spec is not None and spec.is_map and isinstance(value, dict):
            flat.update({f"{name}.{key}": entry for key, entry in value.items()})
        else:
            flat[name] = value
    return flat


def _name_errors(kind: Kind, action: str, flat: Iterable[str], command: str | None) -> Errors:
    step = kind.transitions.get(command) if action == "command" and command else None
    allowed = step.fields if step else ()
    faults = ((name, _name_fault(kind.spec(name), name, action, allowed, kind.initial)) for name in flat)
    return [(f"/fields/{name}", fault) for name, fault in faults if fault]


def _name_fault(
    spec: FieldSpec | None, name: str, action: str, allowed: Sequence[str], initial: Sequence[str]
) -> str | None:
    if spec is None:
        return "is no field of this kind"
    if spec.server:
        return "is written by the server"
    if action == "command":
        return None if name in allowed else "does not go with this command"
    if action in {"add", "remove"}:
        return None if spec.cls == "set" else "is no set"
    if action == "create":
        return None if spec.cls != "state" or (name == "state" and initial) else "is set by a command"
    if spec.cls == "state":
        return "changes only by a command"
    if spec.cls == "fixed":
        return "is fixed at creation"
    return "is a set: add to it or remove from it" if spec.cls == "set" else None


def _value_errors(kind: str, action: str, flat: Mapping[str, Any]) -> Errors:
    errors = _initial_state_errors(KINDS[kind], flat) if action == "create" else []
    found = SCHEMAS[kind].validate(_nested(KINDS[kind], flat), partial=True)
    for name, detail in found.items():
        errors += _pointers(f"/fields/{name}", detail)
    return errors


def _initial_state_errors(kind: Kind, flat: Mapping[str, Any]) -> Errors:
    if "state" in flat and flat["state"] not in kind.initial:
        return [("/fields/state", "a new one is " + " or ".join(kind.initial))]
    return []


def _nested(kind: Kind, flat: Mapping[str, Any]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in flat.items():
        if name in kind.fields:
            nested[name] = value
        else:
            head, _dot, key = name.partition(".")
            nested.setdefault(head, {})[key] = value
    return nested


def _pointers(path: str, detail: Any) -> Errors:
    if isinstance(detail, dict):
        return [error for key, inner in detail.items() for error in _pointers(f"{path}/{key}", inner)]
    return [(path, str(line)) for line in (detail if isinstance(detail, list) else [detail])]


def _settle_errors(given: Mapping[str, Any]) -> Errors:
    errors: Errors = [
        (f"/fields/{name}", "does not go with settle") for name in given if name not in {"value", "sides"}
    ]
    if "value" not in given:
        errors.append(("/fields/value", "is needed"))
    sides = given.get("sides")
    if not isinstance(sides, list) or not all(_is_side(side) for side in sides):
        errors.append(("/fields/sides", "takes a list of {replica, n}"))
    return errors


def _is_side(side: Any) -> bool:
    if not isinstance(side, dict):
        return False
    n = side.get("n")
    writer = side.get("replica")
    named = is_uuid(writer) or (isinstance(writer, str) and writer.startswith("cmd:"))
    return named and isinstance(n, int) and not isinstance(n, bool) and n >= 0
