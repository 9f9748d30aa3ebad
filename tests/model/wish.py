"""What a person does to a record, before it has a number, and which parts of records that writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.merge import element_names
from server.schemas.kinds.registry import KINDS


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person does to a record, before it has a number."""

    record: str
    kind: str
    action: str
    fields: Mapping[str, Any]
    command: str | None = None


def touches(wish: Wish) -> list[tuple[str, str]]:
    """The parts of records that a wish writes (pwa/src/domain/change.ts)."""
    if wish.action in ("delete", "restore"):
        return [(wish.record, "deleted")]
    if wish.action == "settle":
        return [(wish.record, "value")]
    if wish.action == "command":
        return [(wish.record, "state"), *((wish.record, name) for name in wish.fields)]
    if wish.action in ("add", "remove"):
        return [(wish.record, key) for name, listed in wish.fields.items() for key in element_names(name, listed)]
    return [(wish.record, name) for name in wish.fields]


def parent_in(kind: str, fields: Mapping[str, Any]) -> Any:
    """The record that this one hangs on, as the phone knows it (pwa/src/domain/kinds.ts, `parentOf`)."""
    return fields.get(KINDS[kind].parent_field or "")


def pieces(wish: Wish) -> list[tuple[str, Any]]:
    """What a wish writes, field by field or element by element."""
    if wish.action == "patch":
        return list(wish.fields.items())
    return [(name, [element]) for name, listed in wish.fields.items() for element in listed]
