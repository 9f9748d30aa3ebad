"""L12: no way out of a round gives a breakdown of one to four valid rows, nor two figures whose difference is one.

Where grades are kept: sealed in `slips`, opened in `board_entries`, counted on paper in `paper_tallies`, signed in
`round_books.counts`, as one grade in `results`. What reads them is listed below and held to that list. From there they
leave by these ways:

- result (and its page, its stacked bars): the one publication; `result_view` is the only place where it is decided;
- tally.pdf and the letters: what the result shows, taken from it;
- the suggested grade: kept only where the total is shown (a few rows alone would be told by it);
- board and bundle: all slips, by design, and only for the roll and the scrutineers (docs/ballot.md 8);
- recount: prints what the result shows, also when the bundle does not hold (test_L12_recount_says.py);
- numbers, reconciliation, paper, paper-forms, marks, window: rows that came back, never what stands on them;
- refusals, decisions in the audit chain, the log: no grades but the one that the committee decided;
- the feed (pull, parcels, records saved again), digests, notices, coverage, exports of visits, the doctor: nothing of
  it at all, since none of them reads those tables, and the record of a round has no field for it;
- the hub's file, both ways: before the box is opened, when there is nothing but sealed slips;
- a backup is the database itself, for the operator, of whom docs/ballot.md says what he can see.
"""

from __future__ import annotations

import ast
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from time_machine import Traveller

from server.commands.ballot.letters import letter_of
from server.commands.ballot.papers import tally_of as sheet_of
from server.domain.ballot.rounds import STATES, STEPS
from server.domain.ballot.shapes import OUTCOMES
from server.schemas.kinds.registry import KINDS
from server.store.board import load_results
from server.store.database import reading
from server.store.townships import load_tenants
from tests.ballot.hall import Hall, open_hall
from tests.ballot.small_groups import VALID, Cell, breakdowns, cells, count, of_view, tally_of, tells_few
from tests.ballot.test_result_view import GROUPS, PLACES, held

ROOT = Path(__file__).parents[2]
READERS = {
    "load_board": {"ballot.count_round", "ballot.look"},
    "load_book": {"ballot.count_round", "ballot.look", "ballot.papers", "ballot.reconcile"},
    "load_results": {"ballot.decide_result", "ballot.look"},
    "load_entry": {"ballot.enter_paper", "ballot.numbers"},
    "load_box": {"ballot.look", "ballot.open_box", "hub.box_part"},
}
"""What loads grades or slips → the commands that do. Whoever adds one adds it to the ways out above, and to a test."""
CELLARS = {"ballot_tables", "board", "board_tables", "paper", "round_keys", "round_rows"}
TABLES = re.compile(r"\b(?:board_entries|round_books|paper_tallies)\b|\b(?:FROM|JOIN|INTO|UPDATE) results\b")
DETAIL = {"entry", "decided", "form", "forms", "replaced_by", "round", "signatures", "slips", "subject", "subjects"}


def sources() -> Iterator[tuple[str, ast.Module]]:
    for room in ("server", "workers"):
        for path in sorted((ROOT / room).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts), ast.parse(path.read_text())


def test_L12_nothing_else_reads_grades() -> None:
    readers: dict[str, set[str]] = {name: set() for name in READERS}
    cellars: set[str] = set()
    for module, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                for name in {alias.name for alias in node.names} & set(READERS):
                    readers[name].add(module.removeprefix("server.commands."))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and TABLES.search(node.value):
                cellars.add(module.removeprefix("server.store."))
    assert readers == READERS
    assert cellars == CELLARS


def test_L12_a_decision_in_the_books_says_no_numbers_of_grades() -> None:
    said: set[str] = set()
    for module, tree in sources():
        for node in ast.walk(tree) if module.startswith("server.commands.ballot.") else ():
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "audited":
                said |= {str(word.arg) for word in node.keywords}
    assert said == DETAIL - {"round"}


def test_L12_records_and_hubs_have_no_place_for_a_grade() -> None:
    assert not {name for name in KINDS["ballot_round"].fields if name in {*OUTCOMES, "counts", "results", "certified"}}
    before = STATES[: STATES.index("opened")]
    assert set(STEPS["delegate"].sources) <= set(before)
    assert set(STEPS["read_board"].sources).isdisjoint(before)


@pytest.fixture
def hall(app: Flask, afternoon: Traveller) -> Hall:
    return open_hall(app, held(), dict.fromkeys(GROUPS, 1))


@given(drawn=st.tuples(*[cells()] * len(PLACES)))
@settings(max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_L12_all_answers_together_tell_no_few(
    hall: Hall, caplog: pytest.LogCaptureFixture, drawn: tuple[Cell, ...]
) -> None:
    caplog.set_level(logging.INFO)
    round_of = dict(zip(PLACES, drawn, strict=True))
    tally = tally_of(round_of)
    count(hall, round_of)
    view = hall.done(hall.office, "GET", "result")
    known = of_view(view, PLACES)
    assert sorted(map(repr, breakdowns(view))) == sorted(map(repr, known.values()))
    assert tells_few(known, tally) == []
    for subject in view["subjects"]:
        seen = [subject[name] for name in ("score", "ballot_score", "shown", "ballot_shown", "suggested")]
        assert (seen == [None] * 5) == (subject["total"] is None)
    for path in ("numbers", "reconciliation", "paper", "paper-forms", "marks"):
        assert breakdowns(hall.done(hall.office, "GET", path)) == []
    papers_agree(hall, view)
    hall.move("published")
    on_roll = hall.phones[hall.rolls[0].id]
    assert hall.done(on_roll, "GET", "result") == {**view, "state": "published"}
    for address in ("/office/v1/audit", "/sync/v1/pull"):
        answer = hall.office.client.get(address, headers=hall.office.headers)
        assert (answer.status_code, breakdowns(answer.get_json())) == (200, [])
    assert not [record for record in caplog.records if any(name in record.getMessage() for name in VALID)]


def papers_agree(hall: Hall, view: dict[str, Any]) -> None:
    """Tally sheet and letters have the figures of the result, and no others."""
    with reading() as connection:
        kept = load_results(connection, hall.town.id, hall.round)
        tenant = next(one for one in load_tenants(connection) if one.id == hall.town.id)
    sheet = sheet_of(tenant, hall.round)
    hall.move("certified")
    for line, one in zip(sheet.subjects, view["subjects"], strict=True):
        assert (kept[one["id"]].suggested is None) == (one["total"] is None)  # a refused decision would tell it
        assert line["counts"] == numbers(one["total"])
        assert line["parts"] == [numbers(one["groups"].get(group)) for group in GROUPS]
        draft = letter_of(tenant, hall.round, one["id"])
        told = None if draft.grades is None else [number for _, number, _ in draft.grades] + list(draft.beside or ())
        assert told == line["counts"]
        assert draft.valid == (None if told is None else sum(told[:4]))
        assert (draft.ballot, draft.score) == (one["ballot_shown"], one["shown"])
    assert sheet.sums["counts"] == numbers(view["total"])
    assert sheet.sums["parts"] == [numbers(view["groups"].get(group)) for group in GROUPS]


def numbers(rows: dict[str, int] | None) -> list[int] | None:
    return None if rows is None else [rows[name] for name in OUTCOMES]
