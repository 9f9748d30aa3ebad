"""The roster file: a CSV, an Excel table or a pasted table becomes RosterRows, or faults that name row and column."""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

from openpyxl import load_workbook

from server.domain.regions import Reason, read_code, township_of, without_spaces
from server.domain.roster import CODE, NAME, TOWN_CODE, Fault, Level, RosterRow
from server.schemas.plan_file import decode_text

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_INFLATED_BYTES = 16 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 64
MAX_FAULTS = 200
MAX_CELL_CHARACTERS = 100
HEADING_ROWS = 10
SEARCHED_ROWS = 100  # of each sheet, blank ones included
SHEET_ROWS = 1_048_576  # what Excel itself can hold; a row number beyond it would make openpyxl pad for ever

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
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

Lines = Iterable[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class RosterFile:
    """What was read: the rows without an error of their own, and the faults. One error means: import nothing."""

    rows: tuple[RosterRow, ...]
    faults: tuple[Fault, ...]


class _UnreadableError(Exception):
    def __init__(self, reason_zh: str, reason_en: str, row: int = 0) -> None:
        self.fault = Fault(row, "", reason_zh, reason_en)


def read_roster_file(data: bytes, filename: str) -> RosterFile:
    """Every row of the file is a RosterRow or has a fault; never an exception, whatever the bytes.

    Shape:  text in UTF-8, UTF-16 with BOM or GB18030, parted by comma, semicolon or tab; or .xlsx; told by content.
    Source: DOMAIN.md R2 and 10
    """
    try:
        if len(data) > MAX_FILE_BYTES:
            raise _UnreadableError("文件超过 5 MiB", "the file is larger than 5 MiB")
        if data.startswith(b"PK\x03\x04"):
            return _read_workbook(data)
        return _read_table(_lines_of_text(_text_of(data, filename)))
    except _UnreadableError as refusal:
        return RosterFile((), (refusal.fault,))


def read_roster_text(text: str) -> RosterFile:
    """The same for a table pasted from Excel, WPS or a web page.

    Source: DOMAIN.md R2
    """
    try:
        return read_roster_file(text.encode(), "pasted.txt")
    except UnicodeEncodeError:
        return RosterFile((), (Fault(0, "", "粘贴的内容不是文本", "what was pasted is not text"),))


def _text_of(data: bytes, filename: str) -> str:
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise _UnreadableError("表格已加密,请取消密码后再导入", "the workbook is encrypted: remove the password")
        raise _UnreadableError("旧版 .xls 格式,请另存为 .xlsx", "the old .xls format: save the workbook as .xlsx")
    text = decode_text(data)
    if text is None:
        kind = filename.rpartition(".")[2][:10]
        raise _UnreadableError(f"不是表格文件,内容无法识别({kind})", f"not a table: unreadable content ({kind})")
    if re.match(r"\s*<(?:!doctype|html|\?xml|table|head|meta)", text, re.IGNORECASE):
        raise _UnreadableError("这是网页文件,请另存为 .xlsx", "a web page: open it and save it as .xlsx")
    return text


def _lines_of_text(text: str) -> Lines:
    """The parting character is the one that makes the best heading row."""
    if not text.strip():
        raise _UnreadableError("文件是空的", "the file is empty")
    best = max("\t,;", key=lambda mark: _known_headings(text, mark))
    return enumerate(_records(text, best, strict=True), start=1)


def _known_headings(text: str, mark: str) -> int:
    head = enumerate(islice(_records(text, mark, strict=False), SEARCHED_ROWS))
    return len(_heading_columns(_heading_row(head)))


def _records(text: str, mark: str, strict: bool) -> Iterator[list[str]]:
    """Strict: a quotation mark that is never closed would swallow the rest of the file in silence."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=strict)
    try:
        for record in reader:
            yield record[:MAX_COLUMNS]
    except csv.Error as error:
        if strict:
            line = reader.line_num
            raise _UnreadableError(
                f"第 {line} 行附近引号不成对或内容过长", f"quotation near line {line}: {error}", line
            ) from error


def _read_workbook(data: bytes) -> RosterFile:
    _guard_archive(data)
    try:
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            return _read_sheets([sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"])
        finally:
            workbook.close()
    except _UnreadableError:
        raise
    except Exception as error:  # openpyxl fails with whatever its parser met
        name = type(error).__name__
        raise _UnreadableError("表格文件已损坏,无法打开", f"the workbook is damaged ({name})") from error


def _guard_archive(data: bytes) -> None:
    """zipfile never reads more of a member than its stated size, so the stated sizes bound what can be inflated."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise _UnreadableError("表格文件已损坏,无法打开", "the workbook is damaged (no whole archive)") from error
    if sum(member.file_size for member in members) > MAX_INFLATED_BYTES:
        raise _UnreadableError("表格解压后过大,请删除空白行列再导入", "too large: delete empty rows and columns")
    names = {member.filename for member in members}
    if "xl/workbook.bin" in names or not any(name.startswith("xl/") for name in names):
        raise _UnreadableError("不是 .xlsx 表格,请另存为 .xlsx", "not an .xlsx workbook: save the table as .xlsx")


def _read_sheets(sheets: list[Any]) -> RosterFile:
    """The first visible sheet with a whole heading row is read; further ones are named in a warning, never merged."""
    if not sheets:
        raise _UnreadableError("没有可见的工作表", "there is no visible sheet")
    found = [_heading_columns(_heading_row(islice(_lines_of_sheet(sheet), SEARCHED_ROWS))) for sheet in sheets]
    whole = [position for position, columns in enumerate(found) if {CODE, NAME} <= columns.keys()]
    chosen = whole[0] if whole else max(range(len(sheets)), key=lambda position: len(found[position]))
    read = _read_table(_lines_of_sheet(sheets[chosen]))
    if len(whole) < 2:
        return read
    rest = "、".join(str(sheets[position].title) for position in whole[1:6])
    zh, en = f"只读取了第一个名册工作表,未读取:{rest}", f"only the first sheet with a roster was read, not: {rest}"
    return RosterFile(read.rows, (Fault(0, "", zh, en, "warning"), *read.faults))


def _lines_of_sheet(sheet: Any) -> Lines:
    # WPS and some exporters state a wrong dimension, and openpyxl would believe it
    sheet.reset_dimensions()
    for line, values in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), start=1):
        if line > SHEET_ROWS:
            raise _UnreadableError("工作表行号超出 Excel 上限", "a row number is beyond what Excel can hold")
        yield line, [_cell_text(value) for value in values] if any(values) else []


def _cell_text(value: object) -> str:
    """A number as its digits: 620111103200.0 is 620111103200; digits cut off are found when the code is read."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    return str(value)


def _read_table(lines: Lines) -> RosterFile:
    filled = ((line, cells) for line, cells in lines if any(cell.strip() for cell in cells))
    head = list(islice(filled, HEADING_ROWS))
    if not head:
        raise _UnreadableError("文件是空的", "the file is empty")
    titles = _heading_row(head)
    columns = _heading_columns(titles)
    if not columns:
        raise _UnreadableError("前 10 行没有标题行(区划代码、村名)", "no heading row in the first ten rows", head[0][0])
    start = next(position for position, (_, cells) in enumerate(head) if cells is titles)
    faults = _heading_faults(head[start][0], titles, columns)
    if any(fault.level == "error" for fault in faults):
        return RosterFile((), tuple(faults))
    return _read_rows(chain(head[start + 1 :], filled), titles, columns, faults)


def _heading_row(head: Lines) -> list[str]:
    """The row with the most known headings; the first of equals, so that data which repeats a heading never wins."""
    return max((cells for _, cells in head), key=lambda cells: len(_heading_columns(cells)), default=[])


def _heading_columns(titles: list[str]) -> dict[str, int]:
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
            raise _UnreadableError(f"超过 {MAX_ROWS} 行", f"more than {MAX_ROWS} rows", line)
        if _heading_columns(cells) == columns:
            continue  # printed lists repeat the heading on every page
        texts = {field: cells[at] if at < len(cells) else "" for field, at in columns.items()}
        found = [Fault(line, _clean(titles[columns[f]]), zh, en, level) for f, zh, en, level in _cell_faults(texts)]
        faults.extend(found)
        if all(fault.level == "warning" for fault in found):
            rows.append(_row(line, texts))
    if not rows and all(fault.level == "warning" for fault in faults):
        raise _UnreadableError("标题行下面没有数据", "there are no rows below the heading row")
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
