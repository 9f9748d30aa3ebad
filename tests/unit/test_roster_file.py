"""The roster file: every way an office writes a table is read, every bad file says why, and no bytes raise."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.domain.roster import RosterRow, plan_roster
from server.schemas.roster_file import MAX_FILE_BYTES, MAX_INFLATED_BYTES, read_roster_file, read_roster_text
from server.schemas.roster_table import MAX_FAULTS, MAX_ROWS, RosterFile

DATA = Path(__file__).parents[1] / "data"
HEADING = ["统计用区划代码", "村(居)名称", "书记"]
RULIAN = RosterRow(2, "620111103201", "若连村民委员会", "620111103", "平安镇", "张三", "若连村党支部")
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


@pytest.mark.parametrize(("file_name", "count"), [("villages-620111103.csv", 13), ("villages-620123.csv", 281)])
def test_the_real_registers_are_read_whole(file_name, count):
    read = read_roster_file((DATA / file_name).read_bytes(), file_name)
    assert (len(read.rows), read.faults) == (count, ())
    assert read.rows[-1].line == count + 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_encoding_mark_and_line_end_gives_the_same_row(encoding, mark, line_end):
    text = line_end.join([mark.join(FULL), mark.join(f'"{cell}"' for cell in FULL_ROW)])
    assert read_roster_file(text.encode(encoding), "a.csv") == RosterFile((RULIAN,), ())


def test_a_pasted_table_is_read():
    assert read_roster_text("\t".join(FULL) + "\r\n" + "\t".join(FULL_ROW) + "\r\n") == RosterFile((RULIAN,), ())


def test_a_workbook_is_read():
    assert read_roster_file(workbook(FULL, FULL_ROW), "a.xlsx") == RosterFile((RULIAN,), ())


@pytest.mark.parametrize(
    "code", [620111103201, 620111103201.0, "'620111103201", " ６２０１１１１０３２０１ ", 62011110320122000]
)
def test_numbers_and_texts_in_a_workbook_are_the_same_code(code):
    read = read_roster_file(workbook(HEADING, [code, "若连村", ""]), "a.xlsx")
    assert [(row.code, row.name, row.secretary) for row in read.rows] == [("620111103201", "若连村", None)]


@pytest.mark.parametrize("code", [6.20111e11, 6.2e11, "6.20111E+11", 620111103201.5])
def test_a_number_that_lost_digits_is_an_error_at_its_row_and_column(code):
    read = read_roster_file(workbook(HEADING, [code, "若连村", ""]), "a.xlsx")
    assert read.rows == ()
    assert [(fault.row, fault.column, fault.level) for fault in read.faults] == [(2, "统计用区划代码", "error")]


def test_title_rows_above_the_heading_and_blank_rows_are_passed_over():
    data = workbook(["平安镇村级组织名册"], [], ["单位:党建办"], FULL, [], FULL_ROW, FULL)
    read = read_roster_file(data, "a.xlsx")
    assert (read.faults, [row.line for row in read.rows]) == ((), [6])


@pytest.mark.parametrize(
    "code", ["统计用区划代码", "区划代码", "代码", "Code", "统计用 区划代码:", "区划代码（12位）", "*代码"]
)
@pytest.mark.parametrize("name", ["村(居)名称", "村（居）名称", "村名", "名称", "NAME"])
def test_headings_have_synonyms(code, name):
    assert len(read_roster_text(f"{code}\t{name}\n620111103201\t若连村").rows) == 1


@pytest.mark.parametrize("title", ["书记", "村党支部书记", "支部书记", "党支部书记(姓名)", "branch_secretary"])
def test_the_secretary_has_synonyms_and_padding_is_removed(title):
    assert read_roster_text(f"代码\t村名\t{title}\n620111103201\t若连村\t张　三").rows[0].secretary == "张三"


def test_a_vacancy_is_no_person():
    read = read_roster_text("代码\t村名\t书记\n620111103201\t若连村\t空缺")
    assert read.rows[0].secretary is None
    assert [(fault.row, fault.level) for fault in read.faults] == [(2, "warning")]


def test_a_township_written_as_a_region_code_is_its_nine_digits():
    read = read_roster_text("代码\t村名\t所属乡镇代码\n620111103201\t若连村\t620111103000")
    assert read.rows[0].town_code == "620111103"


def test_an_unknown_column_is_a_warning_and_a_number_column_is_not():
    read = read_roster_text("序号\t代码\t村名\t人口\n1\t620111103201\t若连村\t900")
    assert (len(read.rows), reasons(read)) == (1, [(1, "人口", "不认识的列,不导入")])


def test_the_first_sheet_with_a_heading_is_read_and_a_second_one_named():
    data = workbook(["说明"], more_sheets={"甲镇": [FULL, FULL_ROW], "乙镇": [FULL, FULL_ROW]})
    read = read_roster_file(data, "a.xlsx")
    assert read.rows == (RULIAN,)
    assert reasons(read) == [(0, "", "只读取了第一个名册工作表,未读取:乙镇")]


def test_a_wrong_dimension_in_the_sheet_hides_no_rows():
    data = repacked(workbook(FULL, FULL_ROW), lambda name, part: part.replace(b'ref="A1:F2"', b'ref="A1"'))
    assert read_roster_file(data, "a.xlsx").rows == (RULIAN,)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("村名\t书记\n若连村\t张三", (1, "统计用区划代码", "缺少“统计用区划代码”列")),
        ("代码\t书记\n620111103201\t张三", (1, "村(居)名称", "缺少“村(居)名称”列")),
        ("代码\t村名\t名称\n620111103201\t若连\t若连", (1, "名称", "同一内容有两列,请删去一列")),
        ("代码\t村名", (0, "", "标题行下面没有数据")),
        ("代码\t村名\n代码\t村名", (0, "", "标题行下面没有数据")),
        ("代码\t村名\n62011110320\t若连村", (2, "代码", "区划代码应为 12 位,这里是 11 位")),
        ("代码\t村名\n\t若连村", (2, "代码", "缺少区划代码")),
        ("代码\t村名\n620111103201\t", (2, "村名", "缺少村(居)名称")),
        ("代码\t村名\n620111103201\t#N/A", (2, "村名", "表格公式出错:#N/A")),
        ("代码\t村名\n620111103201\t" + "村" * 101, (2, "村名", "超过 100 个字")),
        (
            '代码,村名\n620111103201,若连村\n620111103202,"上滩村\n620111103203,中和村',
            (4, "", "第 4 行附近引号不成对或内容过长"),
        ),
        ("620111103201\t若连村\n620111103202\t上滩村", (1, "", "前 10 行没有标题行(区划代码、村名)")),
        ("今天天气很好。", (1, "", "前 10 行没有标题行(区划代码、村名)")),
    ],
)
def test_a_bad_table_names_row_column_and_reason(text, found):
    read = read_roster_text(text)
    assert reasons(read) == [found]
    assert read.faults[0].level == "error"


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


SAMPLES = [workbook(FULL, FULL_ROW), (DATA / "villages-620111103.csv").read_bytes()]


@st.composite
def damaged_files(draw):
    """A good file with a few bytes changed and perhaps its end cut off."""
    data = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(0, 5))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))])


@st.composite
def damaged_workbooks(draw):
    """A whole archive whose XML has a few bytes changed."""
    part_name = draw(st.sampled_from(["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"]))
    edits = draw(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=3))

    def edit(name: str, part: bytes) -> bytes:
        changed = bytearray(part)
        for at, value in edits if name == part_name else []:
            changed[at % len(changed)] = value
        return bytes(changed)

    return repacked(SAMPLES[0], edit)


heading_like = st.text("代码村名,;\t\"\n\r620111103eE+.' 书记", max_size=200).map(str.encode)


@settings(deadline=None)
@given(
    st.binary() | heading_like | damaged_files() | damaged_workbooks(), st.sampled_from(["a.csv", "a.xlsx", "", ".."])
)
@example(b"PK\x03\x04", "a.xlsx")
def test_any_bytes_are_rows_or_faults_and_never_raise(data, file_name):
    read = read_roster_file(data, file_name)
    assert read.rows or read.faults
    assert all(fault.reason_zh and fault.reason_en and fault.row >= 0 for fault in read.faults)


@given(st.text())
def test_any_pasted_text_is_rows_or_faults(text):
    read = read_roster_text(text)
    assert read.rows or read.faults


words = st.text("若连上滩张家寺", min_size=1, max_size=6)


@given(st.lists(st.tuples(st.integers(620111103001, 620111103399).map(str), words, words), min_size=1))
def test_what_is_written_as_csv_or_workbook_is_read_the_same(rows):
    pasted = read_roster_text("\n".join("\t".join(cells) for cells in [HEADING, *map(list, rows)]))
    assert [(row.code, row.name, row.secretary) for row in pasted.rows] == rows
    if len(rows) < 3:
        assert read_roster_file(workbook(HEADING, *map(list, rows)), "a.xlsx") == pasted
