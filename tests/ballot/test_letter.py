"""The draft of a feedback letter: figures of the result, words read to the branch, and never an interviewee's."""

from __future__ import annotations

import io
from itertools import pairwise
from typing import Any

from flask import Flask
from pypdf import PdfReader
from time_machine import Traveller

from server.api.identity import now_ms
from server.commands.save_online import save_online
from server.documents.ballot_papers import letter_pdf
from server.domain.ballot.letter import Addressee, letter
from server.domain.judging.verdicts import OnlineWrite
from server.schemas.kinds.registry import KINDS
from tests.ballot.hall import Hall, prove
from tests.ballot.on_paper import HIDDEN, SUMS_ONLY, WHOLE, counted
from tests.ballot.test_papers import HEADING, fonts_of, texts
from tests.phone import enrol, new_id, slug_of

SAID = "他说话不算数，承诺的路没有修"
READ_OUT = "台账清楚，流动党员联系要坚持"
MM = 72 / 25.4
SUBJECT: dict[str, Any] = {
    "total": {"good": 26, "fairly_good": 6, "average": 0, "poor": 0, "abstain": 1, "invalid": 0},
    "ballot_shown": "96.25",
    "shown": "95.63",
    "suggested": "good",
    "decided": None,
    "minute_ref": None,
}
WHOM = Addressee("青石沟村党支部", "张满仓", "青石沟", 2017)


def write_roster(hall: Hall) -> None:
    """The first subject in the roster, a visit to him, and what was said on it to the visitor alone."""
    person, branch, visit, interview = (new_id() for _ in range(4))
    village = hall.town.villages[0]
    roster = {"cycle_id": hall.town.cycle, "branch_id": branch, "village_id": village, "person_id": person}
    at = {"village_id": village, "visitor_id": hall.town.secretary}
    heard = {"category": "masses", "alias": "群众甲", "asked": "书记怎么样", "answer": SAID, "consent": "given"}
    opinion = {"opinion_kind": "problem", "area": "duty", "about": "secretary", "text": SAID, "village_id": village}
    writes = [
        OnlineWrite(person, "person", {"name": "张满仓", "post": "村党支部书记"}),
        OnlineWrite(branch, "branch", {"village_id": village, "name": "青石沟村党支部"}),
        OnlineWrite(WHOLE, "subject", {**roster, "village_name": "青石沟", "graded": True}),
        OnlineWrite(visit, "visit", {**at, "start_at": now_ms(), "state": "locked", "narrative": SAID}),
        OnlineWrite(interview, "interview", {"visit_id": visit, **heard, "state": "completed"}),
        OnlineWrite(new_id(), "opinion", {"origin": "interview", "origin_id": interview, **opinion}),
        OnlineWrite(new_id(), "visit_extract", {**at, "on": "2017-11-28", "branch_summary": READ_OUT}),
        OnlineWrite(new_id(), "visit_extract", {**at, "on": "2016-11-28", "branch_summary": "去年的话"}),
    ]
    save_online(KINDS, hall.town.id, "office", writes, now_ms())


def test_the_letter_from_the_certified_round(app: Flask, afternoon: Traveller) -> None:
    hall, scrutineers = counted(app, afternoon)
    write_roster(hall)
    path = f"letters/{WHOLE}.pdf"
    early = hall.call(hall.office, "GET", path)
    assert (early.status_code, slug_of(early.get_json())) == (409, "round-state")
    for scrutineer in scrutineers:
        hall.done(scrutineer, "POST", "signatures", {"what": "tally"})
    secretary = enrol(app, hall.town)
    prove(secretary)
    hall.done(
        secretary,
        "PUT",
        f"results/{WHOLE}",
        {"decided": "fairly_good", "reason": "不写进信里", "minute_ref": "会议纪要7"},
    )
    for role, status in (("scrutineer", 403), ("evaluator", 403), ("pbo", 200)):
        assert hall.call(enrol(app, hall.town, role), "GET", path).status_code == status, role
    answer = hall.call(secretary, "GET", path)
    assert (answer.status_code, answer.mimetype, answer.headers["Cache-Control"]) == (
        200,
        "application/pdf",
        "no-store",
    )
    pages = texts(answer.data)
    page = "".join(pages)
    assert all("【草稿】" in one for one in pages) and "青石沟村党支部、张满仓同志" in page
    assert "有效测评票13张：好7张（53.85%）、较好4张（30.77%）、一般1张（7.69%）、差1张（7.69%）" in page
    assert "（会议纪要7），综合评价为“较好”" in page and f"2017年11月28日：{READ_OUT}" in page
    assert not [word for word in (SAID, "群众甲", "去年的话", "不写进信里", hall.rolls[0].name) if word in page]
    assert "由镇党建办填写" in page and "（发文机关署名）" in page
    assert all(fonts_of(answer.data).values())
    few = texts(hall.call(secretary, "GET", f"letters/{HIDDEN}.pdf").data)[0]
    assert "有效测评票不足5张，按规定不显示分布和得分" in few and "建议等次" not in few and "上河同志" in few
    assert "有效测评票11张" in texts(hall.call(secretary, "GET", f"letters/{SUMS_ONLY}.pdf").data)[0]
    unknown = hall.call(secretary, "GET", f"letters/{new_id()}.pdf")
    assert (unknown.status_code, slug_of(unknown.get_json())) == (404, "not-found")


def test_the_layout_is_that_of_official_papers() -> None:
    """GB/T 9704-2012: 28 characters a line from 28 mm, 28.99 points a line, 22 lines on 156 × 225 mm."""
    result = SUBJECT | {"minute_ref": "测" * 1500, "decided": "good"}
    body: list[tuple[float, float, float]] = []

    def note(text: str, cm: Any, tm: Any, _font: Any, _size: float) -> None:
        if set(text.strip()) == {"测"}:
            across, up = (tm[4] * cm[at] + tm[5] * cm[at + 2] + cm[at + 4] for at in (0, 1))
            body.append((across, up, len(text.strip())))

    page = PdfReader(io.BytesIO(letter_pdf(letter(HEADING, WHOM, result, []), 0))).pages[1]
    page.extract_text(visitor_text=note)
    assert len(body) == 22
    assert {round(x / MM, 1) for x, _y, _n in body} == {28.0} and {n for _x, _y, n in body} == {28}
    heights = [y for _x, y, _n in body]
    assert {round(above - below, 2) for above, below in pairwise(heights)} == {28.99}
    assert 297 - heights[0] / MM > 37 and heights[-1] / MM > 35


def test_what_is_not_decided_or_was_never_read_out_is_left_to_people() -> None:
    page = "".join(texts(letter_pdf(letter(HEADING, WHOM, SUBJECT, []), 0)))
    assert "弃权1张，无效0张" in page and "测评得分96.25分，综合得分95.63分" in page
    assert "镇党委研究决定后填写综合评价" in page and "没有已锁定的走访" in page
