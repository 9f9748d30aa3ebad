"""The papers of a round: what stands on them, who may print them, and never a box where a character should be."""

from __future__ import annotations

import io
import resource
import subprocess
import sys
from functools import lru_cache

import pytest
from flask import Flask
from pypdf import PdfReader
from time_machine import Traveller

from server.documents import printing
from server.documents.ballot_papers import forms_pdf
from server.documents.press import faces
from server.documents.printing import printed
from server.domain.ballot.fingerprint import four_words
from server.domain.ballot.papers import Heading, PaperForms
from server.domain.problems import Problem
from tests.ballot.election import COMPOSITE, Election, election
from tests.ballot.hall import Hall, open_hall
from tests.ballot.yuntai import GROUPS, VILLAGES
from tests.phone import enrol, slug_of

A4_POINTS = (595, 842)
NAMES = tuple(village[0] for village in VILLAGES)
HEADING = Heading("云台镇", "述职评议会　镇政府大会议室", "2017年度民主测评", 1, "地 锄 鸭 军")


def forms_with(names: tuple[str, ...] = NAMES, numbers: int = 2) -> PaperForms:
    return PaperForms(HEADING, "党员代表", names, tuple(f"{at:04d}" for at in range(7, 7 + numbers)))


def read(pdf: bytes) -> PdfReader:
    reader = PdfReader(io.BytesIO(pdf))
    for page in reader.pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == A4_POINTS
    return reader


def texts(pdf: bytes) -> list[str]:
    """What stands on each page, without the spaces between."""
    return ["".join(page.extract_text().split()) for page in read(pdf).pages]


def pressed_s() -> float:
    """Seconds of the processor that presses have taken so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def fonts_of(pdf: bytes) -> dict[str, bool]:
    """The fonts of the pages, and whether each is in the file."""
    found = {}
    for page in read(pdf).pages:
        for font in page["/Resources"]["/Font"].values():
            inner = font.get_object()["/DescendantFonts"][0].get_object()
            described = inner["/FontDescriptor"].get_object()
            found[str(inner["/BaseFont"])] = any(f"/FontFile{n}" in described for n in ("", "2", "3"))
    return found


@lru_cache(maxsize=1)
def held() -> Election:
    return election(NAMES, GROUPS, "composite", COMPOSITE)


@pytest.fixture
def hall(app: Flask, afternoon: Traveller) -> Hall:
    return open_hall(app, held(), {"leader": 6, "member_rep": 7})


QUERY = "forms.pdf?group=member_rep&first=12&count=3"


def test_a_form_a_page_with_its_number_its_group_and_every_subject(hall: Hall) -> None:
    answer = hall.call(hall.office, "GET", QUERY)
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert (answer.headers["Cache-Control"], answer.headers["X-Content-Type-Options"]) == ("no-store", "nosniff")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=UTF-8''")
    pages = texts(answer.data)
    assert len(pages) == 3
    words = four_words(hall.election.manifest.hash).replace(" ", "")
    for number, page in zip(("0012", "0013", "0014"), pages, strict=True):
        assert f"编号{number}" in page and page.count(number) == 1
        assert page.count(words) == 2 and page.count("党员代表") == 2 and "第1轮" in page
        assert all(name in page for name in NAMES)
        assert all(word in page for word in ("较好", "一般", "空着不填也按弃权计", "对折", "不写姓名"))
        assert not any(row.name in page for row in hall.rolls)
    embedded = fonts_of(answer.data)
    assert embedded and all(embedded.values()) and any("CJK" in name or "Serif" in name for name in embedded)
    assert "字体：" in pages[0]


def test_forms_are_printed_from_the_issue_to_the_close_and_for_the_office_alone(hall: Hall) -> None:
    for role in ("scrutineer", "committee_secretary", "evaluator", "teller"):
        refused = hall.call(enrol(hall.app, hall.town, role), "GET", QUERY)
        assert (refused.status_code, slug_of(refused.get_json())) == (403, "not-allowed"), role
    for state, status in (("prepared", 409), ("issued", 200), ("closed", 200), ("opened", 409), ("void", 409)):
        hall.move(state)
        assert hall.call(hall.office, "GET", QUERY).status_code == status, state


def test_what_cannot_be_printed_is_said(hall: Hall) -> None:
    for query in (
        "group=nobody&first=1&count=1",
        "group=leader&first=0&count=1",
        "group=leader&first=1&count=101",
        "group=leader&first=999999&count=2",
        "group=leader&first=1",
        "first=1&count=1",
    ):
        answer = hall.call(hall.office, "GET", f"forms.pdf?{query}")
        assert (answer.status_code, slug_of(answer.get_json())) == (400, "malformed-request"), query


def test_names_long_and_rare_stay_on_their_page_and_very_many_go_over_it() -> None:
    long = ("很长的名字" * 12, *NAMES[1:12], "垚犇喆甪堽 𠮷")
    pages = texts(forms_pdf(forms_with(long), 0))
    assert len(pages) == 2 and "很长的名字" * 12 in pages[0] and "垚犇喆甪堽𠮷" in pages[0]
    many = texts(forms_pdf(forms_with(NAMES * 15), 0))
    assert len(many) % 2 == 0 and len(many) >= 8
    assert all("编号0007" in page and "述职人" in page for page in many[: len(many) // 2])


def test_a_machine_without_a_chinese_font_says_so_and_draws_no_box() -> None:
    with pytest.raises(Problem) as missing:
        printed("forms", {}, 0, fonts=False)
    assert missing.value.entry.slug == "no-chinese-font"
    with pytest.raises(Problem) as strange:
        forms_pdf(forms_with(("青石沟 \u0378",)), 0)
    assert (strange.value.entry.slug, strange.value.more["character"]) == ("unprintable-character", "\u0378")


def test_licensed_faces_come_first_where_the_machine_has_them() -> None:
    open_ones = {"Noto Serif CJK SC", "Noto Sans CJK SC", "DejaVu Sans"}
    assert faces(open_ones) == {
        "fangsong": "Noto Serif CJK SC",
        "title": "Noto Serif CJK SC",
        "song": "Noto Serif CJK SC",
        "hei": "Noto Sans CJK SC",
    }
    assert (faces({*open_ones, "FangSong"}) or {})["fangsong"] == "FangSong"
    assert faces({"DejaVu Sans"}) is None


def test_the_same_order_makes_the_same_bytes_and_none_takes_long() -> None:
    began = pressed_s()
    first = forms_pdf(forms_with(numbers=7), 1_514_277_000_000)
    assert pressed_s() - began < 1
    assert forms_pdf(forms_with(numbers=7), 1_514_277_000_000) == first


def test_a_press_that_hangs_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_given: object, **_more: object) -> None:
        raise subprocess.TimeoutExpired(sys.executable, printing.MOST_S)

    monkeypatch.setattr(subprocess, "run", never)
    with pytest.raises(Problem) as slow:
        forms_pdf(forms_with(), 0)
    assert slow.value.entry.slug == "busy"
