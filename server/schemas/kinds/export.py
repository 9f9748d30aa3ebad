"""The kinds as the app knows them: pwa/src/domain/kinds.json, generated, compared by a test."""

from __future__ import annotations

import json
from typing import Any

from marshmallow import fields

from server.schemas.kinds.base import KindSchema
from server.schemas.kinds.registry import KINDS, SCHEMA_VERSION, SCHEMAS

TARGET = "pwa/src/domain/kinds.json"


def kinds_json() -> str:
    """The generated file's text.

    Shape:  {schema_version, kinds: {name: {scope, offline, parent_field, parent_kind, initial, authors_only,
            create_roles, needed_at_create, fields: {name: {class, map, required, server, type, …}},
            commands: {name: {sources, target, fields, erases?, sets?, removes?}}}}}
    """
    kinds = {name: _kind(schema) for name, schema in SCHEMAS.items()}
    return json.dumps({"schema_version": SCHEMA_VERSION, "kinds": kinds}, ensure_ascii=False, indent=1) + "\n"


def _kind(schema: KindSchema) -> dict[str, Any]:
    kind = KINDS[schema.kind]
    return {
        "scope": kind.scope,
        "offline": kind.offline,
        "parent_field": kind.parent_field,
        "parent_kind": kind.parent_kind,
        "initial": list(kind.initial),
        "authors_only": kind.authors_only,
        "create_roles": list(kind.create_roles),
        "needed_at_create": list(schema.needed_at_create),
        "fields": {name: _field(declared) for name, declared in schema.fields.items()},
        "commands": {
            step.command: {"sources": list(step.sources), "target": step.target, "fields": list(step.fields)}
            | (
                {"erases": list(step.erases), "sets": dict(step.sets), "removes": list(step.removes)}
                if step.erases
                else {}
            )
            for step in kind.transitions.values()
        },
    }


def _field(declared: fields.Field[Any]) -> dict[str, Any]:
    about = dict(declared.metadata)
    entry = {"class": about.pop("cls"), "map": bool(about.pop("map", False))}
    if isinstance(declared, fields.Dict) and entry["map"]:
        entry["keys"] = declared.key_field.metadata.get("values") if declared.key_field else None
        entry["value"] = _value(declared.value_field)
    elif isinstance(declared, fields.List):
        entry["element"] = _value(declared.inner)
    return entry | about


def _value(declared: fields.Field[Any] | None) -> dict[str, Any]:
    if isinstance(declared, fields.Nested):
        return {"type": "row", "fields": {name: _value(inner) for name, inner in declared.schema.fields.items()}}
    about = dict(declared.metadata) if declared is not None else {}
    about.pop("cls", None)
    return about or {"type": "json"}
