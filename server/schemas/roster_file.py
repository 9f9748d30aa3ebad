"""The roster file: a CSV, an Excel table or a pasted table becomes RosterRows, or faults that name row and column."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import Any

from openpyxl import load_workbook

from server.domain.roster import CODE, NAME, Fault
from server.schemas.plan_file import decode_text
from server.schemas.roster_table import Lines, RosterFile, UnreadableError, heading_columns, heading_row, read_table

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_INFLATED_BYTES = 16 * 1024 * 1024
MAX_COLUMNS = 64
SEARCHED_ROWS = 100  # of each sheet, blank ones included
SHEET_ROWS = 1_048_576  # what Excel itself can hold; a row number beyond it would make openpyxl pad for ever

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_roster_file(data: bytes, filename: str) -> RosterFile:
    """Every row of the file is a RosterRow or has a fault; never an exception, whatever the bytes.

    Shape:  text in UTF-8, UTF-16 with BOM or GB18030, parted by comma, semicolon or tab; or .xlsx; told by content.
    Source: DOMAIN.md R2 and 10
    """
    try:
        if len(data) > MAX_FILE_BYTES:
            raise UnreadableError("文件超过 5 MiB", "the file is larger than 5 MiB")
        if data.startswith(b"PK\x03\x04"):
            return _read_workbook(data)
        return read_table(_lines_of_text(_text_of(data, filename)))
    except UnreadableError as refusal:
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
            raise UnreadableError("表格已加密,请取消密码后再导入", "the workbook is encrypted: remove the password")
        raise UnreadableError("旧版 .xls 格式,请另存为 .xlsx", "the old .xls format: save the workbook as .xlsx")
    text = decode_text(data)
    if text is None:
        kind = filename.rpartition(".")[2][:10]
        raise UnreadableError(f"不是表格文件,内容无法识别({kind})", f"not a table: unreadable content ({kind})")
    if re.match(r"\s*<(?:!doctype|html|\?xml|table|head|meta)", text, re.IGNORECASE):
        raise UnreadableError("这是网页文件,请另存为 .xlsx", "a web page: open it and save it as .xlsx")
    return text


def _lines_of_text(text: str) -> Lines:
    """The parting character is the one that makes the best heading row."""
    if not text.strip():
        raise UnreadableError("文件是空的", "the file is empty")
    best = max("\t,;", key=lambda mark: _known_headings(text, mark))
    return enumerate(_records(text, best, strict=True), start=1)


def _known_headings(text: str, mark: str) -> int:
    head = enumerate(islice(_records(text, mark, strict=False), SEARCHED_ROWS))
    return len(heading_columns(heading_row(head)))


def _records(text: str, mark: str, strict: bool) -> Iterator[list[str]]:
    """Strict: a quotation mark that is never closed would swallow the rest of the file in silence."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=strict)
    try:
        for record in reader:
            yield record[:MAX_COLUMNS]
    except csv.Error as error:
        if strict:
            line = reader.line_num
            raise UnreadableError(
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
    except UnreadableError:
        raise
    except Exception as error:  # openpyxl fails with whatever its parser met
        name = type(error).__name__
        raise UnreadableError("表格文件已损坏,无法打开", f"the workbook is damaged ({name})") from error


def _guard_archive(data: bytes) -> None:
    """zipfile never reads more of a member than its stated size, so the stated sizes bound what can be inflated."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableError("表格文件已损坏,无法打开", "the workbook is damaged (no whole archive)") from error
    if sum(member.file_size for member in members) > MAX_INFLATED_BYTES:
        raise UnreadableError("表格解压后过大,请删除空白行列再导入", "too large: delete empty rows and columns")
    names = {member.filename for member in members}
    if "xl/workbook.bin" in names or not any(name.startswith("xl/") for name in names):
        raise UnreadableError("不是 .xlsx 表格,请另存为 .xlsx", "not an .xlsx workbook: save the table as .xlsx")


def _read_sheets(sheets: list[Any]) -> RosterFile:
    """The first visible sheet with a whole heading row is read; further ones are named in a warning, never merged."""
    if not sheets:
        raise UnreadableError("没有可见的工作表", "there is no visible sheet")
    found = [heading_columns(heading_row(islice(_lines_of_sheet(sheet), SEARCHED_ROWS))) for sheet in sheets]
    whole = [position for position, columns in enumerate(found) if {CODE, NAME} <= columns.keys()]
    chosen = whole[0] if whole else max(range(len(sheets)), key=lambda position: len(found[position]))
    read = read_table(_lines_of_sheet(sheets[chosen]))
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
            raise UnreadableError("工作表行号超出 Excel 上限", "a row number is beyond what Excel can hold")
        yield line, [_cell_text(value) for value in values] if any(values) else []


def _cell_text(value: object) -> str:
    """A number as its digits: 620111103200.0 is 620111103200; digits cut off are found when the code is read."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    return str(value)
