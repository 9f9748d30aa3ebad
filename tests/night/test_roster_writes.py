"""What a roster import writes: by code, never twice, communities without a subject."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from server.domain.cycles import AREA_TITLES, cycle_writes, plan_writes
from server.domain.judging.verdicts import OnlineWrite
from server.domain.plan_text import compare_counts, content_areas, stated_village_counts
from server.domain.records import Record
from server.domain.roster import RosterPlan, RosterRow, plan_roster
from server.domain.roster_state import roster_of
from server.domain.roster_writes import roster_writes
from server.schemas.plan_file import read_plan_file
from server.schemas.roster_file import read_roster_file

DATA = Path(__file__).parents[1] / "data"
CODE = "620111103"
TODAY = "2026-11-24"


class Town:
    """A township in memory: what the store does with writes, without the store."""

    def __init__(self, cycle: str | None = "cycle") -> None:
        self.records: dict[str, Record] = {}
        self.cycle = cycle
        self.numbers = count(1)

    def write(self, writes: Iterable[OnlineWrite]) -> list[str]:
        """The ids of the records that changed."""
        changed = []
        for one in writes:
            old = self.records.get(one.record) or Record(one.record, one.kind, "town:t", 0)
            new = replace(old, fields={**old.fields, **one.fields})
            self.records[one.record] = new
            if new.fields != old.fields:
                changed.append(one.record)
        return changed

    def plan(self, rows: Iterable[RosterRow]) -> RosterPlan:
        return plan_roster(list(rows), CODE, roster_of(self.records.values(), self.cycle).existing())

    def take(self, rows: Iterable[RosterRow]) -> list[str]:
        rows = list(rows)
        roster = roster_of(self.records.values(), self.cycle)
        ids = (f"id-{number}" for number in self.numbers)
        return self.write(roster_writes(self.plan(rows), roster, self.cycle, ids, TODAY))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [dict(record.fields) for record in self.records.values() if record.kind == kind]


def row(code: str = "620111103201", name: str = "若连村民委员会", **over: Any) -> RosterRow:
    return RosterRow(2, code, name, CODE, "平安镇", **over)


def pingan() -> list[RosterRow]:
    name = "villages-620111103.csv"
    return list(read_roster_file((DATA / name).read_bytes(), name).rows)


def test_the_real_file_gives_eleven_subjects_and_two_communities_without() -> None:
    town = Town()
    town.take(pingan())
    assert len(town.of("village")) == 13
    assert [place["category"] for place in town.of("village")].count("community") == 2
    assert len(town.of("branch")) == len(town.of("subject")) == 11
    assert {subject["village_code"] for subject in town.of("subject")} == {
        place["region_code"] for place in town.of("village") if place["category"] == "village"
    }
    assert {place["valid_from"] for place in town.of("village")} == {TODAY}


def test_a_second_import_of_the_same_file_changes_nothing() -> None:
    town = Town()
    town.take(pingan())
    plan = town.plan(pingan())
    assert (len(plan.creates), len(plan.updates), len(plan.unchanged)) == (0, 0, 13)
    assert town.take(pingan()) == []


def test_without_an_open_cycle_there_are_no_subjects_and_a_later_import_adds_them() -> None:
    town = Town(cycle=None)
    town.take([row(secretary="张三")])
    assert town.of("subject") == []
    town.cycle = "cycle"
    assert len(town.take([row()])) == 1
    (subject,) = town.of("subject")
    assert town.records[subject["person_id"]].fields["name"] == "张三"


def test_a_renamed_village_is_renamed_in_its_subject_too_and_keeps_its_id() -> None:
    town = Town()
    town.take([row()])
    town.take([row(name="若莲村民委员会")])
    ((village,), (subject,)) = town.of("village"), town.of("subject")
    assert (village["name"], village["short_name"], subject["village_name"]) == ("若莲村民委员会", "若莲", "若莲")


def test_a_new_secretary_takes_the_post_and_his_predecessor_is_not_made_twice() -> None:
    town = Town()
    town.take([row(secretary="张三")])
    town.take([row(secretary="李四")])
    assert [(person["name"], person["post"]) for person in town.of("person")] == [
        ("张三", None),
        ("李四", "若连村党支部书记"),
    ]
    town.take([row(secretary="张三")])
    assert {person["name"]: person["post"] for person in town.of("person")} == {
        "张三": "若连村党支部书记",
        "李四": None,
    }
    (subject,) = town.of("subject")
    assert town.records[subject["person_id"]].fields["name"] == "张三"


def test_a_file_without_secretaries_leaves_the_known_ones_in_office() -> None:
    town = Town()
    town.take([row(secretary="张三", branch="若连联合党支部")])
    assert town.take([row()]) == []
    (branch,) = town.of("branch")
    assert branch["name"] == "若连联合党支部"


def test_a_subject_without_a_person_is_graded_once_somebody_holds_the_post() -> None:
    town = Town()
    town.take([row()])
    assert town.of("subject")[0]["graded"] is False
    town.take([row(secretary="张三")])
    assert town.of("subject")[0]["graded"] is True


def test_the_office_may_say_that_a_subject_is_not_graded_and_an_import_leaves_it_so() -> None:
    town = Town()
    town.take([row(secretary="张三")])
    subject = next(record for record in town.records.values() if record.kind == "subject")
    town.write([OnlineWrite(subject.id, "subject", {"graded": False, "excluded_reason": "任职不足六个月"})])
    assert town.take([row(secretary="张三")]) == []


def test_a_community_with_a_stated_secretary_is_unchanged_the_second_time() -> None:
    town = Town()
    community = row("620111103001", "平安台社区居民委员会", secretary="王五")
    town.take([community])
    assert town.of("subject") == []
    assert town.of("person")[0]["post"] == "平安台社区党支部书记"
    assert (town.take([community]), len(town.plan([community]).unchanged)) == ([], 1)


def test_a_first_secretary_of_the_same_name_keeps_his_post() -> None:
    town = Town()
    town.take([row()])
    village = next(record for record in town.records.values() if record.kind == "village")
    town.write([OnlineWrite("first", "person", {"name": "张三", "post": "第一书记", "village_id": village.id})])
    town.take([row(secretary="张三")])
    assert sorted(person["post"] for person in town.of("person")) == ["第一书记", "若连村党支部书记"]


def test_codes_that_vanish_are_reported_and_stay() -> None:
    town = Town()
    town.take(pingan())
    fewer = pingan()[:-1]
    assert town.plan(fewer).absent == ("620111103210",)
    assert town.take(fewer) == []
    assert len(town.of("village")) == 13


def test_a_new_cycle_has_seven_areas_and_a_subject_for_every_village_with_a_branch() -> None:
    town = Town(cycle=None)
    town.take(pingan())
    writes = cycle_writes("平安镇", 2026, roster_of(town.records.values(), None), (f"n-{n}" for n in range(99)))
    town.write(writes)
    (cycle,) = town.of("cycle")
    assert (cycle["year"], cycle["state"]) == (2026, "researching")
    assert [(area["ord"], area["code"]) for area in town.of("content_area")] == list(enumerate(AREA_TITLES, start=1))
    assert len(town.of("subject")) == 11


def test_the_plans_number_is_kept_beside_the_roster_and_says_whether_it_was_acknowledged() -> None:
    text = read_plan_file((DATA / "plan-2017.txt").read_bytes(), "plan.txt").text
    stated, areas = stated_village_counts(text), content_areas(text)
    cycle = Record("cycle", "cycle", "town:t", 1, {})
    rows = [
        Record(f"a-{code}", "content_area", "town:t", 1, {"cycle_id": "cycle", "code": code}) for code in AREA_TITLES
    ]

    def first(roster: int, acknowledge: bool) -> dict[str, Any]:
        differences = compare_counts(stated, roster)
        return dict(plan_writes(cycle, rows, stated, differences, areas, acknowledge)[0].fields)

    assert first(13, True) == {"stated_count": 13, "stated_count_acknowledged": False}
    assert first(11, False) == {"stated_count": 13, "stated_count_acknowledged": False}
    assert first(11, True) == {"stated_count": 13, "stated_count_acknowledged": True}
    guidance = plan_writes(cycle, rows, stated, [], areas, False)[1:]
    assert len(guidance) == 7
    assert str(guidance[0].fields["guidance"]).startswith("学习贯彻十九大精神")
