"""The edits that write one visit and its rows on a phone, text by text as they stand in the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.demo.data import Row
from server.demo.ids import demo_id
from server.demo.names import person_id, village_id


@dataclass(frozen=True, slots=True)
class Edit:
    """One change before it has a number.

    Shape:  `seen`: the form was opened on the record as its create had reached the server, otherwise the phone never
            saw it there (base 0). A `settle` names the record whose conflict it settles.
    """

    record: str
    kind: str
    action: str
    fields: Mapping[str, Any]
    at_ms: int
    seen: bool = False
    command: str | None = None


def visit_create(village: str, visit: Row, at_ms: int) -> Edit:
    """The visit as it is begun."""
    planned = {} if visit["planned_for"] is None else {"planned_for": visit["planned_for"]}
    fields = {
        "village_id": village_id(village),
        "visitor_id": person_id(visit["visitor"]),
        "companions": [person_id(key) for key in visit["companions"]],
        **planned,
        "start_at": at_ms,
        "captured_offline": visit["captured_offline"],
        "state": "in_progress",
    }
    return Edit(demo_id(f"visit/{visit['key']}", at_ms), "visit", "create", fields, at_ms)


def texts_edit(visit: Row, visit_id: str, at_ms: int) -> Edit:
    """What the visitor writes down before he leaves."""
    notes = {f"area_notes.{area}": text for area, text in visit["area_notes"].items()}
    texts = {name: visit[name] for name in ("narrative", "branch_summary", "followup_progress") if name in visit}
    return Edit(visit_id, "visit", "patch", notes | texts, at_ms, seen="conflict" in visit)


def check_edits(visit: str, visit_id: str, check: Row, order: int, at_ms: int) -> list[Edit]:
    """A look into the branch's papers."""
    fields = {name: check[name] for name in ("area", "doc_type", "title", "found", "note")}
    period = {f"period.{end}": day for end, day in check["period"].items()}
    counters = {f"counters.{meeting}": months for meeting, months in check.get("counters", {}).items()}
    record = demo_id(f"record_check/{visit}/{order}", at_ms)
    return [Edit(record, "record_check", "create", {"visit_id": visit_id, **fields, **period, **counters}, at_ms)]


def interview_edits(visit: str, visit_id: str, interview: Row, order: int, at_ms: int) -> list[Edit]:
    """A conversation; who it was stays with the author, and nobody is named who refused."""
    names = ("category", "alias", "area", "asked", "answer", "minutes", "consent")
    record = demo_id(f"interview/{visit}/{order}", at_ms)
    fields = {"visit_id": visit_id, **{name: interview[name] for name in names}}
    edits = [Edit(record, "interview", "create", fields, at_ms)]
    if interview["interviewee"] is not None:
        who = demo_id(f"interviewee/{visit}/{order}", at_ms)
        edits.append(Edit(who, "interviewee", "create", {"interview_id": record, **interview["interviewee"]}, at_ms))
    return [*edits, Edit(record, "interview", "command", {}, at_ms, command="complete")]


def opinion_edits(visit: str, village: str, origin: str, opinion: Row, order: int, at_ms: int) -> list[Edit]:
    """An opinion and its record command, after which the office reads it too."""
    names = ("origin", "opinion_kind", "area", "about", "text")
    record = demo_id(f"opinion/{visit}/{order}", at_ms)
    fields = {"origin_id": origin, "village_id": village_id(village), **{name: opinion[name] for name in names}}
    return [
        Edit(record, "opinion", "create", fields, at_ms),
        Edit(record, "opinion", "command", {}, at_ms, command="record"),
    ]
