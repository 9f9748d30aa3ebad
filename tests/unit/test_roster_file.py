"""The roster file: every way an office writes a table is read, every bad file says why, and no bytes raise."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from server.domain.roster import RosterRow
from server.schemas.roster_file import read_roster_file, read_roster_text
from server.schemas.roster_table import RosterFile
from tests.unit.roster_files import FULL, FULL_ROW, reasons, repacked, workbook

DATA = Path(__file__).parents[1] / "data"
HEADING = ["统计用区划代码", "村(居)名称", "书记"]
RULIAN = RosterRow(2, "620111103201", "若连村民委员会", "620111103", "平安镇", "张三", "若连村党支部")


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
