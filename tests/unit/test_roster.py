"""The roster import plan: creates, updates, unchanged rows, other townships, and the faults that stop everything."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.roster import ExistingVillage, Fault, RosterPlan, RosterRow, plan_roster
from server.schemas.roster_file import read_roster_file

DATA = Path(__file__).parents[1] / "data"
TOWN = "620111103"


def row(line: int, part: str, name: str, town: str = TOWN, **stated: str | None) -> RosterRow:
    return RosterRow(line, town + part, name, town, "平安镇", **stated)


def after(plan: RosterPlan, existing: dict[str, ExistingVillage]) -> dict[str, ExistingVillage]:
    """What the township has once the plan has been carried out."""
    villages = dict(existing)
    for new in plan.creates:
        villages[new.code] = ExistingVillage(f"id-{new.code}", new.name, new.secretary, new.branch)
    for update in plan.updates:
        villages[update.row.code] = replace(villages[update.row.code], **update.changes)
    return villages


def reasons(plan: RosterPlan, level: str) -> list[tuple[int, str]]:
    return [(fault.row, fault.reason_zh) for fault in plan.faults if fault.level == level]


@pytest.fixture(scope="module")
def county():
    return read_roster_file((DATA / "villages-620123.csv").read_bytes(), "villages-620123.csv")


def test_a_real_township_is_created_whole():
    read = read_roster_file((DATA / "villages-620111103.csv").read_bytes(), "villages-620111103.csv")
    plan = plan_roster(read.rows, TOWN, {}, read.faults)
    assert plan.importable
    assert plan.faults == ()
    assert [new.kind for new in plan.creates].count("village") == 11
    assert [new.short_name for new in plan.creates if new.kind == "community"] == ["平安台社区", "张家寺社区"]
    assert "张家寺" in [new.short_name for new in plan.creates if new.kind == "village"]
    assert [(town.code, town.name, town.villages, town.communities) for town in plan.towns] == [(TOWN, "平安镇", 11, 2)]


def test_only_the_own_township_is_imported_and_the_others_are_reported(county):
    plan = plan_roster(county.rows, "620123104", {})
    assert (len(plan.creates), len(plan.others), len(plan.towns)) == (23, 19, 20)
    assert {new.town_code for new in plan.creates} == {"620123104"}
    assert sum(len(rows) for rows in plan.others.values()) + len(plan.creates) == len(county.rows) == 281


def test_a_county_file_creates_each_row_once_when_asked_once_per_township(county):
    towns = plan_roster(county.rows, "620123100", {}).towns
    created = [new.code for town in towns for new in plan_roster(county.rows, town.code, {}).creates]
    assert sorted(created) == sorted(read.code for read in county.rows)


def test_importing_the_same_file_again_changes_nothing(county):
    existing = after(plan_roster(county.rows, "620123104", {}), {})
    again = plan_roster(county.rows, "620123104", existing)
    assert (again.creates, again.updates, again.absent) == ((), (), ())
    assert len(again.unchanged) == 23


def test_changes_of_name_secretary_and_branch_are_updates_by_code():
    existing = {TOWN + "201": ExistingVillage("v1", "若连村民委员会", "张三", "若连村党支部")}
    plan = plan_roster([row(2, "201", "若连村委会", secretary="李四", branch="若连村党支部")], TOWN, existing)
    (update,) = plan.updates
    assert (update.village_id, update.changes) == ("v1", {"name": "若连村委会", "secretary": "李四"})
    assert (plan.creates, plan.unchanged) == ((), ())


def test_a_file_that_states_no_secretary_leaves_the_known_one():
    existing = {TOWN + "201": ExistingVillage("v1", "若连村民委员会", "张三", "若连村党支部")}
    plan = plan_roster([row(2, "201", "若连村民委员会")], TOWN, existing)
    assert (plan.updates, [kept.line for kept in plan.unchanged]) == ((), [2])


def test_a_code_twice_in_the_file_stops_the_import():
    plan = plan_roster([row(2, "201", "若连村委会"), row(3, "201", "上滩村委会")], TOWN, {})
    assert not plan.importable
    assert reasons(plan, "error") == [(3, "区划代码 620111103201 与第 2 行重复")]
    assert [new.line for new in plan.creates] == [2]


def test_an_equal_row_twice_is_a_duplicate_too():
    twice = row(2, "201", "若连村委会")
    assert not plan_roster([twice, twice], TOWN, {}).importable


def test_a_duplicate_in_another_township_stops_the_import_too():
    elsewhere = row(3, "201", "上滩村委会", town="620111104")
    assert not plan_roster([row(2, "201", "若连村委会"), elsewhere, replace(elsewhere, line=4)], TOWN, {}).importable


def test_a_village_and_a_community_may_share_a_name():
    plan = plan_roster([row(2, "002", "张家寺社区居民委员会"), row(3, "204", "张家寺村民委员会")], TOWN, {})
    assert (plan.importable, plan.faults) == (True, ())


def test_two_villages_of_one_name_are_a_warning():
    plan = plan_roster([row(2, "204", "张家寺村民委员会"), row(3, "205", "张家寺村委会")], TOWN, {})
    assert plan.importable
    assert reasons(plan, "warning") == [(3, "与第 2 行同名,代码不同")]


def test_a_known_name_under_a_new_code_is_a_warning_before_it_is_doubled():
    existing = {TOWN + "201": ExistingVillage("v1", "若连村民委员会", None, None)}
    plan = plan_roster([row(2, "231", "若连村委会")], TOWN, existing)
    assert plan.absent == (TOWN + "201",)
    assert reasons(plan, "warning") == [(2, f"本镇已有同名村,旧代码 {TOWN}201;可能是代码重编,导入会新增一个村")]


def test_a_township_code_that_contradicts_the_code_stops_the_import():
    plan = plan_roster([replace(row(2, "201", "若连村委会"), town_code="620111104")], TOWN, {})
    assert reasons(plan, "error") == [(2, "所属乡镇代码 620111104 与区划代码前九位 620111103 不一致")]


def test_a_file_of_other_townships_only_is_an_error_that_names_them():
    plan = plan_roster([row(2, "201", "上滩村委会", town="620111104")], TOWN, {})
    assert reasons(plan, "error") == [(0, "文件里没有本镇(620111103)的村;文件里的乡镇代码:620111104")]


@pytest.mark.parametrize("code", ["", "62011110", "620111103000", "６２０１１１１０３"])
def test_a_township_code_that_is_not_nine_digits_is_an_error(code):
    assert not plan_roster([row(2, "201", "若连村委会")], code, {}).importable


def test_the_line_of_the_township_itself_is_skipped():
    plan = plan_roster([row(2, "000", "平安镇"), row(3, "201", "若连村委会")], TOWN, {})
    assert plan.importable
    assert [new.line for new in plan.creates] == [3]
    assert reasons(plan, "warning") == [(2, "这一行是乡镇本身而不是村,不导入")]


def test_a_village_whose_code_lost_its_last_digits_is_an_error():
    plan = plan_roster([row(2, "000", "若连村委会"), row(3, "201", "上滩村委会")], TOWN, {})
    assert reasons(plan, "error") == [(2, "村的代码末三位不能是 000")]


def test_lost_digits_behind_bare_names_show_as_duplicates():
    assert not plan_roster([row(2, "000", "若连"), row(3, "000", "上滩"), row(4, "203", "中和")], TOWN, {}).importable


def test_a_quasi_village_is_imported_with_a_warning():
    plan = plan_roster([row(2, "500", "平安农场")], TOWN, {})
    assert (plan.importable, [new.kind for new in plan.creates]) == (True, ["village"])
    assert len(reasons(plan, "warning")) == 1


def test_a_fault_of_the_reader_stops_the_import():
    plan = plan_roster([row(2, "201", "若连村委会")], TOWN, {}, [Fault(3, "村名", "缺少", "missing")])
    assert not plan.importable
    assert [fault.row for fault in plan.faults] == [3]


names = st.sampled_from(["若连村委会", "上滩村民委员会", "张家寺", "平安台社区", "移民新村"])
people = st.none() | st.sampled_from(["张三", "李四"])
parts = st.sampled_from(["001", "002", "200", "201", "202", "500", "450", "000"])
rosters = st.lists(
    st.builds(
        lambda part, name, town, secretary, branch: row(0, part, name, town, secretary=secretary, branch=branch),
        parts,
        names,
        st.sampled_from([TOWN, "620111104"]),
        people,
        people,
    )
).map(lambda rows: [replace(read, line=line) for line, read in enumerate(rows, start=2)])


@given(rosters, rosters)
def test_what_was_imported_changes_nothing_when_it_comes_again(earlier, rows):
    existing = after(plan_roster(earlier, TOWN, {}), {})
    villages = after(plan_roster(rows, TOWN, existing), existing)
    again = plan_roster(rows, TOWN, villages)
    assert (again.creates, again.updates) == ((), ())
    assert after(again, villages) == villages


@given(rosters)
def test_every_row_of_an_importable_file_is_in_exactly_one_place(rows):
    plan = plan_roster(rows, TOWN, {})
    placed = [new.line for new in plan.creates] + [other.line for others in plan.others.values() for other in others]
    skipped = [fault.row for fault in plan.faults if fault.column and "乡镇本身" in fault.reason_zh]
    assert not plan.importable or sorted(placed + skipped) == [read.line for read in rows]


@given(st.lists(st.builds(RosterRow, st.integers(), st.text(), st.text(), st.text(), st.text())), st.text())
def test_rows_of_any_text_give_a_plan(rows, code):
    assert plan_roster(rows, code, {}).creates == ()
