"""What a plan text says, without its pinyin glosses: the numbers of villages it states and its content areas."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

# DOMAIN.md 1.3: [一-鿿]\([a-zà-ǚ]+\). The range there ends before ǜ (律 is lǜ); other copies have
# ɡ and ɑ, full-width brackets, accents as combining marks, and glosses on characters of the extensions.
_GLOSS = re.compile(r"(?<=[㐀-鿿\U00020000-\U000323af])[(（]([a-zɡɑà-ǜ\u0300-\u030c]{1,12})[)）]")
_VOWEL = re.compile(r"[aeiouɑ]")

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_NUMBER = r"(?P<number>(?<![0-9])[0-9]{1,4}|[零〇○一二三四五六七八九十廿卅百两兩]{1,7}|[xX×*_]{1,4})[ \t]*"
_BRANCH = r"(?:[党黨]?(?:[总總]支部?|支部|[组組][织織]))"
# "13个村民小组" and "13名村干部" count other things.
_COUNT = re.compile(
    rf"{_NUMBER}(?:[个個][ \t]*(?:行政村|建制村|村(?!民[^委]|级|級)){_BRANCH}?(?:[书書][记記])?"
    rf"|[名位][ \t]*(?:行政)?村{_BRANCH}?[书書][记記])"
)
# "其中3个村" and "抽查5个村" speak of some villages, "第3个村" and "每2个村" of an order.
_PARTIAL = re.compile(r"(?:其中|抽[取查选選]|[选選][取择擇出]|第|每)[^,,。;;]{0,3}$")
_CLAUSE_START = re.compile(r"[^,,。;;:：\n]{0,12}$")
_LOOK_BACK = 12  # characters; a slice of the whole text for every number would take hours on a hostile file

_DIGITS = dict(zip("零〇○一二两兩三四五六七八九", (0, 0, 0, 1, 2, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_TENS = {"十": 10, "廿": 20, "卅": 30}

_SECTION = re.compile(
    r"^[ \t\u3000]*二[ \t]*[、.．﹒][^\n]*内容[^\n]*\n(.*?)(?=^[ \t\u3000]*三[ \t]*[、.．﹒]|\Z)",
    re.DOTALL | re.MULTILINE,
)
_ITEM = re.compile(r"[(（] ?([0-9]{1,2}) ?[)）]|([⑴-⒇])")
# In this order: "第一书记" stands in the poverty sentence's words, and nearly every area speaks of duty.
_AREA_WORDS = (
    ("resident", re.compile(r"[“\"]?第一书记[”\"]?在|工作队")),
    ("followup", re.compile(r"上年度|点评问题|督查反馈")),
    ("effect", re.compile(r"成效|思路措施")),
    ("poverty", re.compile(r"脱贫|乡村振兴")),
    ("org_life", re.compile(r"组织生活|三会一课|两学一做")),
    ("study", re.compile(r"学习贯彻|学习宣传")),
    ("duty", re.compile(r"责任")),
)


class StatedCount(NamedTuple):
    """A number of villages as a text states it; number is None for XX, which the roster fills in."""

    number: int | None
    excerpt: str


class CountDifference(NamedTuple):
    """A stated number that is not the roster's; it blocks publishing until somebody acknowledges it."""

    stated: int
    roster: int
    excerpt: str


@dataclass(frozen=True, slots=True)
class ContentArea:
    """One numbered area of section 二. code is one of DOMAIN.md 1.2, or None where the words fit none."""

    number: int
    code: str | None
    title: str
    detail: str


def strip_glosses(text: str) -> str:
    """The text without the pinyin in brackets after a Chinese character: 鎮(zhèn) → 鎮; other brackets stay.

    Source: DOMAIN.md 1.3 (9)
    """
    return _GLOSS.sub(lambda found: "" if _is_pinyin(found[1]) else found[0], text)


def _is_pinyin(letters: str) -> bool:
    """(xx) is a number left open, so a gloss needs a vowel; and no syllable is longer than zhuang."""
    base = [c for c in unicodedata.normalize("NFD", letters) if not unicodedata.combining(c)]
    return len(base) <= 6 and _VOWEL.search("".join(base)) is not None


def stated_village_counts(text: str) -> list[StatedCount]:
    """Every number of villages, village branches or their secretaries in the text, in order; in either script.

    Source: DOMAIN.md R3
    """
    narrow = text.translate(_HALF_WIDTH)
    return [
        StatedCount(_number(found["number"]), _before(text, found.start()) + text[found.start() : found.end()])
        for found in _COUNT.finditer(narrow)
        if not _PARTIAL.search(narrow[max(0, found.start() - _LOOK_BACK) : found.start()])
    ]


def _number(written: str) -> int | None:
    if written.isascii() and written.isdigit():
        return int(written)
    blank = set(written) <= set("xX×*_○")
    return None if blank else _chinese_number(written)


def _chinese_number(written: str) -> int:
    """十三 is 13, 一百零二 102, 廿三 23, and 一三 as digits 13."""
    total, pending = 0, 0
    for character in written:
        if character == "百":
            total, pending = total + (pending or 1) * 100, 0
        elif character in _TENS:
            total, pending = total + (pending or 1) * _TENS[character], 0
        else:
            pending = pending * 10 + _DIGITS[character]
    return total + pending


def _before(text: str, start: int) -> str:
    """The words of the clause just before the number."""
    clause = _CLAUSE_START.search(text[max(0, start - _LOOK_BACK) : start])
    return clause[0] if clause else ""


def compare_counts(counts: Iterable[StatedCount], roster_count: int) -> list[CountDifference]:
    """Every stated number that is not the roster's; XX never differs, for the roster fills it in.

    Source: DOMAIN.md R3
    """
    stated = [(count.number, count.excerpt) for count in counts]
    return [CountDifference(n, roster_count, words) for n, words in stated if n is not None and n != roster_count]


def content_areas(text: str) -> list[ContentArea]:
    """The numbered areas of section 二 of a folded plan text; empty when they are not numbered 1, 2, 3 and so on.

    Shape:  title is the area's first sentence, detail what follows it.
    Source: DOMAIN.md R7
    """
    section = _SECTION.search(text)
    if section is None:
        return []
    marks = list(_ITEM.finditer(section[1]))
    numbers = [int(mark[1]) if mark[1] else ord(mark[2]) - ord("⑴") + 1 for mark in marks]
    if not numbers or numbers != list(range(1, len(numbers) + 1)):
        return []
    ends = [mark.start() for mark in marks[1:]] + [len(section[1])]
    bodies = [section[1][mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)]
    return _areas(bodies)


def _areas(bodies: list[str]) -> list[ContentArea]:
    areas: list[ContentArea] = []
    for number, body in enumerate(bodies, start=1):
        title, _, detail = body.partition("。")
        taken = {area.code for area in areas}
        areas.append(ContentArea(number, _area_code(title, taken), title.strip(), detail.strip()))
    return areas


def _area_code(title: str, taken: set[str | None]) -> str | None:
    return next((code for code, words in _AREA_WORDS if code not in taken and words.search(title)), None)
