"""A year's cycle: its seven content areas, its roster, and whether the plan's number of villages is the roster's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from server.domain.judging.verdicts import OnlineWrite
from server.domain.plan_text import ContentArea, CountDifference, StatedCount
from server.domain.records import Json, Record
from server.domain.roster_state import Roster
from server.domain.roster_writes import subject_write

AREA_TITLES: Mapping[str, str] = {
    "study": "学习贯彻",
    "duty": "责任落实",
    "org_life": "组织生活",
    "poverty": "抓党建促脱贫",
    "resident": "第一书记与工作队",
    "followup": "上年点评与督查整改",
    "effect": "成效问题措施",
}
"""DOMAIN.md 1.2; versioned per cycle, for the words of 2017 are not those of other years."""

FIRST_STATE = "researching"


def cycle_writes(township_name: str, year: int, roster: Roster, ids: Iterator[str]) -> list[OnlineWrite]:
    """A new cycle in which visits can be made: itself, seven areas, one subject for each village with a branch."""
    cycle_id = next(ids)
    title = f"{township_name}{year}年度党支部书记抓基层党建工作述职评议考核"
    cycle = OnlineWrite(cycle_id, "cycle", {"year": year, "title": title, "state": FIRST_STATE})
    areas = [
        OnlineWrite(next(ids), "content_area", {"cycle_id": cycle_id, "code": code, "ord": ord_, "title": area_title})
        for ord_, (code, area_title) in enumerate(AREA_TITLES.items(), start=1)
    ]
    return [cycle, *areas, *(_subjects(cycle_id, roster, ids))]


def _subjects(cycle_id: str, roster: Roster, ids: Iterator[str]) -> list[OnlineWrite]:
    villages = sorted(roster.villages.values(), key=lambda village: str(village.fields["region_code"]))
    pairs = [
        (village, roster.branches[village.id])
        for village in villages
        if village.fields.get("category") == "village" and village.id in roster.branches
    ]
    return [
        subject_write(cycle_id, branch, village, holder.id if holder else None, next(ids))
        for village, branch in pairs
        for holder in (roster.secretary_of(village.id),)
    ]


def plan_writes(
    cycle: Record,
    areas: Sequence[Record],
    stated: Sequence[StatedCount],
    differences: Sequence[CountDifference],
    found: Sequence[ContentArea],
    acknowledge: bool,
) -> list[OnlineWrite]:
    """The cycle keeps the number the plan states (the first that differs) and whether a person has acknowledged it.

    Shape:  found are the plan's areas; those whose code the cycle has give it their wording as guidance.
    Source: DOMAIN.md R3: another number than the roster's blocks publishing until acknowledged.
    """
    numbers = [difference.stated for difference in differences] or [
        one.number for one in stated if one.number is not None
    ]
    fields: dict[str, Json] = {
        "stated_count": numbers[0] if numbers else None,
        "stated_count_acknowledged": bool(differences) and acknowledge,
    }
    ids = {area.fields.get("code"): area.id for area in areas if area.fields.get("cycle_id") == cycle.id}
    guidance = [
        OnlineWrite(ids[area.code], "content_area", {"ord": area.number, "guidance": _wording(area)})
        for area in found
        if area.code in ids
    ]
    return [OnlineWrite(cycle.id, "cycle", fields), *guidance]


def _wording(area: ContentArea) -> str:
    text = area.title if area.title.endswith("。") or not area.title else f"{area.title}。"
    return text + area.detail
