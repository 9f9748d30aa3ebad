"""The house keeps itself: a short list of work, a checkpoint a day, and no township looked at without need."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event, text

from server.commands.prune_effects import KEPT_MS, MOST_AT_ONCE, prune_effects
from server.commands.write_digests import due_now, write_digests
from server.domain.digest import NIGHT_KINDS
from server.domain.doctor import health
from server.settings import Settings
from server.store.database import db, reading, writing
from server.store.doctor import load_facts
from server.store.effects_queue import claim_due
from server.store.townships import load_tenant
from tests.night.town import Town, make_town
from workers import upkeep

MONDAY_AT_EIGHT = 1_795_392_000_000
DAY_MS = 86_400_000


@pytest.fixture
def town(app: Flask) -> Town:
    return make_town(MONDAY_AT_EIGHT - 2 * DAY_MS, is_demo=False)


def add_effects(town: Town, number: int, done_at_ms: int | None, kind: str = "digest-asked", tries: int = 1) -> None:
    rows = [{"t": town.id, "id": str(uuid4()), "k": kind, "d": done_at_ms, "n": tries} for _ in range(number)]
    statement = (
        "INSERT INTO effects (township_id, id, kind, payload, created_at_ms, due_at_ms, tries, done_at_ms) "
        "VALUES (:t, :id, :k, '{}', 1, 1, :n, :d)"
    )
    with writing() as connection:
        connection.execute(text(statement), rows)


def count(town: Town) -> int:
    with reading() as connection:
        found = connection.execute(text("SELECT count(*) FROM effects WHERE township_id = :t"), {"t": town.id})
        return int(found.scalar_one())


def pruned(town: Town) -> dict[str, int]:
    with reading() as connection:
        tenant = load_tenant(connection, town.id)
    assert tenant is not None
    return tenant.effects_pruned


def test_what_was_done_a_month_ago_goes_and_its_number_stays(town: Town) -> None:
    now_ms = MONDAY_AT_EIGHT + KEPT_MS
    add_effects(town, 3, MONDAY_AT_EIGHT - 1)
    add_effects(town, 2, MONDAY_AT_EIGHT - 1, "report-made")
    add_effects(town, 1, MONDAY_AT_EIGHT + 1)
    add_effects(town, 1, None)
    add_effects(town, 1, None, tries=99)
    assert [prune_effects(now_ms) for _ in range(2)] == [5, 0]
    assert (count(town), pruned(town)) == (3, {"digest-asked": 3, "report-made": 2})
    with writing() as connection:
        assert len(claim_due(connection, now_ms, 1, 9)) == 1, "work that waits is untouched"
    with reading() as connection:
        lines = {
            line.name: line.value for line in health(load_facts(connection, town.id, ["visit"], ["visit"], now_ms))
        }
    assert lines["effects done"] == 6


def test_a_long_list_goes_in_pieces_and_is_counted_once(town: Town) -> None:
    now_ms = MONDAY_AT_EIGHT + KEPT_MS
    add_effects(town, MOST_AT_ONCE + 5, MONDAY_AT_EIGHT - 1)
    assert [prune_effects(now_ms) for _ in range(3)] == [MOST_AT_ONCE, 5, 0]
    assert pruned(town) == {"digest-asked": MOST_AT_ONCE + 5}


def test_a_day_gets_one_checkpoint_from_the_night_shift(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = Settings(checkpoint_dir=str(tmp_path / "noted"))
    monkeypatch.setattr(upkeep, "settings", lambda: told)
    for _ in range(2):
        upkeep.checkpoint.run()
    (written,) = (tmp_path / "noted").iterdir()
    assert json.loads(written.read_text())["format"] == 1


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """The statements that were sent to the database meanwhile."""
    said: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if not statement.startswith("BEGIN"):
            said.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    yield said
    event.remove(db.engine, "before_cursor_execute", hear)


def test_a_tick_looks_into_no_township_that_has_its_digests(town: Town, asked: list[str]) -> None:
    others = [make_town(MONDAY_AT_EIGHT - 2 * DAY_MS, is_demo=demo) for demo in (False, True, False)]
    assert {township for township, _account in due_now(MONDAY_AT_EIGHT)} == {town.id, *(one.id for one in others)}
    write_digests(NIGHT_KINDS, MONDAY_AT_EIGHT)
    asked.clear()
    assert due_now(MONDAY_AT_EIGHT + 60_000) == []
    assert len(asked) == 2, asked
    late = make_town(MONDAY_AT_EIGHT - DAY_MS, is_demo=False)
    assert sorted(due_now(MONDAY_AT_EIGHT + 60_000)) == sorted((late.id, who) for who in (late.secretary, late.clerk))


def test_who_began_after_the_hour_or_has_left_makes_no_township_due(app: Flask) -> None:
    make_town(MONDAY_AT_EIGHT + 1, is_demo=False)
    left = make_town(MONDAY_AT_EIGHT - DAY_MS, is_demo=False)
    with writing() as connection:
        connection.execute(
            text("UPDATE role_assignments SET to_ms = :now WHERE township_id = :t"),
            {"now": MONDAY_AT_EIGHT, "t": left.id},
        )
    assert due_now(MONDAY_AT_EIGHT + 60_000) == []
