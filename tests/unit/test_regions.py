"""Region codes and place names: what a code says, how it is read from a cell, how a name is shortened and found."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.regions import (
    Reason,
    doubts_about,
    fold_name,
    is_region_code,
    is_township_code,
    kind_of,
    name_matches,
    read_code,
    short_name,
    town_part,
    township_of,
    village_part,
)

DATA = Path(__file__).parents[1] / "data"
ROSTERS = ["villages-620111103.csv", "villages-620123.csv"]
codes = st.text("0123456789", min_size=12, max_size=12)


def register(file_name: str) -> list[tuple[str, str]]:
    with (DATA / file_name).open(encoding="utf-8-sig", newline="") as file:
        return [(row[0], row[1]) for row in csv.reader(file)][1:]


def test_the_parts_of_a_code():
    assert is_region_code("620111103201")
    assert not is_region_code("62011110320１")
    assert is_township_code("620111103")
    assert not is_township_code("620111103000")
    assert township_of("620111103201") == "620111103"
    assert (town_part("620111103201"), village_part("620111103201")) == (103, 201)


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        ("001", "community"),
        ("199", "community"),
        ("200", "village"),
        ("399", "village"),
        ("500", "village"),
        ("501", "village"),
    ],
)
def test_the_village_part_decides_the_kind_whatever_the_name_says(part, kind):
    assert kind_of("620111103" + part, "平安台社区") == kind
    assert kind_of("620111103" + part, "若连村民委员会") == kind


def test_outside_the_known_parts_the_name_decides():
    assert kind_of("620111103598", "平安台社区居委会") == "community"
    assert kind_of("620111103598", "农场") == "village"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("620111103500", "类似村级单位"),
        ("620111103501", "类似村级单位"),
        ("620111103450", "不是村委会或居委会"),
        ("620111001201", "街道"),
        ("620111400201", "类似乡级单位"),
        ("620111700201", "不在 001–599"),
    ],
)
def test_an_unusual_code_is_doubted_in_both_languages(code, said):
    (doubt,) = doubts_about(code)
    assert said in doubt.zh
    assert doubt.en


def test_a_name_that_contradicts_its_code_is_doubted():
    assert [doubt.zh for doubt in doubts_about("620111103201", "平安台社区")] == [
        "名称与代码类别不一致,按代码作为村导入"
    ]


@pytest.mark.parametrize("file_name", ROSTERS)
def test_the_real_registers_raise_no_doubt(file_name):
    assert {code: doubts_about(code, name) for code, name in register(file_name) if doubts_about(code, name)} == {}


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("若连村民委员会", "若连"),
        ("若连村委会", "若连"),
        ("若连村村民委员会", "若连"),
        ("若连村", "若连"),
        ("若连", "若连"),
        ("西村村委会", "西村"),
        ("西村", "西村"),
        ("移民新村委会", "移民新村"),
        ("移民新村村民委员会", "移民新村"),
        ("张家一村委会", "张家一村"),
        ("村委会", "村委会"),
    ],
)
def test_a_village_has_one_short_name_for_all_spellings(name, short):
    assert short_name(name, "village") == short
    assert short_name(short, "village") == short


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("平安台社区居民委员会", "平安台社区"),
        ("平安台社区居委会", "平安台社区"),
        ("兴隆路社区", "兴隆路社区"),
        ("东关居民委员会", "东关居委会"),
        ("居委会", "居委会"),
    ],
)
def test_a_community_keeps_the_word_that_tells_it_from_a_village(name, short):
    assert short_name(name, "community") == short
    assert short_name(short, "community") == short


@pytest.mark.parametrize("file_name", ROSTERS)
def test_short_names_are_unique_within_every_real_township(file_name):
    names = Counter((township_of(code), short_name(name, kind_of(code))) for code, name in register(file_name))
    assert max(names.values()) == 1


@pytest.mark.parametrize(
    "cell",
    [
        "620111103200",
        " 620111103200\t",
        "'620111103200",
        "’620111103200",
        '="620111103200"',
        "６２０１１１１０３２００",
        "620 111 103 200",
        "620111103200.0",
        "6.20111103200E+11",
        "62011110320012220",
        "\u202a620111103200\u202c",
    ],
)
def test_a_code_is_read_from_every_way_a_spreadsheet_writes_it(cell):
    assert read_code(cell) == "620111103200"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("", "缺少"),
        ("6.20111E+11", "科学计数法"),
        ("6.2011110320E+11", "科学计数法"),
        ("6.2011110320055E+11", "小数"),
        ("620111000000", "舍去"),
        ("62011110320", "这里是 11 位"),
        ("620111103", "这里是 9 位"),
        ("6.20111103200E+99", "这里是 100 位"),
        ("六二〇一", "不是 12 位数字"),
        ("٦٢٠١١١١٠٣٢٠٠", "不是 12 位数字"),
        ("620111103200.5", "不是 12 位数字"),
        ("#REF!", "不是 12 位数字"),
    ],
)
def test_a_cell_that_is_no_code_says_why(cell, said):
    reason = read_code(cell)
    assert isinstance(reason, Reason)
    assert said in reason.zh
    assert reason.en


@given(codes.filter(lambda code: not code.endswith("000000")))
def test_every_code_is_read_as_itself(code):
    assert read_code(code) == code
    assert kind_of(code) in ("village", "community")


@given(st.text())
def test_reading_a_code_never_raises_and_gives_twelve_digits_or_a_reason(text):
    found = read_code(text)
    assert isinstance(found, Reason) or is_region_code(found)


def test_names_are_found_across_width_case_and_spaces():
    assert fold_name(" 若连（Ａ）村 ") == "若连a村"
    assert name_matches("若连", "若连村民委员会")
    assert name_matches("若连村", "若连村委会")
    assert name_matches("若连村委会", "若连村民委员会")
    assert name_matches("张家寺", "张家寺社区居民委员会")
    assert not name_matches("张家寺社区", "张家寺村民委员会")
    assert not name_matches(" ", "若连村民委员会")
