"""What one cell of writes.md is asked on: a record in a visit, made so that only the right to change it is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from server.domain.records import Json, Record
from tests.matrix.cast import Place, Somebody
from tests.phone import NOW_MS, new_id

OTHER_ACCOUNT, OTHER_PERSON = "0193e0a0-0000-7000-8000-0000000000aa", "0193e0a0-0000-7000-8000-0000000000bb"
OTHER_REPLICA = "0193e0a0-0000-7000-8000-0000000000cc"


class Asked(Protocol):
    """What of a cell the stage has to know."""

    kind: str
    action: str
    detail: str


@dataclass(frozen=True, slots=True)
class Scene:
    """The records to be there and the one the change is for.

    Shape:  `visit` the id of the visit, `parent` of what a child hangs on; `target_kind` is conflict for a settle.
    """

    village: str
    records: tuple[Record, ...]
    target: str
    target_kind: str
    visit: str
    parent: str
    record: Record | None


def scene(place: Place, somebody: Somebody, kind: str, action: str, relation: str, village: str) -> Scene:
    """The visit, what the kind hangs on, the record itself (but for a create), and its conflict for a settle."""
    mine = relation == "author"
    visit = _visit(place, somebody, relation, village, _state(kind, action), kind == "visit" and mine)
    made, parent = [visit], visit
    if kind in ("interviewee",) or (kind == "interview" and action != "create"):
        interview = _child(visit, "interview", somebody if mine else None, _interview(action))
        made.append(interview)
        parent = interview if kind == "interviewee" else visit
    record: Record | None = visit if kind == "visit" else made[-1] if kind == "interview" else None
    if kind not in ("visit", "interview") and action != "create":
        record = _child(parent, kind, somebody if mine else None, _content(kind, action, parent, village))
        made.append(record)
    if action == "create":
        above = () if kind == "visit" else tuple(made)
        return Scene(village, above, new_id(), kind, visit.id, parent.id, None)
    assert record is not None
    if action == "restore":
        made = [one if one is not record else _deleted(one) for one in made]
    if action == "settle":
        conflict = _conflict(record)
        return Scene(village, (*made, conflict), conflict.id, "conflict", visit.id, parent.id, record)
    return Scene(village, tuple(made), record.id, kind, visit.id, parent.id, record)


def fields_of(cell: Asked, made: Scene, place: Place) -> dict[str, Json]:
    """What the change writes."""
    if cell.action == "create":
        return _new(cell.kind, made)
    if cell.action == "settle":
        return {"value": "选定的", "sides": [{"replica": OTHER_REPLICA, "n": 1}]}
    if cell.action in ("patch", "add", "remove"):
        return {cell.detail: VALUES[cell.detail](made)}
    by_command: dict[str, dict[str, Json]] = {
        "complete": {"children": [], "end_at": NOW_MS + 1} if cell.kind == "visit" else {},
        "cancel": {"reason": "下雨"},
        "move": {"village_id": place.beyond},
        "set_aside": {"reason": "重复"},
    }
    return by_command.get(cell.action, {})


VALUES: dict[str, Any] = {
    "narrative": lambda _made: "改写",
    "start_at": lambda _made: NOW_MS - 1,
    "companions": lambda _made: [OTHER_PERSON],
    "addenda": lambda _made: [{"id": new_id(), "text": "补充", "author": OTHER_ACCOUNT, "ts": NOW_MS}],
    "title": lambda _made: "改名",
    "answer": lambda _made: "改写",
    "area": lambda _made: ["study"],
    "name": lambda _made: "改名",
    "text": lambda _made: "改写",
}


def _state(kind: str, action: str) -> str:
    return "planned" if kind == "visit" and action in ("start", "cancel") else "in_progress"


def _visit(place: Place, somebody: Somebody, relation: str, village: str, state: str, made_it: bool) -> Record:
    others = [OTHER_PERSON, *([somebody.person] if relation == "companion" else [])]
    fields = {
        "village_id": village,
        "visitor_id": somebody.person if relation == "visitor" else OTHER_PERSON,
        "companions": others,
        "start_at": NOW_MS,
        "end_at": NOW_MS + 1,
        "state": state,
        "cycle_id": place.cycle,
    }
    return _record("visit", f"field:{village}", fields, somebody.account if made_it else OTHER_ACCOUNT, None)


def _child(parent: Record, kind: str, author: Somebody | None, content: dict[str, Json]) -> Record:
    account = author.account if author else OTHER_ACCOUNT
    own = kind == "interviewee" or (content.get("state") == "draft" and kind == "opinion")
    place = {"interviewee": "interview_id", "opinion": "origin_id"}.get(kind, "visit_id")
    scope = f"own:{account}" if own else parent.scope
    return _record(kind, scope, {place: parent.id, **content}, account, parent.id)


def _interview(action: str) -> dict[str, Json]:
    state = {"complete": "draft", "withdraw": "completed"}.get(action, "completed")
    return {
        "category": "masses",
        "alias": "群众甲",
        "answer": "说了",
        "consent": "given",
        "area": ["study"],
        "state": state,
    }


def _content(kind: str, action: str, parent: Record, village: str) -> dict[str, Json]:
    if kind == "record_check":
        return {"area": "study", "doc_type": "minutes", "title": "会议记录", "found": "complete"}
    if kind == "addendum":
        return {"text": "会后补充"}
    if kind == "interviewee":
        return {"name": "赵某"}
    about = {"area": "study", "about": "branch", "text": "水渠要修", "opinion_kind": "problem", "origin": "visit"}
    return {"village_id": village, **about, "state": "draft" if action in ("record", "delete") else "recorded"}


def _new(kind: str, made: Scene) -> dict[str, Json]:
    if kind == "visit":
        return {"village_id": made.village, "visitor_id": OTHER_PERSON, "start_at": NOW_MS}
    place = {"interviewee": "interview_id", "opinion": "origin_id"}.get(kind, "visit_id")
    content = _interview("") if kind == "interview" else _content(kind, "record", _NOBODY, made.village)
    return {place: made.parent, **{name: value for name, value in content.items() if name != "state"}}


def _conflict(record: Record) -> Record:
    field = {"visit": "narrative", "record_check": "note", "interview": "asked", "interviewee": "name"}
    side = {
        "replica": OTHER_REPLICA,
        "n": 1,
        "account": OTHER_ACCOUNT,
        "value": "另一个",
        "base": 1,
        "captured_at_ms": 1,
    }
    about = {"record": record.id, "record_kind": record.kind, "field": field.get(record.kind, "text")}
    fields = {**about, "sides": [side], "status": "open"}
    return _record("conflict", record.scope, fields, OTHER_ACCOUNT, record.id)


def _deleted(record: Record) -> Record:
    return Record(**{name: getattr(record, name) for name in Record.__dataclass_fields__} | {"deleted": True})


def _record(kind: str, scope: str, fields: dict[str, Json], account: str, parent: str | None) -> Record:
    return Record(
        id=new_id(),
        kind=kind,
        scope=scope,
        seq=1,
        fields=fields,
        parent=parent,
        created_by=account,
        created_at_ms=NOW_MS,
        updated_by=account,
        updated_at_ms=NOW_MS,
    )


_NOBODY = _record("visit", "", {}, "", None)
