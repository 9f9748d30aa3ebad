"""The words kinds are written in: field classes, strict value types, and the schema they share.

Values are checked, never converted: what a phone wrote is what is stored (the server alters no text).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf, Range

from server.domain.kinds import ScopeRule, Transition

FIXED = {"cls": "fixed"}
PLAIN = {"cls": "plain"}
GUARDED = {"cls": "guarded"}
SET = {"cls": "set"}
STATE = {"cls": "state"}

SAFE_INTEGER = 2**53 - 1
AREAS = ("study", "duty", "org_life", "poverty", "resident", "followup", "effect")
_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")


def needed(cls: dict[str, str]) -> dict[str, Any]:
    """The metadata of a field that must stand before the record leaves draft (`!` in the handbook)."""
    return {**cls, "required": True}


class Text(fields.Field[str]):
    """A string of at most `most` characters, kept as it is."""

    def __init__(self, most: int, metadata: dict[str, Any]) -> None:
        super().__init__(
            metadata={**metadata, "type": "text", "max": most}, allow_none=True, validate=_no_longer_than(most)
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("takes a text")
        return value


class Choice(fields.Field[str]):
    """One of a few codes."""

    def __init__(self, values: tuple[str, ...], metadata: dict[str, Any]) -> None:
        super().__init__(
            metadata={**metadata, "type": "choice", "values": list(values)},
            allow_none=not metadata.get("required"),
            validate=OneOf(values, error="takes one of " + ", ".join(values)),
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise ValidationError("takes one of a few codes")
        return value


class Ref(fields.Field[str]):
    """The id of a record of `kind`; canonical lower-case text."""

    def __init__(self, kind: str, metadata: dict[str, Any]) -> None:
        super().__init__(metadata={**metadata, "type": "ref", "ref": kind}, allow_none=metadata["cls"] != "fixed")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not is_uuid(value):
            raise ValidationError("takes an id: 36 characters, lower case")
        return str(value)


class Whole(fields.Field[int]):
    """A whole number between `least` and `most`."""

    def __init__(self, metadata: dict[str, Any], least: int = 0, most: int = SAFE_INTEGER, kind: str = "whole") -> None:
        super().__init__(
            metadata={**metadata, "type": kind, "min": least, "max": most},
            allow_none=True,
            validate=Range(least, most, error=f"lies between {least} and {most}"),
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValidationError("takes a whole number")
        return value


class Decimal5(fields.Field[float]):
    """A number between `least` and `most`, for example degrees."""

    def __init__(self, metadata: dict[str, Any], least: float, most: float) -> None:
        super().__init__(
            metadata={**metadata, "type": "number", "min": least, "max": most}, validate=Range(least, most)
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValidationError("takes a number")
        return value


class Flag(fields.Field[bool]):
    """true or false, nothing that looks like it."""

    def __init__(self, metadata: dict[str, Any]) -> None:
        super().__init__(metadata={**metadata, "type": "flag"}, allow_none=True)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("takes true or false")
        return value


class Day(fields.Field[str]):
    """A local calendar day, `YYYY-MM-DD`."""

    def __init__(self, metadata: dict[str, Any]) -> None:
        super().__init__(metadata={**metadata, "type": "day"}, allow_none=True)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if not is_day(value):
            raise ValidationError("takes a day, YYYY-MM-DD")
        return str(value)


class KindSchema(Schema):
    """The whole truth about one kind: its fields with their merge class, its states, where it lives, who makes it.

    Shape:  `needed_at_create` are the fields without which the record has no place (parents, what defines the scope);
            a field with `required` in its metadata must stand before the record leaves its first state; `sealed` kinds
            lie encrypted in the database, in its history and in its backups.
    """

    class Meta:
        unknown = RAISE

    kind: ClassVar[str]
    scope: ClassVar[ScopeRule]
    offline: ClassVar[bool] = True
    parent_field: ClassVar[str | None] = None
    parent_kind: ClassVar[str | None] = None
    initial: ClassVar[tuple[str, ...]] = ()
    transitions: ClassVar[tuple[Transition, ...]] = ()
    create_roles: ClassVar[tuple[str, ...]] = ()
    authors_only: ClassVar[bool] = False
    sealed: ClassVar[bool] = False
    needed_at_create: ClassVar[tuple[str, ...]] = ()

    cycle_id: fields.Field[Any] = Ref("cycle", {**FIXED, "server": True})
    is_demo = Flag({**FIXED, "server": True})

    def misfits(self, data: Mapping[str, object]) -> dict[str, list[str]]:
        """What is wrong between fields that are each right by themselves. Shape: field → sentences."""
        return {}

    @validates_schema
    def fields_fit_each_other(self, data: dict[str, object], **kwargs: object) -> None:
        """The same for marshmallow."""
        if misfits := self.misfits(data):
            raise ValidationError(dict(misfits))


def millis(metadata: dict[str, Any]) -> Whole:
    """A moment: UTC milliseconds; shown in the township's time zone, never compared to pick a winner (L14)."""
    return Whole(metadata, kind="ts")


def set_of(element: fields.Field[Any] | fields.Nested) -> fields.List[Any]:
    """A set: elements are added and removed, never overwritten."""
    return fields.List(element, metadata=SET, validate=Length(max=200))


def map_of(key: fields.Field[Any], value: fields.Field[Any], metadata: dict[str, Any]) -> fields.Dict:
    """A map: one wire field per key, so that two people who fill different keys never conflict."""
    return fields.Dict(keys=key, values=value, metadata={**metadata, "map": True})


def is_uuid(value: object) -> bool:
    """Whether a value is an id in canonical form: lower case, dashes, RFC 9562 version and variant."""
    return isinstance(value, str) and _UUID.match(value) is not None


def is_day(value: object) -> bool:
    """Whether a value is a calendar day that exists, as YYYY-MM-DD."""
    if not isinstance(value, str) or _DAY.match(value) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def _no_longer_than(most: int) -> Any:
    def check(value: str) -> None:
        if len(value) > most:
            raise ValidationError(f"has {len(value)} characters, at most {most} fit")

    return check
