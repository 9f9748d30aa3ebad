"""Customs for kinds: names, classes and values; and the generated JSON is what the schemas say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from server.schemas.kinds.export import TARGET, kinds_json
from server.schemas.kinds.registry import KINDS, SCHEMAS
from server.schemas.kinds.values import load_fields

ID = "0193e0a0-0000-7000-8000-000000000001"
VISIT = {"village_id": ID, "visitor_id": ID, "start_at": 1}


def pointers(kind: str, action: str, fields: dict[str, Any], command: str | None = None) -> list[str]:
    return [pointer for pointer, _detail in load_fields(kind, action, fields, command)[1]]


def test_the_apps_kinds_are_generated_from_the_schemas() -> None:
    assert Path(TARGET).read_text(encoding="utf-8") == kinds_json(), "run: python -m server.cli docs"


def test_every_kind_that_hangs_on_another_names_a_field_it_has() -> None:
    for kind in KINDS.values():
        assert kind.parent_field is None or kind.parent_field in kind.fields
        assert set(SCHEMAS[kind.name].needed_at_create) <= set(kind.fields)
        for step in kind.transitions.values():
            assert set(step.fields) <= set(kind.fields)


def test_a_nested_map_becomes_one_field_per_key_and_texts_stay_as_they_are() -> None:
    flat, errors = load_fields("visit", "create", {**VISIT, "area_notes": {"study": "  笔记\r\n"}, "narrative": "é"})
    assert errors == []
    assert flat["area_notes.study"] == "  笔记\r\n"
    assert flat["narrative"] == "é"


@pytest.mark.parametrize(
    ("kind", "action", "fields", "command", "pointer"),
    [
        ("visit", "create", {"visitor_id": ID}, None, "/fields/village_id"),
        ("visit", "create", {**VISIT, "state": "completed"}, None, "/fields/state"),
        ("visit", "create", {**VISIT, "narrative": "字" * 4001}, None, "/fields/narrative"),
        ("visit", "create", {**VISIT, "narrative": 7}, None, "/fields/narrative"),
        ("visit", "create", {**VISIT, "start_at": True}, None, "/fields/start_at"),
        ("visit", "create", {**VISIT, "start_at": 1.5}, None, "/fields/start_at"),
        ("visit", "create", {**VISIT, "start_at": 2**53}, None, "/fields/start_at"),
        ("visit", "create", {**VISIT, "companions": [ID, "x"]}, None, "/fields/companions/1"),
        ("visit", "create", {**VISIT, "village_id": ID.upper()}, None, "/fields/village_id"),
        ("visit", "create", {**VISIT, "planned_for": "2017-02-30"}, None, "/fields/planned_for"),
        ("visit", "patch", {"village_id": ID}, None, "/fields/village_id"),
        ("visit", "patch", {"state": "completed"}, None, "/fields/state"),
        ("visit", "patch", {"companions": [ID]}, None, "/fields/companions"),
        ("visit", "patch", {"late": True}, None, "/fields/late"),
        ("visit", "patch", {"nonsense": 1}, None, "/fields/nonsense"),
        ("visit", "patch", {"area_notes.cooking": "x"}, None, "/fields/area_notes/cooking/key"),
        ("visit", "add", {"narrative": ["x"]}, None, "/fields/narrative"),
        ("visit", "command", {"narrative": "x"}, "complete", "/fields/narrative"),
        ("visit", "delete", {"narrative": "x"}, None, "/fields/narrative"),
        ("interview", "create", {"visit_id": ID, "consent": "refused", "answer": "说了"}, None, "/fields/answer"),
        ("conflict", "settle", {"value": "x", "sides": [{"replica": "?", "n": 1}]}, None, "/fields/sides"),
        ("conflict", "settle", {"sides": []}, None, "/fields/value"),
    ],
)
def test_a_wrong_field_is_named(
    kind: str, action: str, fields: dict[str, Any], command: str | None, pointer: str
) -> None:
    assert pointer in pointers(kind, action, fields, command)


def test_what_a_command_may_carry_passes() -> None:
    assert pointers("visit", "command", {"children": [ID], "reason": "路断"}, "complete") == []
    assert pointers("conflict", "settle", {"value": None, "sides": [{"replica": ID, "n": 3}]}) == []
