"""The table half of a roster file: lines of cells become rows and faults, wherever the lines came from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice

from server.domain.regions import Reason, read_code, township_of, without_spaces
from server.domain.roster import CODE, NAME, TOWN_CODE, Fault, Level, RosterRow

MAX_ROWS = 20_000
MAX_FAULTS = 200
MAX_CELL_CHARACTERS = 100
HEADING_ROWS = 10

TOWN_NAME, SECRETARY, BRANCH = "所属乡镇名称", "书记", "党支部"

_HEADINGS = {
    CODE: ("统计用区划代码", "统计区划代码", "行政区划代码", "区划代码", "村(居)代码", "村代码", "代码", "code"),
    NAME: ("村(居)名称", "村居名称", "村(社区)名称", "行政村名称", "村名称", "行政村", "村名", "名称", "name"),
    TOWN_CODE: ("所属乡镇代码", "乡镇代码", "towncode"),
    TOWN_NAME: ("所属乡镇名称", "乡镇名称", "所属乡镇", "乡镇", "townname"),
    SECRETARY: ("书记", "村党支部书记", "党支部书记", "支部书记", "村书记", "书记姓名", "secretary", "branchsecretary"),
    BRANCH: ("党支部", "支部", "村党支部", "党支部名称", "支部名称", "村党支部名称", "branch"),
}
_FIELD_OF = {heading: field for field, headings in _HEADINGS.items() for heading in headings}
_NOT_IMPORTED = ("序号", "备注", "no.", "no")
_VACANT = ("空缺", "暂缺", "缺", "无", "待定", "-", "—", "——", "/")
_FORMULA_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")

Lines = Iterable[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class RosterFile:
    """What was read: the rows without an error of their own, and the faults. One error means: import nothing."""

    rows: tuple[RosterRow, ...]
    faults: tuple[Fault, ...]


class UnreadableError(Exception):
    """The file as a whole cannot be read; the fault says why."""

    def __init__(self, reason_zh: str, reason_en: str, row: int = 0) -> None:
        self.fault = Fault(row, "", reason_zh, reason_en)


def read_table(lines: Lines) -> RosterFile:
    filled = ((line, cells) for line, cells in lines if any(cell.strip() for cell in cells))
    head = list(islice(filled, HEADING_ROWS))
    if not head:
        raise UnreadableError("文件是空的", "the file is empty")
    titles = heading_row(head)
    columns = heading_columns(titles)
    if not columns:
        raise UnreadableError("前 10 行没有标题行(区划代码、村名)", "no heading row in the first ten rows", head[0][0])
    start = next(position for position, (_, cells) in enumerate(head) if cells is titles)
    faults = _heading_faults(head[start][0], titles, columns)
    if any(fault.level == "error" for fault in faults):
        return RosterFile((), tuple(faults))
    return _read_rows(chain(head[start + 1 :], filled), titles, columns, faults)


def heading_row(head: Lines) -> list[str]:
    """The row with the most known headings; the first of equals, so that data which repeats a heading never wins."""
    return max((cells for _, cells in head), key=lambda cells: len(heading_columns(cells)), default=[])


def heading_columns(titles: list[str]) -> dict[str, int]:
    """Field → position of its first column."""
    fields = [_field_of(title) for title in titles]
    return {field: fields.index(field) for field in fields if field is not None}


def _field_of(title: str) -> str | None:
    known = _title(title)
    return _FIELD_OF.get(known) or _FIELD_OF.get(re.sub(r"\([^()]*\)$", "", known))


def _title(cell: str) -> str:
    return without_spaces(unicodedata.normalize("NFKC", cell)).lower().replace("_", "").strip("*:")


def _heading_faults(line: int, titles: list[str], columns: Mapping[str, int]) -> list[Fault]:
    missing = [
        Fault(line, field, f"缺少“{field}”列", f"the column {field} is missing")
        for field in (CODE, NAME)
        if field not in columns
    ]
    doubled = [
        Fault(line, _clean(title), "同一内容有两列,请删去一列", "two columns of the same meaning: delete one")
        for position, title in enumerate(titles)
        if (field := _field_of(title)) is not None and columns[field] != position
    ]
    unknown = [
        Fault(line, _clean(title), "不认识的列,不导入", "an unknown column; it is not imported", "warning")
        for title in titles
        if title.strip() and _field_of(title) is None and _title(title) not in _NOT_IMPORTED
    ]
    return missing + doubled + unknown


def _read_rows(lines: Lines, titles: list[str], columns: Mapping[str, int], faults: list[Fault]) -> RosterFile:
    rows: list[RosterRow] = []
    for count, (line, cells) in enumerate(lines, start=1):
        if count > MAX_ROWS:
            raise UnreadableError(f"超过 {MAX_ROWS} 行", f"more than {MAX_ROWS} rows", line)
        if heading_columns(cells) == columns:
            continue  # printed lists repeat the heading on every page
        texts = {field: cells[at] if at < len(cells) else "" for field, at in columns.items()}
        found = [Fault(line, _clean(titles[columns[f]]), zh, en, level) for f, zh, en, level in _cell_faults(texts)]
        faults.extend(found)
        if all(fault.level == "warning" for fault in found):
            rows.append(_row(line, texts))
    if not rows and all(fault.level == "warning" for fault in faults):
        raise UnreadableError("标题行下面没有数据", "there are no rows below the heading row")
    return RosterFile(tuple(rows), _capped(faults))


def _cell_faults(texts: Mapping[str, str]) -> Iterator[tuple[str, str, str, Level]]:
    code, name = read_code(texts[CODE]), _clean(texts[NAME])
    if isinstance(code, Reason):
        yield CODE, code.zh, code.en, "error"
    elif len(digits := without_spaces(texts[CODE])) == 17 and digits.isdigit():
        yield CODE, "17 位代码只取前 12 位", "of a 17-digit code the first 12 are taken", "warning"
    if not name:
        yield NAME, "缺少村(居)名称", "the name is missing", "error"
    for field, text in texts.items():
        if text.startswith(_FORMULA_ERRORS) and field != CODE:
            yield field, f"表格公式出错:{text[:10]}", f"a formula failed: {text[:10]}", "error"
        elif len(text) > MAX_CELL_CHARACTERS and field != CODE:
            yield field, f"超过 {MAX_CELL_CHARACTERS} 个字", f"more than {MAX_CELL_CHARACTERS} characters", "error"
        elif field in (SECRETARY, BRANCH) and _clean(text) in _VACANT:
            yield field, f"“{text.strip()}”按空缺处理", f"{text.strip()!r} is taken as vacant", "warning"


def _row(line: int, texts: Mapping[str, str]) -> RosterRow:
    code = str(read_code(texts[CODE]))
    return RosterRow(
        line=line,
        code=code,
        name=_clean(texts[NAME]),
        town_code=_town_code(texts.get(TOWN_CODE, "")) or township_of(code),
        town_name=_clean(texts.get(TOWN_NAME, "")),
        secretary=_stated(texts.get(SECRETARY, "")),
        branch=_stated(texts.get(BRANCH, "")),
    )


def _town_code(text: str) -> str:
    """Nine digits; lists also write the township as a region code that ends in 000."""
    digits = without_spaces(unicodedata.normalize("NFKC", text)).strip("'").removesuffix(".0")
    return digits.removesuffix("000") if len(digits) == 12 else digits


def _stated(text: str) -> str | None:
    cleaned = _clean(text)
    return None if not cleaned or cleaned in _VACANT else cleaned


def _clean(text: str) -> str:
    """张 三 → 张三, padded by tables; words of other scripts keep single spaces."""
    chinese = any("㐀" <= character <= "鿿" for character in text)
    return without_spaces(text) if chinese else " ".join(text.split()).removeprefix("'")


def _capped(faults: list[Fault]) -> tuple[Fault, ...]:
    """A wrong file has one fault a row; nobody reads more than MAX_FAULTS, but no error may fall off the end."""
    kept, rest = faults[:MAX_FAULTS], faults[MAX_FAULTS:]
    if not rest:
        return tuple(kept)
    level: Level = "error" if any(fault.level == "error" for fault in rest) else "warning"
    return (*kept, Fault(0, "", f"另有 {len(rest)} 处问题未列出", f"{len(rest)} more faults are not listed", level))
