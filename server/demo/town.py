"""The demo's read-only records: what the office wrote before anybody went out."""

from __future__ import annotations

from collections.abc import Iterable

from server.demo.data import DemoData, Row
from server.demo.ids import TIME_ZONE
from server.demo.names import TOWNSHIP, area_id, branch_id, cycle_id, person_id, subject_id, village_id
from server.domain.judging.verdicts import OnlineWrite

VALID_FROM = "2016-01-01"


def town_writes(data: DemoData) -> list[OnlineWrite]:
    """The township, its villages, branches and people."""
    keys = {village["short_name"]: village["key"] for village in data.villages}
    township = {"time_zone": TIME_ZONE, **{name: data.township[name] for name in ("name", "region_code", "county")}}
    return [
        OnlineWrite(TOWNSHIP, "township", township),
        *(write for village in data.villages for write in _village_writes(village)),
        *(_person_write(person, keys) for person in data.people),
    ]


def cycle_writes(cycle: Row, villages: Iterable[Row]) -> list[OnlineWrite]:
    """A cycle with its content areas and its roster: one subject a village, the branch's secretary."""
    year = int(cycle["year"])
    fields = {name: cycle[name] for name in ("year", "title", "basis_docs", "stated_count", "state") if name in cycle}
    phases = {f"phases.{name}": day for name, day in cycle["phases"].items()}
    areas = [
        OnlineWrite(area_id(year, area["code"]), "content_area", {"cycle_id": cycle_id(year), **area})
        for area in cycle["content_areas"]
    ]
    subjects = [_subject_write(year, village) for village in villages]
    return [OnlineWrite(cycle_id(year), "cycle", {**fields, **phases}), *areas, *subjects]


def _village_writes(village: Row) -> list[OnlineWrite]:
    where = {
        "region_code": village["code"],
        "name": village["name"],
        "short_name": village["short_name"],
        "category": "village",
        "ord": village["ord"],
        "valid_from": VALID_FROM,
    }
    key = village["key"]
    branch = {"village_id": village_id(key), "name": village["branch_name"], "members": village["branch_members"]}
    return [OnlineWrite(village_id(key), "village", where), OnlineWrite(branch_id(key), "branch", branch)]


def _person_write(person: Row, keys: Row) -> OnlineWrite:
    home = {"village_id": village_id(keys[person["village"]])} if "village" in person else {}
    return OnlineWrite(person_id(person["key"]), "person", {"name": person["name"], "post": person["post"], **home})


def _subject_write(year: int, village: Row) -> OnlineWrite:
    fields = {
        "cycle_id": cycle_id(year),
        "branch_id": branch_id(village["key"]),
        "village_id": village_id(village["key"]),
        "village_code": village["code"],
        "village_name": village["short_name"],
        "person_id": person_id(village["branch_secretary"]),
        "graded": True,
    }
    return OnlineWrite(subject_id(year, village["key"]), "subject", fields)
