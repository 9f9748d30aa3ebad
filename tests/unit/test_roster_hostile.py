"""Files that are no roster, too large, or made to hurt: each says why, and nothing of it is imported."""

import io
import struct
import zipfile

import pytest

from server.domain.roster import plan_roster
from server.schemas.roster_file import MAX_FILE_BYTES, MAX_INFLATED_BYTES, read_roster_file, read_roster_text
from server.schemas.roster_table import MAX_FAULTS, MAX_ROWS
from tests.unit.roster_files import FULL, FULL_ROW, reasons, refused, repacked, workbook


@pytest.mark.parametrize(
    ("data", "file_name", "said"),
    [
        (b"", "a.csv", "空"),
        (b"\xef\xbb\xbf \r\n", "a.csv", "空"),
        (workbook(), "a.xlsx", "空"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a.png", "不是表格文件"),
        (b"%PDF-1.7\n\x00\xff", "a.pdf", "不是表格文件"),
        (b"<html><table><tr><td>x</td></tr></table>", "a.xls", "网页"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "a.xls", "旧版 .xls"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "加密"),
        (b"PK\x03\x04 and nothing more", "a.xlsx", "损坏"),
        (workbook(FULL, FULL_ROW)[:-40], "a.xlsx", "损坏"),
        (b"a" * (MAX_FILE_BYTES + 1), "a.csv", "5 MiB"),
    ],
)
def test_a_file_that_is_no_table_says_why(data, file_name, said):
    assert said in refused(read_roster_file(data, file_name))


def test_an_archive_that_is_no_workbook_says_so():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert "另存为 .xlsx" in refused(read_roster_file(file.getvalue(), "a.ods"))


def test_a_broken_part_inside_a_workbook_is_a_fault():
    data = repacked(workbook(FULL, FULL_ROW), lambda name, part: part[:60] if name.endswith("sheet1.xml") else part)
    assert "损坏" in refused(read_roster_file(data, "a.xlsx"))


def test_a_zip_bomb_is_refused_before_it_is_inflated():
    def swell(name: str, part: bytes) -> bytes:
        return part + b" " * MAX_INFLATED_BYTES if name.endswith("sheet1.xml") else part

    data = repacked(workbook(FULL, FULL_ROW), swell)
    assert len(data) < 100_000
    assert "解压后过大" in refused(read_roster_file(data, "a.xlsx"))


def test_a_zip_bomb_that_lies_about_its_size_is_cut_off_at_the_lie():
    bomb = b" " * MAX_INFLATED_BYTES
    data = repacked(workbook(FULL, FULL_ROW), lambda name, part: bomb if name == "xl/sharedStrings.xml" else part)
    honest, lie = struct.pack("<I", MAX_INFLATED_BYTES), struct.pack("<I", 500)
    assert data.count(honest) == 2
    assert "损坏" in refused(read_roster_file(data.replace(honest, lie), "a.xlsx"))


def test_a_row_number_beyond_the_sheet_is_refused_instead_of_padded():
    data = repacked(workbook(FULL, FULL_ROW), lambda name, part: part.replace(b'<row r="2"', b'<row r="99999999999"'))
    assert "行号超出" in refused(read_roster_file(data, "a.xlsx"))


def test_entities_that_multiply_are_refused():
    declared = b'<!DOCTYPE l [<!ENTITY a "xx">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )
    data = repacked(
        workbook(FULL, FULL_ROW),
        lambda name, part: (
            part.replace(b"?>", b"?>" + declared + b"]>", 1).replace(b"<t>", b"<t>&j;", 1)
            if name == "xl/sharedStrings.xml"
            else part
        ),
    )
    assert "损坏" in refused(read_roster_file(data, "a.xlsx"))


def test_more_rows_than_the_limit_are_refused():
    line = "\n620111103201\t若连村"
    assert len(read_roster_text("代码\t村名" + line * MAX_ROWS).rows) == MAX_ROWS
    assert refused(read_roster_text("代码\t村名" + line * (MAX_ROWS + 1))) == "超过 20000 行"


def test_very_many_faults_are_counted_and_still_stop_the_import():
    read = read_roster_text("代码\t村名\t书记" + "\n620111103201\t若连村\t无" * MAX_FAULTS + "\n坏\t若连村\t张三")
    assert reasons(read)[-1] == (0, "", "另有 1 处问题未列出")
    assert not plan_roster(read.rows[:1], "620111103", {}, read.faults).importable


def test_a_lone_surrogate_in_a_pasted_text_is_a_fault():
    assert "不是文本" in refused(read_roster_text("代码\t村名\n620111103201\t\ud800"))
