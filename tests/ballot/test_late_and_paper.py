"""A bundle with late slips, paper, marks and an invalid slip: what the recount says, and finds changed in them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from server.domain.ballot.bundle import bundle
from server.domain.ballot.reconciliation import Row
from server.domain.ballot.slips import Slip
from server.domain.ballot.tally import Counts
from server.recount.__main__ import main
from tests.ballot.election import COMPOSITE, Election, election, subject_id

A, B = (subject_id(1), "leader"), (subject_id(2), "leader")
ROWS = {A: Row(9, 9, 9, 0, 6, 0, 3, 0, 0, 0), B: Row(9, 9, 4, 4, 3, 3, 1, 1, 0, 0)}
MARKS = {subject_id(1): ("95.5", "100"), subject_id(2): ("80", "0")}
PAPER = {B: Counts(fairly_good=2, invalid=1)}
Say = Callable[[Any], tuple[int, str]]


@lru_cache(maxsize=1)
def held() -> tuple[Election, list[Slip], list[Slip]]:
    made = election(["青石沟", "柳树湾"], {"leader": ("领导", 9)}, "composite", COMPOSITE)
    box = [made.slip(place, "good") for place in (A, A, A, A, A, B, B, B)]
    late = [made.slip(place, "poor") for place in (B, A, A, A)]
    return made, [*box, made.slip_of(A, bytes(16))], late


def whole(late: list[Slip] | None = None) -> dict[str, Any]:
    made, box, in_order = held()
    made_of = bundle(made.manifest, made.board(box), in_order if late is None else late, PAPER, ROWS, MARKS)
    return json.loads(json.dumps(made_of))  # type: ignore[no-any-return]


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    def run(value: Any) -> tuple[int, str]:
        written = tmp_path / "bundle.json"
        written.write_text(json.dumps(value))
        code = main([str(written)])
        out = capsys.readouterr()
        return code, out.out + out.err

    return run


def test_all_of_it_is_said(said: Say) -> None:
    code, text = said(whole())
    assert code == 0
    assert "电子票 9 张，纸质票 3 行，迟到 4 张" in text
    assert "有 1 张电子票开出来无效" in text
    assert "  合计: 好 3 · 较好 2 · 一般 0 · 差 0 · 弃权 0 · 无效 1" in text
    assert "票决得分 100 (100.00)，综合得分 1973/20 (98.65)，建议等次：好" in text
    assert "票决得分 92 (92.00)，综合得分 70 (70.00)，建议等次：一般" in text


def test_L13_late_slips_are_listed_in_one_order_whatever_theirs() -> None:
    late = held()[2]
    assert whole([*reversed(late), late[0]]) == whole()


def test_a_changed_head(said: Say) -> None:
    changed = whole()
    changed["head"] = changed["board"][0]["link"]
    assert said(changed) == (1, "评票板的总码与全部评票不符：结尾有评票被删或被加\n")


def test_the_last_entry_dropped(said: Say) -> None:
    changed = whole()
    changed["board"].pop()
    assert said(changed) == (1, "评票板的总码与全部评票不符：结尾有评票被删或被加\n")


def test_a_late_slip_dropped_doubled_or_moved(said: Say) -> None:
    changed = whole()
    gone = changed["late"].pop()
    assert said(changed) == (1, "柳树湾 · 领导 票数核对不上：late = late slips\n")
    for wrong in (
        [*changed["late"], gone, gone],
        [gone, *changed["late"]],
        [*changed["late"], {**gone, "group": "other"}],
    ):
        assert said({**changed, "late": wrong}) == (1, "格式不符：late\n")


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"present": 7}, "present >= issued"),
        ({"present": 10}, "entitled >= present"),
        ({"lost": 0}, "received + late + lost = issued"),
        ({"received_e": 2, "lost": 2}, "received_e = slips on the board"),
        ({"collected_p": 4, "lost": 0}, "collected_p = paper rows"),
    ],
)
def test_numbers_that_do_not_reconcile(said: Say, change: dict[str, int], detail: str) -> None:
    changed = whole()
    changed["reconciliation"][1].update(change)
    assert said(changed) == (1, f"柳树湾 · 领导 票数核对不上：{detail}\n")


@pytest.mark.parametrize("change", [{"collected_p": 5}, {"received_e": 4}, {"late": 2}])
def test_more_came_back_than_was_issued(said: Say, change: dict[str, int]) -> None:
    changed = whole()
    changed["reconciliation"][1].update(change)
    assert said(changed) == (1, "柳树湾 · 领导 收回多于发出：本轮作废\n")


def test_marks_and_rows_of_every_subject_in_order(said: Say) -> None:
    for name in ("marks", "paper", "certified", "reconciliation"):
        for wrong in ([], list(reversed(whole()[name])), whole()[name][:1]):
            changed = copy.deepcopy(whole())
            changed[name] = wrong
            assert said(changed) == (1, f"名单不符：{name} 应当按轮次清单的顺序，每处一条\n")


def test_a_member_twice_or_a_key_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str], said: Say) -> None:
    twice = tmp_path / "twice.json"
    twice.write_text(json.dumps(whole()).replace('"head":', '"head": "00", "head":'))
    assert main(["--lang", "en", str(twice)]) == 1
    assert capsys.readouterr().err.endswith("a member stands there twice.\n")
    changed = whole()
    changed["manifest"]["cells"][1]["n"] = changed["manifest"]["cells"][0]["n"]
    assert said(changed) == (1, "格式不符：manifest/cells/n\n")
