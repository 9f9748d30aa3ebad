"""Roster files as an office has them, and what reading them said."""

import io
import zipfile
from collections.abc import Callable

import xlsxwriter

from server.schemas.roster_table import RosterFile

FULL = ["统计用区划代码", "村(居)名称", "所属乡镇代码", "所属乡镇名称", "村党支部书记", "党支部"]
FULL_ROW = ["620111103201", "若连村民委员会", "620111103", "平安镇", "张三", "若连村党支部"]


def workbook(*rows: list[object], more_sheets: dict[str, list[list[object]]] | None = None) -> bytes:
    """An .xlsx whose texts are texts and whose numbers are numbers."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        for name, lines in {"名册": list(rows), **(more_sheets or {})}.items():
            sheet = book.add_worksheet(name)
            for line, cells in enumerate(lines):
                sheet.write_row(line, 0, cells)
    return file.getvalue()


def repacked(data: bytes, edit: Callable[[str, bytes], bytes]) -> bytes:
    """The same archive with every member passed through edit."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, edit(name, old.read(name)))
    return file.getvalue()


def reasons(read: RosterFile) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.reason_zh) for fault in read.faults]


def refused(read: RosterFile) -> str:
    (fault,) = read.faults
    assert (read.rows, fault.level) == ((), "error")
    assert fault.reason_en
    return fault.reason_zh
