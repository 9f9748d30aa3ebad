"""The demo as it stands in the database: every text as it was written, once, in its year and its scope."""

from __future__ import annotations

from collections import Counter

import pytest

from server.commands.demo_sign_in import demo_invite, demo_roles
from server.commands.doctor import doctor
from server.demo import load
from server.demo.data import read_data
from server.demo.expected import EXPECTED, compare
from server.demo.ids import demo_id, local_ms
from server.demo.load import DemoBroken, DemoLoaded, load_demo
from server.demo.names import TOWNSHIP, account_id, cycle_id, person_id, village_id
from server.schemas.kinds.registry import KINDS
from server.store.database import reading
from server.store.digests import load_town
from server.store.townships import load_tenant
from tests.demo.conftest import NOW_MS
from tests.demo.tables import everything, records

DATA = read_data()
FAMILY = ("visit", "record_check", "interview", "interviewee", "opinion")


def visit_id(visit):
    return demo_id(f"visit/{visit['key']}", local_ms(visit["start"]))


def tenant():
    with reading() as connection:
        return load_tenant(connection, TOWNSHIP)


def test_the_totals_are_those_of_the_handbook(demo: DemoLoaded):
    report = doctor(KINDS, tenant(), NOW_MS)
    assert [line for line in report.lines if line.ok is False] == []
    assert [line for line in compare(report.totals, report.writers) if not line.ok] == []
    assert report.totals[2017] == EXPECTED[2017]


def test_the_current_years_cycle_is_open_with_the_same_roster_and_no_visit(demo: DemoLoaded):
    found = doctor(KINDS, tenant(), NOW_MS).totals
    assert sorted(found) == [2016, 2017, 2026]
    assert (found[2026].visits, found[2026].visited, found[2026].villages) == (0, 0, 13)
    states = {record.fields["year"]: record.fields["state"] for record in records("cycle").values()}
    assert states == {2016: "closed", 2017: "reporting", 2026: "researching"}
    rosters = {}
    for subject in records("subject").values():
        rosters.setdefault(subject.fields["cycle_id"], set()).add(
            (subject.fields["village_id"], subject.fields["person_id"], subject.fields["graded"])
        )
    assert rosters[cycle_id(2017)] == rosters[cycle_id(2026)] == rosters[cycle_id(2016)]


def test_every_visit_stands_as_written_in_its_year_and_village(demo: DemoLoaded):
    found = records("visit")
    assert set(found) == {visit_id(visit) for _village, visit in DATA.visits}
    for village, visit in DATA.visits:
        fields = found[visit_id(visit)].fields
        notes = {name.partition(".")[2]: text for name, text in fields.items() if name.startswith("area_notes.")}
        assert notes == visit["area_notes"]
        for name in ("narrative", "branch_summary", "planned_for", "captured_offline"):
            assert fields.get(name) == visit[name], name
        assert fields.get("followup_progress") == visit.get("followup_progress")
        assert (fields["start_at"], fields["end_at"]) == (local_ms(visit["start"]), local_ms(visit["end"]))
        assert fields["visitor_id"] == person_id(visit["visitor"])
        assert set(fields["companions"]) == {person_id(key) for key in visit["companions"]}
        assert (fields["cycle_id"], fields["village_id"]) == (cycle_id(2017), village_id(village))
        assert found[visit_id(visit)].scope == f"field:{village_id(village)}"
        disputed = "conflict" in visit and not visit["conflict"]["settled"]
        assert fields["state"] == ("synced" if disputed else "locked")


def test_every_row_of_a_visit_stands_as_written_under_its_visit(demo: DemoLoaded):
    def rows_of(kind, visit, names):
        mine = [row.fields for row in found[kind].values() if row.fields.get("visit_id") == visit_id(visit)]
        return Counter(tuple(str(row.get(name, "")) for name in names) for row in mine)

    def written(rows, names):
        return Counter(tuple(str(row.get(name, "")) for name in names) for row in rows)

    found = {kind: records(kind) for kind in FAMILY}
    check = ("area", "doc_type", "title", "found", "note")
    interview = ("category", "alias", "area", "asked", "answer", "minutes", "consent")
    for _village, visit in DATA.visits:
        assert rows_of("record_check", visit, check) == written(visit["record_checks"], check)
        assert rows_of("interview", visit, interview) == written(visit["interviews"], interview)
    opinion = ("origin", "opinion_kind", "area", "about", "text")
    texts = [row for _village, visit in DATA.visits for row in visit["opinions"]]
    assert written([row.fields for row in found["opinion"].values()], opinion) == written(texts, opinion)
    assert {row.fields["state"] for row in found["interview"].values()} == {"completed"}
    assert {row.fields["state"] for row in found["opinion"].values()} == {"recorded"}


def test_periods_and_counters_of_a_check_stand_as_written(demo: DemoLoaded):
    by_title = {row.fields["title"]: row.fields for row in records("record_check").values()}
    checks = [check for _village, visit in DATA.visits for check in visit["record_checks"]]
    assert len(by_title) == len(checks)
    for check in checks:
        fields = by_title[check["title"]]
        assert {"from": fields["period.from"], "to": fields["period.to"]} == check["period"]
        counters = {name.partition(".")[2]: value for name, value in fields.items() if name.startswith("counters.")}
        assert counters == check.get("counters", {})


def test_an_opinion_hangs_on_the_interview_it_came_from(demo: DemoLoaded):
    interviews, visits = records("interview"), records("visit")
    for opinion in records("opinion").values():
        origin = opinion.fields["origin_id"]
        holder = interviews if opinion.fields["origin"] == "interview" else visits
        assert holder[origin].scope == opinion.scope == f"field:{opinion.fields['village_id']}"
        assert opinion.parent == origin


def test_who_was_heard_is_known_to_the_author_alone_and_nobody_who_refused_is_named(demo: DemoLoaded):
    interviews, people = records("interview"), records("interviewee")
    assert {row.fields["interview_id"] for row in people.values()} == {
        row.id for row in interviews.values() if row.fields["consent"] == "given"
    }
    for person in people.values():
        assert person.scope == f"own:{interviews[person.fields['interview_id']].created_by}"
    names = [row["interviewee"] for _village, visit in DATA.visits for row in visit["interviews"] if row["interviewee"]]
    kept = ({name: value for name, value in row.fields.items() if name in names[0]} for row in people.values())
    assert sorted(names, key=str) == sorted(kept, key=str)


def test_every_record_is_marked_as_demo_and_its_year_is_2017(demo: DemoLoaded):
    for kind in set(KINDS) - {"conflict"}:  # a conflict has the fields of the protocol and no others
        assert all(record.fields.get("is_demo") is True for record in records(kind).values()), kind
    for kind in FAMILY:
        assert {record.fields["cycle_id"] for record in records(kind).values()} == {cycle_id(2017)}, kind


def test_one_conflict_waits_and_one_was_settled_for_the_visitors_text(demo: DemoLoaded):
    visits = {visit_id(visit): visit for _village, visit in DATA.visits}
    found = {record.fields["record"]: record.fields for record in records("conflict").values()}
    by_key = {visits[record]["key"]: fields for record, fields in found.items()}
    assert {key: fields["status"] for key, fields in by_key.items()} == {"hanshui-1": "open", "daping-1": "settled"}
    for key, fields in by_key.items():
        written = next(visit for _village, visit in DATA.visits if visit["key"] == key)["conflict"]
        assert fields["field"] == written["field"]
        assert written["other_value"] in [side["value"] for side in fields["sides"]]
        assert account_id(written["other_person"]) in [side["account"] for side in fields["sides"]]
    assert by_key["daping-1"]["settled_by"] == account_id("secretary")


def test_times_are_those_of_the_story(demo: DemoLoaded):
    for _village, visit in DATA.visits:
        record = records("visit")[visit_id(visit)]
        assert local_ms(visit["start"]) < record.created_at_ms <= local_ms(visit["end"]) + 6 * 3_600_000
        assert record.created_by == account_id(visit["visitor"])


def test_nobody_waits_for_the_phones_of_the_demo(demo: DemoLoaded):
    with reading() as connection:
        town = load_town(connection, TOWNSHIP, NOW_MS)
    assert town.phones == ()
    assert set(town.secretaries) == {account_id("secretary")}


def test_a_second_load_changes_nothing_and_says_so(demo: DemoLoaded):
    before = everything()
    again = load_demo(KINDS, NOW_MS + 86_400_000)
    assert demo.new
    assert (again.new, again.changes, again.head) == (False, 0, demo.head)
    assert everything() == before


def test_a_load_that_was_cut_off_goes_on_where_it_stopped(empty: None, monkeypatch: pytest.MonkeyPatch):
    real, pushes = load.push_changes, []

    def cut(*given):
        pushes.append(given)
        if len(pushes) == 9:
            raise DemoBroken("the power went")
        return real(*given)

    monkeypatch.setattr(load, "push_changes", cut)
    with pytest.raises(DemoBroken):
        load_demo(KINDS, NOW_MS)
    assert 0 < len(records("visit")) < 19
    loaded = load_demo(KINDS, NOW_MS)
    report = doctor(KINDS, tenant(), NOW_MS)
    assert loaded.new
    assert all(line.ok is not False for line in [*report.lines, *compare(report.totals, report.writers)])
    before = everything()
    assert not load_demo(KINDS, NOW_MS).new
    assert everything() == before


def test_a_new_year_brings_its_open_cycle_and_leaves_the_others(empty: None):
    load_demo(KINDS, NOW_MS)
    before = {record.id: record.seq for record in records("cycle").values()}
    later = load_demo(KINDS, local_ms("2027-01-02T08:00"))
    after = {record.id: record.seq for record in records("cycle").values()}
    assert later.new
    assert after == before | {cycle_id(2027): after[cycle_id(2027)]}


def test_every_branch_has_the_extracts_of_its_visits_before_the_meeting(demo: DemoLoaded):
    extracts = records("visit_extract").values()
    locked = [row for row in records("visit").values() if row.fields["state"] == "locked"]
    told = [(row.fields["village_id"], row.fields.get("branch_summary"), row.fields["visitor_id"]) for row in extracts]
    names = ("village_id", "branch_summary", "visitor_id")
    assert Counter(told) == Counter(tuple(row.fields.get(name) for name in names) for row in locked)
    assert {row.scope for row in extracts} == {f"village:{row.fields['village_id']}" for row in extracts}
    assert len(locked) == 18 and len({row.fields["village_id"] for row in extracts}) == 13


def test_a_newcomer_may_be_the_secretary_of_the_first_branch(demo: DemoLoaded):
    _tenant, offered = demo_roles(NOW_MS)
    branch = next(one for one in offered if one.role == "branch_secretary")
    assert (branch.name, branch.village, branch.village_name) == ("张满仓", village_id("qingshigou"), "青石沟")
    assert demo_invite("branch_secretary", NOW_MS).village == branch.village
