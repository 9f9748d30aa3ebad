"""Writes the golden files of a schema version: `python -m tests.golden.make`.

One change of every kind, action and command that phones of that version may hold in an outbox, with its hash, and the
kinds as they were. Phones keep such changes for weeks, so what is written here must be read for ever; a file that
exists is never rewritten.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from server.domain.canonical import canonical, change_hash
from server.schemas.kinds.export import kinds_json

HERE = Path(__file__).parent
CAPTURED_AT_MS = 1_790_000_000_000
Json = dict[str, Any]


def made_id(number: int) -> str:
    return f"01a20000-0000-7000-8000-{number:012d}"


def changes_of(exported: Json) -> list[Json]:
    """Every sort of change that these kinds allow a phone, numbered and hashed."""
    version = exported["schema_version"]
    wanted = [(name, *sort) for name, kind in exported["kinds"].items() if kind["offline"] for sort in _sorts(kind)]
    wanted.append(("conflict", "settle", None, {"value": "甲的写法", "sides": [{"replica": made_id(7), "n": 3}]}))
    return [hashed(version, n, *sort) for n, sort in enumerate(wanted, 1)]


def _sorts(kind: Json) -> Iterator[tuple[str, str | None, Json]]:
    own = {name: spec for name, spec in kind["fields"].items() if not spec.get("server")}
    first = {name: _value(spec) for name, spec in own.items() if spec["class"] not in {"set", "state"}}
    if kind["initial"]:
        first["state"] = kind["initial"][0]
    yield "create", None, _flat(first)
    edited = [name for name in first if own[name]["class"] in {"plain", "guarded"}]
    yield from (("patch", None, _flat({name: first[name]})) for name in edited)
    for name, spec in own.items():
        if spec["class"] == "set":
            yield from ((action, None, {name: [_value(spec["element"])]}) for action in ("add", "remove"))
    for command, step in kind["commands"].items():
        yield "command", command, _flat({name: _value(own[name]) for name in step["fields"]})
    yield from (("delete", None, {}), ("restore", None, {}))


def _flat(fields: Json) -> Json:
    flat: Json = {}
    for name, value in fields.items():
        flat |= {f"{name}.{key}": part for key, part in value.items()} if isinstance(value, dict) else {name: value}
    return flat


def _value(spec: Json) -> Any:
    if "element" in spec:
        return [_value(spec["element"])]
    if spec.get("keys"):
        return {key: _value(spec["value"]) for key in spec["keys"]}
    plain = {
        "ref": made_id(9),
        "text": "党员甲",
        "day": "2026-11-20",
        "ts": CAPTURED_AT_MS,
        "whole": 30,
        "number": 35.5,
        "flag": True,
        "json": {"2026-10": 2},
    }
    if spec["type"] == "choice":
        return spec["values"][0]
    if spec["type"] == "row":
        return {name: _value(inner) for name, inner in spec["fields"].items()}
    return plain[spec["type"]]


def hashed(version: int, n: int, kind: str, action: str, command: str | None, fields: Json) -> Json:
    """A change as the wire has it."""
    change = {
        "change": made_id(1000 + n),
        "schema_version": version,
        "record": made_id(2000 + n),
        "kind": kind,
        "action": action,
        "base": 0 if action == "create" else 41,
        "fields": fields,
        "captured_at_ms": CAPTURED_AT_MS,
        "clock_offset_ms": -1200,
    } | ({"command": command} if command else {})
    return {"n": n, "hash": change_hash(canonical(change)), **change}


def write(exported: Json) -> None:
    """The files of this version are there; those that were stay as they are."""
    version = exported["schema_version"]
    for name, content in (("kinds", exported), ("changes", changes_of(exported))):
        path = HERE / f"{name}-{version}.json"
        if not path.exists():
            path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")


if __name__ == "__main__":
    write(json.loads(kinds_json()))
