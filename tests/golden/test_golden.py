"""What phones of every schema version may still hold in an outbox is read for ever, as it was meant."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from server.domain.records import Change, Refused
from server.schemas.changes import read_change
from server.schemas.kinds.export import kinds_json
from server.schemas.kinds.registry import MIN_SCHEMA_VERSION, SCHEMA_VERSION
from tests.golden.make import hashed

HERE = Path(__file__).parent
GOLDEN = sorted(HERE.glob("changes-*.json"))
REPLICA = "01a20000-0000-7000-8000-000000000001"


def changes(path: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(path.read_text())
    return found


def test_every_version_since_the_oldest_has_its_files() -> None:
    versions = [int(re.sub(r"\D", "", path.stem)) for path in GOLDEN]
    assert versions == list(range(1, SCHEMA_VERSION + 1)) and MIN_SCHEMA_VERSION in versions
    assert {path.name for path in HERE.glob("kinds-*.json")} == {f"kinds-{version}.json" for version in versions}


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_L6_a_change_of_an_old_version_is_read_as_it_was_meant(path: Path) -> None:
    for raw in changes(path):
        read = read_change(REPLICA, raw)
        assert isinstance(read, Change), (raw["kind"], raw["action"], raw.get("command"), read)
        assert (read.hash, read.kind, read.action, read.command) == (
            raw["hash"],
            raw["kind"],
            raw["action"],
            raw.get("command"),
        )
        assert read.fields == raw["fields"]


@pytest.mark.parametrize("path", sorted(HERE.glob("kinds-*.json")), ids=lambda path: path.stem)
def test_nothing_that_an_old_phone_may_write_was_taken_away(path: Path) -> None:
    """A field, a code of a choice or a command that goes needs a new version with an up-caster for the old one."""
    today = json.loads(kinds_json())["kinds"]
    for name, kind in json.loads(path.read_text())["kinds"].items():
        assert name in today, name
        missing = [field for field in kind["fields"] if field not in today[name]["fields"]]
        missing += [command for command in kind["commands"] if command not in today[name]["commands"]]
        for field, spec in kind["fields"].items():
            now = today[name]["fields"].get(field, {})
            missing += [f"{field}: {code}" for code in spec.get("values", ()) if code not in now.get("values", ())]
            missing += [f"{field} is shorter"] if now.get("max", 0) < spec.get("max", 0) else []
            missing += [f"{field} is {now.get('class')}"] if now.get("class") != spec["class"] else []
        assert not missing, (path.name, name, missing)


def test_L6_a_change_of_a_version_yet_to_come_waits_in_quarantine_with_words() -> None:
    """A phone that was updated before its server: its new field is refused by name and kept, not lost."""
    raw = hashed(SCHEMA_VERSION + 1, 1, "visit", "patch", None, {"narrative": "好", "field_of_tomorrow": 1})
    read = read_change(REPLICA, raw)
    assert isinstance(read, Refused) and "field_of_tomorrow" in read.detail
    assert json.loads(read.payload)["fields"] == raw["fields"]
