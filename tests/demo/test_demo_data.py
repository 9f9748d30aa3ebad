"""The written demo township holds DOMAIN.md 14: totals, limits, enums."""

import json
import re
from collections import Counter
from datetime import date, datetime
from itertools import combinations

import pytest

from tests.demo.written import (
    BY_KEY,
    CYCLES,
    DATA,
    FILES,
    PEOPLE,
    SUBJECTS,
    VILLAGES,
    VISITS,
    read,
    rows,
)

AREAS = ["study", "duty", "org_life", "poverty", "resident", "followup", "effect"]
DOC_TYPES = {"minutes", "study_notes", "ledger", "duty_letter", "finance", "other"}
FOUND = {"complete", "partial", "missing", "doubtful"}
MEETING_TYPES = {"branch_committee", "member_assembly", "lecture", "party_day", "study"}
CATEGORIES = {"party_member", "masses", "cadre", "villager_rep", "other"}
CONSENT = {"given", "refused", "withdrawn"}
VISIT_KEYS = {
    "key",
    "visitor",
    "companions",
    "planned_for",
    "start",
    "end",
    "captured_offline",
    "area_notes",
    "narrative",
    "branch_summary",
    "record_checks",
    "interviews",
    "opinions",
}
OPTIONAL_VISIT_KEYS = {"followup_progress", "conflict", "duplicate_of"}
ROLES = {"committee_secretary", "deputy_secretary", "committee_member", "leader", "pbo", "branch_secretary"}


def moments(visit):
    return datetime.fromisoformat(visit["start"]), datetime.fromisoformat(visit["end"])


def overlaps(one, other):
    (start, end), (other_start, other_end) = moments(one), moments(other)
    return start < other_end and other_start < end


def ids(pairs):
    return [visit["key"] for _, visit in pairs]


each_visit = pytest.mark.parametrize(("village", "visit"), VISITS, ids=ids(VISITS))


def test_every_file_is_utf8_with_two_space_indent():
    for path in DATA.rglob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n", path.name


def test_thirteen_villages_in_order_with_codes_and_secretaries():
    assert [village["short_name"] for village in VILLAGES] == list(SUBJECTS)
    assert [village["code"] for village in VILLAGES] == [f"990101101{n}" for n in range(201, 214)]
    for ord_, village in enumerate(VILLAGES, start=1):
        short = village["short_name"]
        secretary = PEOPLE[village["branch_secretary"]]
        assert village["ord"] == ord_
        assert village["name"] == f"{short}村民委员会"
        assert village["branch_name"] == f"{short}村党支部"
        assert village["branch_members"] > 0
        assert (secretary["village"], secretary["post"]) == (short, f"{short}村党支部书记")


def test_people_have_distinct_keys_names_and_known_roles():
    people = read("people.json")["people"]
    assert len(PEOPLE) == len(people) == len({person["name"] for person in people})
    assert all(person["roles"] and set(person["roles"]) <= ROLES for person in people)
    assert [p["key"] for p in people if "committee_secretary" in p["roles"]] == ["secretary"]
    assert [p["key"] for p in people if "branch_secretary" in p["roles"]] == [f"bs{n:02d}" for n in range(1, 14)]


def test_names_hold_rare_characters_and_one_of_extension_B():
    names = "".join(person["name"] for person in PEOPLE.values())
    assert len(set(names) & set("喆垚犇甪")) >= 2
    assert any(0x20000 <= ord(character) <= 0x2A6DF for character in names)


def test_cycles_follow_the_timeline_and_hold_seven_areas():
    by_year = {cycle["year"]: cycle for cycle in CYCLES["cycles"]}
    phases = by_year[2017]["phases"]
    assert by_year.keys() == {2016, 2017}
    assert by_year[2016]["state"] == "closed"
    assert phases["issued_on"] == "2017-11-20"
    assert (phases["visits_from"], phases["visits_to"]) == ("2017-11-21", "2017-12-19")
    assert (phases["reports_due"], phases["reports_accepted_by"]) == ("2017-12-15", "2017-12-20")
    assert by_year[2017]["state"] == "reporting"
    meeting = by_year[2017]["meeting"]
    assert (meeting["starts_at"], meeting["sync_deadline"]) == ("2017-12-26T14:00", "2017-12-26T20:30")
    assert phases["meeting_on"] == meeting["starts_at"][:10]
    assert (phases["decided_on"], phases["feedback_on"]) == ("2017-12-28", "2017-12-29")
    assert (phases["talks_by"], phases["lists_approved_on"]) == ("2018-01-05", "2018-01-10")
    assert by_year[2017]["bulletins_on"] == ["2018-01-31", "2018-02-28", "2018-03-30"]
    for cycle in [*CYCLES["cycles"], CYCLES["current_template"]]:
        coded = [(area["ord"], area["code"]) for area in cycle["content_areas"]]
        assert coded == list(enumerate(AREAS, start=1))
        assert all(area["title"] and area["guidance"] for area in cycle["content_areas"])


def test_last_year_left_one_comment_problem_per_village():
    problems = next(cycle for cycle in CYCLES["cycles"] if cycle["year"] == 2016)["comment_problems"]
    assert [problem["village"] for problem in problems] == list(SUBJECTS)
    assert all(problem["area"] in AREAS and 0 < len(problem["text"]) <= 300 for problem in problems)


def test_current_template_is_open_and_typed_by_no_year():
    template = json.dumps(CYCLES["current_template"], ensure_ascii=False)
    assert CYCLES["current_template"]["state"] == "researching"
    assert not re.search(r"20\d\d", template)


def test_visits_and_interviews_per_village_match_the_subject_table():
    for file in FILES:
        categories = Counter(i["category"] == "party_member" for v in file["visits"] for i in v["interviews"])
        assert (len(file["visits"]), categories[True], categories[False]) == SUBJECTS[file["village"]]
        assert all(visit["interviews"] for visit in file["visits"])
    assert [file["village"] for file in FILES] == list(SUBJECTS)


def test_totals_are_19_visits_and_84_interviews():
    members = sum(row["category"] == "party_member" for _, _, row in rows("interviews"))
    assert (len(VISITS), members, len(rows("interviews")) - members) == (19, 38, 46)
    assert len(BY_KEY) == 19


def test_sixteen_visits_were_captured_offline():
    assert Counter(visit["captured_offline"] for _, visit in VISITS) == {True: 16, False: 3}


def test_secretary_visited_every_village_in_person():
    assert {village for village, visit in VISITS if visit["visitor"] == "secretary"} == set(SUBJECTS)


@each_visit
def test_visit_has_its_fields_within_their_limits(village, visit):
    start, end = moments(visit)
    assert VISIT_KEYS <= visit.keys() <= VISIT_KEYS | OPTIONAL_VISIT_KEYS
    assert date(2017, 11, 21) <= start.date() == end.date() <= date(2017, 12, 19)
    assert start < end
    assert visit["planned_for"] is None or abs(date.fromisoformat(visit["planned_for"]) - start.date()).days <= 1
    assert {visit["visitor"], *visit["companions"]} <= PEOPLE.keys()
    assert visit["visitor"] not in visit["companions"]
    assert set(visit["area_notes"]) <= set(AREAS)
    assert all(0 < len(text) <= 1000 for text in visit["area_notes"].values())
    assert 0 < len(visit["branch_summary"]) <= 1000
    assert visit.get("followup_progress", "partly") in {"sufficient", "partly", "insufficient"}
    assert sum(interview["minutes"] for interview in visit["interviews"]) <= (end - start).seconds // 60


@each_visit
def test_visit_is_filled_in_unless_it_is_the_second_phone(village, visit):
    if "duplicate_of" in visit:
        assert len(visit["narrative"]) < 150
        return
    assert 150 <= len(visit["narrative"]) <= 500
    assert 2 <= len(visit["area_notes"]) <= 5
    assert 2 <= len(visit["record_checks"]) <= 4
    assert 1 <= len(visit["opinions"]) <= 4


def test_most_visits_fall_on_weekdays():
    weekend = [visit["key"] for _, visit in VISITS if moments(visit)[0].weekday() >= 5]
    assert weekend == ["hanshui-3"]


def test_nobody_is_in_two_villages_at_once():
    for (village, one), (other_village, other) in combinations(VISITS, 2):
        shared = {one["visitor"], *one["companions"]} & {other["visitor"], *other["companions"]}
        assert not (village != other_village and shared and overlaps(one, other)), (one["key"], other["key"])


def test_record_checks_keep_enums_limits_and_month_keys():
    for _, visit, check in rows("record_checks"):
        period = check["period"]
        assert check["area"] in AREAS
        assert check["doc_type"] in DOC_TYPES
        assert check["found"] in FOUND
        assert 0 < len(check["title"]) <= 120
        assert 0 < len(check["note"]) <= 1000
        assert date.fromisoformat(period["from"]) <= date.fromisoformat(period["to"])
        for kind, months in check.get("counters", {}).items():
            assert kind in MEETING_TYPES
            assert all(re.fullmatch(r"2017-(0[1-9]|1[0-2])", month) for month in months)
            assert all(isinstance(count, int) and count >= 0 for count in months.values())
            assert max(months) <= visit["start"][:7]


def test_interviews_keep_enums_limits_and_consent():
    for _, _, interview in rows("interviews"):
        given = interview["consent"] == "given"
        assert interview["category"] in CATEGORIES
        assert interview["consent"] in CONSENT
        assert set(interview["area"]) <= set(AREAS)
        assert 0 < len(interview["alias"]) <= 20
        assert 0 < len(interview["asked"]) <= 1000
        assert len(interview["answer"]) <= 4000
        assert bool(interview["answer"]) == given
        assert isinstance(interview["minutes"], int) and interview["minutes"] > 0
        assert (interview["interviewee"] is not None) == given
    refused = [row for _, _, row in rows("interviews") if row["consent"] == "refused"]
    assert len(refused) == 2


def test_interviewees_have_invented_names_and_fitting_status():
    given = [row for _, _, row in rows("interviews") if row["interviewee"]]
    people = [row["interviewee"] | {"category": row["category"]} for row in given]
    names = [person["name"] for person in people]
    assert len(names) == len(set(names))
    assert not set(names) & {person["name"] for person in PEOPLE.values()}
    for person in people:
        assert person["sex"] in {"0", "1", "2", "9"}
        assert person["political_status"] in ({"01", "02"} if person["category"] == "party_member" else {"03", "13"})


def test_an_alias_names_one_person_of_a_village():
    for file in FILES:
        aliases = [interview["alias"] for visit in file["visits"] for interview in visit["interviews"]]
        assert len(aliases) == len(set(aliases)), file["village"]


def test_opinions_keep_enums_limits_and_their_origin():
    for _, visit, opinion in rows("opinions"):
        answered = {interview["alias"] for interview in visit["interviews"] if interview["answer"]}
        assert opinion["origin"] in {"visit", "interview"}
        assert opinion["opinion_kind"] in {"praise", "problem", "suggestion"}
        assert opinion["area"] in AREAS
        assert opinion["about"] in {"branch", "secretary", "resident"}
        assert 0 < len(opinion["text"]) <= 1000
        assert ("alias" in opinion) == (opinion["origin"] == "interview")
        assert opinion.get("alias") is None or opinion["alias"] in answered


def test_two_field_conflicts_one_open_one_settled():
    conflicted = {key: visit for key, (_, visit) in BY_KEY.items() if "conflict" in visit}
    settled = {key: visit["conflict"]["settled"] for key, visit in conflicted.items()}
    assert settled == {"hanshui-1": False, "daping-1": True}
    for visit in conflicted.values():
        field, _, area = visit["conflict"]["field"].partition(".")
        value = visit[field][area] if area else visit[field]
        assert 0 < len(visit["conflict"]["other_value"]) <= 1000
        assert value != visit["conflict"]["other_value"]
        assert visit["conflict"]["other_person"] in visit["companions"]


def test_one_duplicate_pair_of_one_village_visitor_and_time():
    pairs = [(visit, *BY_KEY[visit["duplicate_of"]], village) for village, visit in VISITS if "duplicate_of" in visit]
    assert len(pairs) == 1
    ((duplicate, other_village, original, village),) = pairs
    assert village == other_village
    assert duplicate["visitor"] == original["visitor"]
    assert overlaps(duplicate, original)
    assert "duplicate_of" not in original
