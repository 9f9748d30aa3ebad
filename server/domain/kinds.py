"""What the rules need to know of a kind: the class of each field, the states, who hangs on whom.

The values come from the marshmallow schemas (server/schemas/kinds), which declare them once; here is only their shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

FieldClass = Literal["plain", "guarded", "set", "state", "fixed"]
ScopeRule = Literal["field_of_village", "of_parent", "opinion", "own", "town", "village", "of_record"]


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field: its merge class, whether it is a map (one wire field per key), if it must stand to leave draft."""

    name: str
    cls: FieldClass
    is_map: bool = False
    required: bool = False
    server: bool = False
    """Written by the server only; a change that names it is `invalid-change`."""


@dataclass(frozen=True, slots=True)
class Transition:
    """A named command: from which states to which; `fields` are what it may carry besides.

    Shape:  one that takes content back for good `erases` these fields, `sets` others, and `removes` what hangs on the
            record of these kinds, with all it said (server/domain/withdrawal.py)
    """

    command: str
    sources: tuple[str, ...]
    target: str
    fields: tuple[str, ...] = ()
    erases: tuple[str, ...] = ()
    sets: tuple[tuple[str, str], ...] = ()
    removes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record.

    Shape:  `parent_field` names the field with the parent's id (of `parent_kind`); `initial` lists the states a create
            may name, first one the default; `authors_only`: only who created it may change it; `offline` False:
            read-only for replicas, written by online commands; `sealed`: its content lies encrypted in the database.
    """

    name: str
    fields: Mapping[str, FieldSpec]
    scope: ScopeRule
    offline: bool = True
    parent_field: str | None = None
    parent_kind: str | None = None
    initial: tuple[str, ...] = ()
    transitions: Mapping[str, Transition] = field(default_factory=dict)
    create_roles: tuple[str, ...] = ()
    authors_only: bool = False
    sealed: bool = False

    def spec(self, name: str) -> FieldSpec | None:
        """The spec of a flat field name: `area_notes.study` is the map `area_notes`."""
        found = self.fields.get(name)
        if found is not None:
            return None if found.is_map else found
        head, dot, _key = name.partition(".")
        found = self.fields.get(head) if dot else None
        return found if found is not None and found.is_map else None


Kinds = Mapping[str, Kind]
