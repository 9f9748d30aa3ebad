"""The plan's text: glosses removed, script folded, stated numbers compared with the roster, content areas found."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.plan_text import (
    CountDifference,
    StatedCount,
    compare_counts,
    content_areas,
    stated_village_counts,
    strip_glosses,
)
from server.schemas.plan_file import MAX_PLAN_BYTES, read_plan_file, to_simplified

DATA = Path(__file__).parents[1] / "data"
PLAN = (DATA / "plan-2017.txt").read_bytes()


@pytest.fixture(scope="module")
def plan():
    return read_plan_file(PLAN, "plan-2017.txt")


def test_the_plan_is_read_without_faults_and_without_glosses(plan):
    assert plan.faults == ()
    assert plan.original == PLAN.decode()
    assert plan.text.startswith("XXX镇党委书记抓基层党建工作述职评议考核实施方案\n根据县委组织部《关于做好2017年度")
    assert re.findall(r"\([a-zà-ǜ]+\)", plan.text) == []


def test_brackets_that_are_no_glosses_stay(plan):
    assert "(会议时间另行通知,会议地点:镇政府大会议室)" in plan.text
    assert "实施办法(试行)" in plan.text
    assert "(7)党支部书记" in plan.text


def test_the_whole_plan_is_in_simplified_script(plan):
    assert to_simplified(plan.text) == plan.text
    assert not set("鎮黨關學調導據責習") & set(plan.text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_encoding_makes_no_difference(plan, encoding):
    again = read_plan_file(PLAN.decode().encode(encoding), "方案.TXT")
    assert (again.text, again.faults) == (plan.text, ())


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("鎮(zhèn)黨", "鎮黨"),
        ("法律(lǜ)", "法律"),
        ("鎮（zhèn）黨", "鎮黨"),
        ("莊(zhuāng)", "莊"),
        ("㐂(xǐ)", "㐂"),
        ("關(ɡuān)", "關"),
    ],
)
def test_a_gloss_is_pinyin_in_brackets_after_a_chinese_character(text, plain):
    assert strip_glosses(text) == plain
    assert strip_glosses(unicodedata.normalize("NFD", text)) == plain


@pytest.mark.parametrize(
    "text", ["全镇(xx)个村", "网络(wifi信号)", "(a)项", "镇(Zhen)", "第(1)条", "项目(zhuangzhuang)"]
)
def test_other_brackets_are_left_alone(text):
    assert strip_glosses(text) == text


def test_the_plan_states_xx_twice_and_thirteen_once(plan):
    counts = stated_village_counts(plan.text)
    assert [count.number for count in counts] == [None, None, 13]
    assert "xx个行政村" in counts[0].excerpt
    assert "XX个村党支部" in counts[1].excerpt
    assert counts[2].excerpt == "全镇13个村党支部书记"


def test_the_numbers_are_found_in_the_original_script_too(plan):
    assert [count.number for count in stated_village_counts(plan.original)] == [None, None, 13]


@pytest.mark.parametrize(
    ("phrase", "number"),
    [
        ("全鎮13個村黨支部", 13),
        ("xx个行政村", None),
        ("××个村党组织书记", None),
        ("○○个村", None),
        ("十三个村", 13),
        ("十个村", 10),
        ("二十三个行政村", 23),
        ("廿三个村党总支", 23),
        ("一百零二个行政村", 102),
        ("一○二个村", 102),
        ("两个村", 2),
        ("１３个村", 13),
        ("13 个村", 13),
        ("13名村党支部书记", 13),
        ("13个村民委员会", 13),
        ("2017年13个行政村", 13),
    ],
)
def test_a_number_of_villages_is_read_however_it_is_written(phrase, number):
    assert [count.number for count in stated_village_counts(phrase)] == [number]


@pytest.mark.parametrize(
    "phrase",
    [
        "其中3个村",
        "抽查5个村",
        "第3个村",
        "每2个村",
        "4个自然村",
        "2个村民小组",
        "13名村干部",
        "各个村",
        "三个等次",
        "村党支部",
    ],
)
def test_numbers_of_other_things_are_not_taken_for_the_roster(phrase):
    assert stated_village_counts(phrase) == []


def test_a_plan_that_says_twelve_differs_from_a_roster_of_thirteen(plan):
    counts = stated_village_counts(plan.text.replace("13个村党支部", "12个村党支部"))
    assert compare_counts(counts, 13) == [CountDifference(12, 13, "全镇12个村党支部书记")]


def test_xx_never_differs_and_the_same_number_does_not_either(plan):
    assert compare_counts(stated_village_counts(plan.text), 13) == []
    assert [difference.stated for difference in compare_counts(stated_village_counts(plan.text), 11)] == [13]


@given(st.lists(st.integers(0, 9999)), st.integers(0, 9999))
def test_every_other_number_is_a_difference(numbers, roster):
    differences = compare_counts([StatedCount(number, "") for number in numbers], roster)
    assert [difference.stated for difference in differences] == [number for number in numbers if number != roster]


def test_the_seven_content_areas_of_section_two(plan):
    areas = content_areas(plan.text)
    assert [area.number for area in areas] == [1, 2, 3, 4, 5, 6, 7]
    assert [area.code for area in areas] == ["study", "duty", "org_life", "poverty", "resident", "followup", "effect"]
    assert areas[1].title == "履行基层党建工作责任情况"
    assert areas[1].detail.startswith("党支部书记党建“第一责任人”职责履行情况")
    assert areas[6].detail == ""


@pytest.mark.parametrize(
    "text",
    [
        "",
        "没有分节",
        "二、主要内容\n没有编号\n三、步骤",
        "二、主要内容\n(1)学习贯彻。(3)责任。\n三、步骤",
        "三、主要内容\n(1)学习贯彻。",
    ],
)
def test_a_section_that_cannot_be_parsed_gives_no_areas(text):
    assert content_areas(text) == []


def test_an_area_with_unknown_words_has_no_code():
    (area,) = content_areas("二、述职内容\n(1)文化建设情况。办好农家书屋。\n三、步骤")
    assert (area.code, area.title, area.detail) == (None, "文化建设情况", "办好农家书屋。")


@pytest.mark.parametrize(
    ("data", "file_name", "said"),
    [
        (PLAN, "方案.docx", ".txt"),
        (b"", "a.txt", "空"),
        (b" \n", "a.txt", "空"),
        (b"\x00\x01\x02", "a.txt", "编码"),
        (b"\xef\xbb\xbf" + "鎮黨".encode()[:5], "a.txt", "编码"),
        (b"a" * (MAX_PLAN_BYTES + 1), "a.txt", "1 MiB"),
    ],
)
def test_a_file_that_is_no_plan_says_why(data, file_name, said):
    refused = read_plan_file(data, file_name)
    assert refused.text == ""
    assert [fault.level for fault in refused.faults] == ["error"]
    assert said in refused.faults[0].reason_zh


@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_a_text_or_a_fault(data):
    read = read_plan_file(data, "a.txt")
    assert bool(read.text) != bool(read.faults)


@given(st.text("二三、内容\n(1)2鎮zhèn。个村十xX") | st.text())
def test_any_text_can_be_looked_through(text):
    assert all(count.excerpt in text for count in stated_village_counts(text))
    assert [area.number for area in content_areas(text)] == list(range(1, len(content_areas(text)) + 1))
    assert len(strip_glosses(text)) <= len(text)
