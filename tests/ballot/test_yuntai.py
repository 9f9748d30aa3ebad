"""The demo meeting counted by the server's rules and again by the stranger: DOMAIN.md 14.1 to the last fraction."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

from server.domain.ballot.publication import publication
from server.domain.ballot.reconciliation import quorum, verdict
from server.domain.ballot.tally import Counts, Marks, counted, read_mark, results, shown, together
from tests.ballot.election import subject_id
from tests.ballot.yuntai import ROWS, VILLAGES, meeting


def tally() -> dict[tuple[str, str], Counts]:
    held = meeting()
    board = held.election.board(held.box)
    slips = counted(held.election.manifest, ((entry.slip.place, entry.outcome) for entry in board.entries))
    return together(slips, held.paper)


def test_who_came_and_what_came_back() -> None:
    rows = ROWS.values()
    assert [sum(getattr(row, name) for row in rows) for name in ("entitled", "present", "issued", "late")] == [
        35,
        33,
        33,
        1,
    ]
    assert sum(row.received for row in rows) == 32
    assert [verdict(row) for row in rows] == ["agrees", "agrees"]
    assert quorum(35) == 24
    assert (len(meeting().box), len(meeting().late), sum(row.counted for row in meeting().paper.values())) == (
        325,
        13,
        91,
    )


def test_all_the_figures() -> None:
    published = publication(tally())
    assert published.total == Counts(175, 158, 60, 18, 3, 2)
    assert published.total.counted == 416
    assert published.groups["leader"] == Counts(56, 56, 25, 6)
    assert published.groups["member_rep"] == Counts(119, 102, 35, 12, 3, 2)


def test_all_thirteen_suggested_grades() -> None:
    found_marks = {
        subject_id(at): Marks(read_mark(village[3], where="daily"), read_mark(village[4], where="secretary"))
        for at, village in enumerate(VILLAGES, 1)
    }
    found = results(meeting().election.manifest.profile, tally(), found_marks)
    for at, village in enumerate(VILLAGES, 1):
        assert found[subject_id(at)].score == Fraction(village[5]), village[0]
        assert found[subject_id(at)].suggested == village[6], village[0]
    edge = found[subject_id(10)]
    assert edge.score is not None
    assert (edge.score, shown(edge.score), edge.suggested) == (Fraction(6393, 80), "79.91", "average")


def test_a_stranger_counts_the_same(tmp_path: Path) -> None:
    written = tmp_path / "bundle.json"
    written.write_text(json.dumps(meeting().bundle, ensure_ascii=False))
    run = subprocess.run(
        [sys.executable, "-m", "server.recount", str(written)], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    lines = run.stdout.splitlines()
    assert "  合计: 好 175 · 较好 158 · 一般 60 · 差 18 · 弃权 3 · 无效 2" in lines
    assert "  领导: 好 56 · 较好 56 · 一般 25 · 差 6 · 弃权 0 · 无效 0" in lines
    edge = lines[lines.index("马家湾") :]
    assert edge[4] == "  票决得分 645/8 (80.63)，综合得分 6393/80 (79.91)，建议等次：一般"
    grades = [line.rpartition("：")[2] for line in lines if "建议等次" in line]
    assert grades == ["好"] * 5 + ["较好"] * 4 + ["一般"] * 3 + ["差"]


def test_L13_any_order_of_arrival_and_any_resend_gives_the_same_board() -> None:
    held = meeting()
    arrived = [*held.box, held.box[7], held.box[7]]
    random.Random(13).shuffle(arrived)
    assert held.election.board(arrived) == held.election.board(held.box)


def test_every_evaluator_finds_own_slips_by_different_trackers() -> None:
    trackers = {slip.tracker for slip in (*meeting().box, *meeting().late)}
    assert len(trackers) == 338
    assert all(len(tracker) == 19 and tracker.isascii() for tracker in trackers)
