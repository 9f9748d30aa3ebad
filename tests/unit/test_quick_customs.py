"""The quick yes of customs is the schemas' own answer: what it lets through, marshmallow lets through unchanged."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from server.schemas.kinds.quick import checks_of
from server.schemas.kinds.registry import KINDS, SCHEMAS
from server.schemas.kinds.values import is_plainly_right, load_carefully, load_fields

ACTIONS = ("create", "patch", "delete", "restore", "add", "remove", "command")
KIND_NAMES = sorted(name for name, kind in KINDS.items() if kind.offline)
ID = "0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
CODES = sorted(
    {
        str(code)
        for schema in SCHEMAS.values()
        for one in schema.fields.values()
        for code in one.metadata.get("values", ())
    }
)

right = st.sampled_from([ID, "2026-02-28", "看了台账", "", 0, 1, 55, True, False, None, 30.5, *CODES])
wrong = st.sampled_from(
    [
        ID.upper(),
        ID[:-1],
        ID + "\n",
        "2026-02-30",
        "2026-2-3",
        "２０２６-02-28",
        "x" * 5000,
        -1,
        2**53,
        -181,
        {},
        {"study": 1},
    ]
)
loose = right | wrong | st.text(max_size=5)
values = (
    loose | st.lists(loose, max_size=4) | st.just([ID] * 201) | st.dictionaries(st.text(max_size=3), loose, max_size=2)
)


def names_of(kind: str) -> st.SearchStrategy[str]:
    """Names a change of this kind may carry, and some it may not."""
    maps = [f"{name}.study" for name, spec in KINDS[kind].fields.items() if spec.is_map]
    return st.sampled_from([*KINDS[kind].fields, *checks_of(SCHEMAS[kind]), *maps, "narrator", "geo.", "area_notes.x"])


@st.composite
def contents(draw: st.DrawFn) -> tuple[str, str, dict[str, Any], str | None]:
    kind, action = draw(st.sampled_from(KIND_NAMES)), draw(st.sampled_from(ACTIONS))
    commands = list(KINDS[kind].transitions)
    assume(action != "command" or commands)
    fields = draw(st.dictionaries(names_of(kind), values, max_size=6))
    if action == "create" and draw(st.booleans()):
        fields |= {name: draw(right) for name in SCHEMAS[kind].needed_at_create}
    return kind, action, fields, draw(st.sampled_from(commands)) if action == "command" else None


@given(contents())
@example(("interview", "create", {"visit_id": ID, "consent": "refused", "answer": "路灯坏了"}, None))
@example(("visit", "create", {"village_id": ID, "visitor_id": "", "state": "planned"}, None))
@example(("visit", "create", {"village_id": ID, "visitor_id": ID, "state": ["planned"]}, None))
@example(("visit", "delete", {"narrative": "看了台账"}, None))
def test_what_is_plainly_right_is_right_to_the_schema(content: tuple[str, str, dict[str, Any], str | None]) -> None:
    kind, action, fields, command = content
    careful = load_carefully(kind, action, fields, command)
    if is_plainly_right(kind, action, fields, command):
        assert careful == (fields, [])
    assert load_fields(kind, action, fields, command) == careful


@given(contents())
def test_what_the_schema_finds_right_is_mostly_plainly_right(
    content: tuple[str, str, dict[str, Any], str | None],
) -> None:
    kind, action, fields, command = content
    compiled = checks_of(SCHEMAS[kind])
    assume(all(name in compiled for name in fields))
    flat, errors = load_carefully(kind, action, fields, command)
    assert is_plainly_right(kind, action, fields, command) == (not errors and flat == fields)


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_what_phones_write_is_compiled(kind: str) -> None:
    """Only rows inside a record and free maps are left to the schema."""
    left = {name for name, spec in KINDS[kind].fields.items() if not spec.is_map} - set(checks_of(SCHEMAS[kind]))
    assert left <= {"addenda"}
