"""A quick yes for the values of a change: the schemas' own rules, compiled to plain checks.

Nearly every change is right, and walking a marshmallow schema to learn that took a third of a push. Where these checks
do not say yes, the schema says in words what is wrong. That both agree is proved in tests/unit/test_quick_customs.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from marshmallow import fields
from marshmallow.validate import Length

from server.schemas.kinds.base import Choice, Day, Decimal5, Flag, KindSchema, Ref, Text, Whole, is_day, is_uuid

Check = Callable[[Any], bool]


def checks_of(schema: KindSchema) -> Mapping[str, Check]:
    """What a value must be, for every field that can be checked without the schema.

    Shape:  wire name → check; a map of a few codes has one wire name per code (`area_notes.study`)
    """
    return {name: check for field, declared in schema.fields.items() for name, check in _named(field, declared)}


def _named(name: str, declared: fields.Field[Any]) -> Iterator[tuple[str, Check]]:
    if isinstance(declared, fields.Dict):
        key, check = declared.key_field, _check(declared.value_field)
        if declared.metadata.get("map") and isinstance(key, Choice) and check is not None:
            yield from ((f"{name}.{code}", check) for code in key.metadata["values"])
    elif (check := _check(declared)) is not None:
        yield name, check


def _check(declared: Any) -> Check | None:
    """Whether a value fits the field; None for a field whose class is not compiled."""
    some = _some_check(declared)
    if some is None or not declared.allow_none:
        return some
    return lambda value: value is None or some(value)


def _some_check(declared: Any) -> Check | None:
    match declared:
        case Ref():
            return is_uuid
        case Day():
            return is_day
        case Flag():
            return lambda value: isinstance(value, bool)
        case Text():
            return _text(declared.metadata["max"])
        case Choice():
            return _choice(frozenset(declared.metadata["values"]))
        case Whole():
            return _between(declared.metadata["min"], declared.metadata["max"], (int,))
        case Decimal5():
            return _between(declared.metadata["min"], declared.metadata["max"], (int, float))
        case fields.List():
            return _list(declared)
    return None


def _text(most: int) -> Check:
    return lambda value: isinstance(value, str) and len(value) <= most


def _choice(codes: frozenset[str]) -> Check:
    return lambda value: isinstance(value, str) and value in codes


def _between(least: float, most: float, types: tuple[type, ...]) -> Check:
    return lambda value: type(value) in types and least <= value <= most


def _list(declared: fields.List[Any]) -> Check | None:
    each = _check(declared.inner)
    lengths = [rule.max for rule in declared.validators if isinstance(rule, Length)]
    if each is None or len(lengths) != len(declared.validators):
        return None
    most = min([length for length in lengths if length is not None], default=None)
    return lambda value: isinstance(value, list) and (most is None or len(value) <= most) and all(map(each, value))
