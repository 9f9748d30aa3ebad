"""The tally sheet: the figures of the result route and no others, for two people to sign."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from time_machine import Traveller

from server.domain.ballot.counted import result_view
from server.domain.ballot.papers import day_and_minute
from server.domain.ballot.reconciliation import Row
from server.domain.ballot.shapes import OUTCOMES
from server.domain.ballot.tally import Counts
from server.domain.ballot.tally_sheet import TallySheet, tally_sheet
from tests.ballot.hall import Hall
from tests.ballot.on_paper import GROUPS, HIDDEN, ROWS, SUMS_ONLY, WHOLE, counted, paper_round
from tests.ballot.test_papers import HEADING, fonts_of, texts
from tests.phone import enrol, slug_of

PLACES = list(ROWS)


def sheet_of(tally: dict[tuple[str, str], Counts], view: Any, rows: list[Any] | None = None) -> TallySheet:
    manifest = paper_round().manifest
    even = [{"subject": s, "group": g, **asdict(Row(7, 7, 7, 0, 7, 0, 0, 0, 0, 0))} for s, g in tally]
    numbers = {"rows": even if rows is None else rows, "signed": {"reconciliation": 2, "tally": 1}}
    return tally_sheet(manifest, HEADING, view, numbers, "ab" * 32, "岸 白 包 杯")


@given(st.tuples(*[st.builds(Counts, *[st.integers(0, 3)] * 6)] * len(PLACES)))
@settings(max_examples=100, deadline=None)
def test_L12_the_sheet_has_the_figures_of_the_result_and_no_others(rows: tuple[Counts, ...]) -> None:
    tally = dict(zip(PLACES, rows, strict=True))
    view = result_view(paper_round().manifest, tally, {})

    def figures(found: dict[str, int] | None) -> list[int] | None:
        return None if found is None else [found[name] for name in OUTCOMES]

    sheet = sheet_of(tally, view)
    for line, subject in zip(sheet.subjects, view["subjects"], strict=True):
        assert line["counts"] == figures(subject["total"])
        assert line["parts"] == [figures(subject["groups"].get(group)) for group in GROUPS]
        assert (line["ballot"], line["score"]) == (subject["ballot_shown"], subject["shown"])
        assert set(line) == {"name", "counts", "parts", "ballot", "score", "suggested"}
    assert sheet.sums["counts"] == figures(view["total"])
    assert sheet.sums["parts"] == [figures(view["groups"].get(group)) for group in GROUPS]


def test_alike_rows_of_the_reconciliation_stand_there_once_with_their_names() -> None:
    even, odd = Row(7, 7, 7, 0, 7, 0, 0, 0, 0, 0), Row(6, 6, 6, 0, 5, 0, 0, 1, 0, 0)
    rows = [
        {"subject": subject, "group": group, **asdict(odd if (subject, group) == (SUMS_ONLY, "leader") else even)}
        for subject, group in PLACES
    ]
    channels = sheet_of(dict(ROWS), result_view(paper_round().manifest, ROWS, {}), rows).channels
    assert [(one["group"], one["subjects"]) for one in channels] == [
        ("领导", ["青石沟", "上河"]),
        ("领导", ["柳树湾"]),
        ("党员代表", []),
    ]
    assert channels[1]["numbers"] == [6, 6, 6, 0, 5, 0, 0, 1, 0, 0]


@pytest.fixture
def hall(app: Flask, afternoon: Traveller) -> Hall:
    return counted(app, afternoon)[0]


def test_one_page_for_two_to_sign_with_small_groups_hidden(hall: Hall) -> None:
    scrutineer = enrol(hall.app, hall.town, "scrutineer")
    answer = hall.call(scrutineer, "GET", "tally.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert (answer.headers["Cache-Control"], answer.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    (page,) = texts(answer.data)
    shown = {one["id"]: one for one in hall.done(hall.office, "GET", "result")["subjects"]}
    assert page.count("监票人（亲笔签名）") == 2 and "综合计分第1版" in page
    assert hall.done(hall.office, "GET", "reconciliation")["rows"][0]["collected_p"] == 6
    assert "领导全部3位66060600" in page and "党员代表全部3位77070700" in page
    board = hall.done(scrutineer, "GET", "board")
    assert board["head"] in page and board["words"].replace(" ", "") in page
    whole, sums, hidden = (page[page.index(name) :] for name in ("1青石沟", "2柳树湾", "3上河"))
    assert whole.startswith(f"1青石沟741100135/1/0/02/3/1/1{shown[WHOLE]['ballot_shown']}")
    assert sums.startswith(f"2柳树湾61402011＊＊{shown[SUMS_ONLY]['ballot_shown']}")
    assert hidden.startswith("3上河" + "＊" * 12) and shown[HIDDEN]["total"] is None
    assert "合计" + "＊" * 9 in page
    assert all(fonts_of(answer.data).values())
    for role, status in (("committee_secretary", 200), ("pbo", 200), ("teller", 403), ("evaluator", 403)):
        assert hall.call(enrol(hall.app, hall.town, role), "GET", "tally.pdf").status_code == status, role
    hall.move("reconciled")
    early = hall.call(hall.office, "GET", "tally.pdf")
    assert (early.status_code, slug_of(early.get_json())) == (409, "round-state")


def test_a_moment_is_told_by_the_townships_clocks() -> None:
    assert day_and_minute(1_514_277_000_000, "Asia/Shanghai") == "2017年12月26日 16:30"
