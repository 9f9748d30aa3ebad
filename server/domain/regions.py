"""Region codes (统计用区划代码) and place names: what a code says, and how a name is shortened and searched."""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

PlaceKind = Literal["village", "community"]

# 12 digits = province 2 + city 2 + county 2 + town 3 + village 3 (DOMAIN.md 10)
_REGION_CODE = re.compile(r"[0-9]{12}")
_TOWNSHIP_CODE = re.compile(r"[0-9]{9}")
_WITH_POINT = re.compile(r"([0-9]+)(?:\.0*)?")
_SCIENTIFIC = re.compile(r"([0-9])\.?([0-9]*)[eE]\+?[0-9]{1,2}")
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_WRAPPING = "'‘’`\"="
_VILLAGE_ENDINGS = ("村民委员会", "村委会")
_COMMUNITY_ENDINGS = ("居民委员会", "居委会")
# "移民新村" and "张家一村" are whole words: without 村 the rest is no name.
_KEEPS_ITS_VILLAGE = tuple("新一二三四五六七八九十")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a code or name is unusual or cannot be read, in both languages."""

    zh: str
    en: str


def read_code(text: str) -> str | Reason:
    """The twelve digits that a cell of a table means, or the reason why it means none.

    Shape:  spaces, apostrophes, full-width digits, "620….0", ="…" and scientific notation with twelve digits are read;
            of seventeen digits the last five are the urban or rural class and fall away.
    Source: DOMAIN.md 10
    """
    digits = _plain_digits(without_spaces(text).translate(_HALF_WIDTH).strip(_WRAPPING))
    if isinstance(digits, Reason):
        return digits
    if len(digits) not in (12, 17):
        return Reason(f"区划代码应为 12 位,这里是 {len(digits)} 位", f"a code has 12 digits; this has {len(digits)}")
    if digits[6:12] == "000000":
        return Reason("代码后六位全是 0,疑似被表格软件舍去", "six zeros at the end: a spreadsheet dropped the digits")
    return digits[:12]


def without_spaces(text: str) -> str:
    """The text without white space and invisible marks, for tables pad 张 三 and hide marks in copied numbers."""
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) != "Cf")


def _plain_digits(text: str) -> str | Reason:
    if found := _WITH_POINT.fullmatch(text):
        return found[1]
    if _SCIENTIFIC.fullmatch(text):
        return _from_scientific(Decimal(text))
    if not text:
        return Reason("缺少区划代码", "the code is missing")
    return Reason(f"区划代码 {text[:20]!r} 不是 12 位数字", f"the code {text[:20]!r} is not twelve digits")


def _from_scientific(number: Decimal) -> str | Reason:
    """6.20111E+11 kept six digits of twelve: nobody can know the rest."""
    if len(number.as_tuple().digits) < 12:
        return Reason("科学计数法丢了位数,请把该列设为文本后重填", "scientific notation lost digits; format it as text")
    if number != number.to_integral_value():
        return Reason("区划代码带小数", "the code has a fraction")
    return format(number, "f").partition(".")[0]


def is_region_code(text: str) -> bool:
    """True for exactly twelve ASCII digits."""
    return _REGION_CODE.fullmatch(text) is not None


def is_township_code(text: str) -> bool:
    """True for exactly nine ASCII digits, the part that all villages of a township share."""
    return _TOWNSHIP_CODE.fullmatch(text) is not None


def township_of(code: str) -> str:
    """The nine digits of the township that a village's code belongs to."""
    return code[:9]


def town_part(code: str) -> int:
    """Digits 7–9 as a number: 1–99 street office, 100–199 town, 200–399 township, 400–599 quasi-township."""
    return int(code[6:9])


def village_part(code: str) -> int:
    """Digits 10–12 as a number: 1–199 residents' committee, 200–399 village committee, 500 and 501 quasi-village."""
    return int(code[9:12])


def is_above_village(code: str) -> bool:
    """True for a code whose village part is 000: a line about a township, county or province, not about a village."""
    return village_part(code) == 0


def kind_of(code: str, name: str = "") -> PlaceKind:
    """A community for 001–199, a village for 200–399 and the quasi-villages 500 and 501; elsewhere the name decides.

    Shape:  code is a region code; name as in the register.
    Source: DOMAIN.md 10
    """
    part = village_part(code)
    if 1 <= part <= 199:
        return "community"
    if 200 <= part <= 399 or part in (500, 501):
        return "village"
    return kind_in_name(name) or "village"


def kind_in_name(name: str) -> PlaceKind | None:
    """What the ending of a name says, or None where it says nothing."""
    if name.endswith((*_COMMUNITY_ENDINGS, "社区")):
        return "community"
    return "village" if name.endswith((*_VILLAGE_ENDINGS, "村")) else None


def doubts_about(code: str, name: str = "") -> tuple[Reason, ...]:
    """Every default of DOMAIN.md 10 that a region code misses; empty for an ordinary village or community."""
    found = (_town_doubt(town_part(code)), _village_doubt(village_part(code)), _name_doubt(code, name))
    return tuple(doubt for doubt in found if doubt is not None)


def _town_doubt(part: int) -> Reason | None:
    if 100 <= part <= 399:
        return None
    if 1 <= part <= 99:
        return Reason(f"乡级代码 {part:03d} 是街道,不是乡镇", f"town part {part:03d} is a street office, not a town")
    if 400 <= part <= 599:
        return Reason(f"乡级代码 {part} 是类似乡级单位,不是乡镇", f"town part {part} is a quasi-township, not a town")
    return Reason(f"乡级代码 {part:03d} 不在 001–599 之内", f"town part {part:03d} is outside 001–599")


def _village_doubt(part: int) -> Reason | None:
    if 1 <= part <= 399:
        return None
    if part in (500, 501):
        return Reason(f"村级代码 {part} 是类似村级单位,按村导入", f"village part {part} is a quasi-village")
    return Reason(f"村级代码 {part:03d} 不是村委会或居委会的编号", f"village part {part:03d} is no committee's number")


def _name_doubt(code: str, name: str) -> Reason | None:
    said, kind = kind_in_name(name), kind_of(code, name)
    if said is None or said == kind:
        return None
    kind_zh = "村" if kind == "village" else "社区"
    return Reason(f"名称与代码类别不一致,按代码作为{kind_zh}导入", f"name and code disagree; taken as a {kind}")


def short_name(name: str, kind: PlaceKind) -> str:
    """The name people say, one for all official spellings: 若连村民委员会 → 若连, 平安台社区居民委员会 → 平安台社区.

    A community keeps 社区 (or 居委会), so 张家寺社区 and the village 张家寺 stay apart.
    """
    return _short_village(name) if kind == "village" else _short_community(name)


def _short_village(name: str) -> str:
    stem = _without_ending(name, _VILLAGE_ENDINGS)
    stem = stem.removesuffix("村")  # 若连村村民委员会 and 若连村 are 若连 too
    if len(stem) < 2 or stem.endswith(_KEEPS_ITS_VILLAGE):
        return stem + "村" if stem else name
    return stem


def _short_community(name: str) -> str:
    stem = _without_ending(name, _COMMUNITY_ENDINGS)
    if stem == name or stem.endswith("社区"):
        return stem
    return stem + "居委会" if stem else name


def _without_ending(name: str, endings: tuple[str, ...]) -> str:
    return next((name.removesuffix(ending) for ending in endings if name.endswith(ending)), name)


def fold_name(text: str) -> str:
    """The form in which names are compared in a search: one width, one case, no spaces and no punctuation.

    Only for searching, never stored. Traditional script is folded before this, where OpenCC may be used.
    """
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def name_matches(query: str, name: str) -> bool:
    """True when a person who typed the query may mean the name: 若连村 finds 若连村民委员会, and 若连 finds both."""
    wanted, given = fold_name(query), fold_name(name)
    kind = kind_in_name(query)
    short = fold_name(short_name(query, kind)) if kind else wanted
    return bool(wanted) and (wanted in given or (bool(short) and short in given))
