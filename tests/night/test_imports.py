"""Rosters and plans in a real database: all of a file or nothing, never twice."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from server.commands.create_township import create_township
from server.commands.create_townships import create_townships
from server.commands.import_plan import import_plan
from server.commands.import_roster import RosterImport, import_roster
from server.commands.open_cycle import open_cycle
from server.domain.cycles import AREA_TITLES
from server.domain.problems import Problem
from server.domain.roster import Fault, RosterRow
from server.schemas.kinds.registry import KINDS, SCHEMAS
from server.schemas.plan_file import read_plan_file
from server.schemas.roster_file import read_roster_file
from server.schemas.roster_table import RosterFile
from server.store.database import reading
from server.store.records import load_kind

DATA = Path(__file__).parents[1] / "data"
NOW_MS = 1_790_000_000_000
CODE = "620111103"


def file(name: str) -> RosterFile:
    return read_roster_file((DATA / name).read_bytes(), name)


def plan_text() -> str:
    return read_plan_file((DATA / "plan-2017.txt").read_bytes(), "plan.txt").text


def head(township_id: str) -> int:
    with reading() as connection:
        found = connection.execute(text("SELECT seq FROM sync_heads WHERE township_id = :id"), {"id": township_id})
        return int(found.scalar_one())


def fields_of(township_id: str, kind: str) -> list[dict[str, Any]]:
    with reading() as connection:
        return [dict(record.fields) for record in load_kind(connection, township_id, kind)]


@pytest.fixture
def township(app: Flask) -> str:
    return create_township("平安镇", CODE, NOW_MS).id


def take(township_id: str, rows: Sequence[RosterRow] | None = None, **more: Any) -> RosterImport:
    read = file("villages-620111103.csv")
    return import_roster(KINDS, township_id, read.rows if rows is None else rows, read.faults, NOW_MS, **more)


def test_the_real_file_of_a_town(township: str) -> None:
    open_cycle(KINDS, township, 2026, NOW_MS)
    dry = take(township, dry_run=True)
    assert (len(dry.plan.creates), dry.applied, fields_of(township, "village")) == (13, False, [])
    done = take(township)
    assert (done.applied, len(done.plan.creates)) == (True, 13)
    assert len(fields_of(township, "village")) == 13
    assert len(fields_of(township, "branch")) == len(fields_of(township, "subject")) == 11
    assert {row["cycle_id"] for row in fields_of(township, "subject")} == {done.cycle}


def test_what_an_import_writes_passes_customs(township: str) -> None:
    open_cycle(KINDS, township, 2026, NOW_MS)
    take(township, [replace(row, secretary="张三") for row in file("villages-620111103.csv").rows])
    import_plan(KINDS, township, plan_text(), NOW_MS)
    for kind in ("village", "branch", "person", "subject", "cycle", "content_area"):
        for fields in fields_of(township, kind):
            assert SCHEMAS[kind].validate(fields) == {}, kind


def test_a_second_import_gives_out_no_number(township: str) -> None:
    open_cycle(KINDS, township, 2026, NOW_MS)
    take(township)
    before = head(township)
    again = take(township)
    assert (again.records, len(again.plan.unchanged), head(township)) == (0, 13, before)


def test_imports_side_by_side_double_nothing(app: Flask, township: str) -> None:
    def one(_number: int) -> None:
        with app.app_context():
            take(township)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(one, range(4)))
    assert (
        len({row["region_code"] for row in fields_of(township, "village")}) == len(fields_of(township, "village")) == 13
    )


def test_an_error_anywhere_imports_nothing(township: str) -> None:
    rows = file("villages-620111103.csv").rows
    before = head(township)
    twice = take(township, [*rows, rows[0]])
    assert (twice.applied, twice.plan.importable, head(township)) == (False, False, before)
    of_the_file = import_roster(KINDS, township, rows, [Fault(3, "名称", "空", "empty")], NOW_MS)
    assert (of_the_file.applied, head(township)) == (False, before)


def test_an_import_that_fails_in_the_middle_leaves_nothing(township: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = head(township)
    with monkeypatch.context() as patched:
        patched.setattr("server.commands.judging.Transaction.add_effects", lambda *_args: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            take(township)
    assert (head(township), fields_of(township, "village")) == (before, [])


def test_an_unknown_township_is_a_problem(app: Flask) -> None:
    for dry_run in (True, False):
        with pytest.raises(Problem, match="not-found"):
            take("00000000-0000-4000-8000-000000000000", dry_run=dry_run)


def test_a_countys_file_makes_twenty_townships_each_with_an_open_cycle(app: Flask) -> None:
    read = file("villages-620123.csv")
    dry = create_townships(KINDS, read.rows, read.faults, 2026, NOW_MS, dry_run=True)
    assert len(dry) == 20
    with reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM townships")).scalar_one() == 0
    made = create_townships(KINDS, read.rows, read.faults, 2026, NOW_MS)
    assert all(one.applied for one in made.values())
    with reading() as connection:
        ids = {row.region_code: row.id for row in connection.execute(text("SELECT region_code, id FROM townships"))}
    assert set(ids) == set(made)
    villages = [fields_of(township, "village") for township in ids.values()]
    assert sum(map(len, villages)) == len(read.rows)
    for township, places in zip(ids.values(), villages, strict=True):
        assert len(fields_of(township, "subject")) == sum(place["category"] == "village" for place in places)
        assert [cycle["year"] for cycle in fields_of(township, "cycle")] == [2026]
        assert len(fields_of(township, "content_area")) == 7
        assert fields_of(township, "township")[0]["region_code"] in ids
    heads = {township: head(township) for township in ids.values()}
    again = create_townships(KINDS, read.rows, read.faults, 2026, NOW_MS + 1)
    assert {one.records for one in again.values()} == {0}
    assert {township: head(township) for township in ids.values()} == heads


def test_one_error_in_a_countys_file_makes_no_township(app: Flask) -> None:
    read = file("villages-620123.csv")
    done = create_townships(KINDS, [*read.rows, read.rows[-1]], read.faults, 2026, NOW_MS)
    assert not any(one.applied for one in done.values())
    with reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM townships")).scalar_one() == 0


def test_a_cycle_is_opened_once_a_year(township: str) -> None:
    take(township)
    first = open_cycle(KINDS, township, 2026, NOW_MS)
    before = head(township)
    assert (open_cycle(KINDS, township, 2026, NOW_MS), head(township)) == (first, before)
    assert len(fields_of(township, "subject")) == 11
    assert open_cycle(KINDS, township, 2027, NOW_MS) != first
    assert len(fields_of(township, "subject")) == 22


def test_the_plans_thirteen_differ_from_eleven_until_somebody_acknowledges(township: str) -> None:
    open_cycle(KINDS, township, 2026, NOW_MS)
    take(township)
    before = head(township)
    dry = import_plan(KINDS, township, plan_text(), NOW_MS, dry_run=True)
    assert (dry.roster, {one.stated for one in dry.differences}, dry.blocked, dry.applied) == (11, {13}, True, False)
    assert head(township) == before
    blocked = import_plan(KINDS, township, plan_text(), NOW_MS)
    assert (blocked.blocked, blocked.applied) == (True, True)
    (cycle,) = fields_of(township, "cycle")
    assert (cycle["stated_count"], cycle["stated_count_acknowledged"]) == (13, False)
    known = import_plan(KINDS, township, plan_text(), NOW_MS, acknowledge=True)
    (cycle,) = fields_of(township, "cycle")
    assert (known.blocked, cycle["stated_count_acknowledged"]) == (False, True)
    areas = fields_of(township, "content_area")
    assert len([area for area in areas if area.get("guidance")]) == len(AREA_TITLES)


def test_a_plan_without_an_open_cycle_is_a_problem(township: str) -> None:
    for dry_run in (True, False):
        with pytest.raises(Problem, match="open cycle"):
            import_plan(KINDS, township, plan_text(), NOW_MS, dry_run=dry_run)
