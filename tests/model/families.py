"""What people do in the model check: families of few edits each, which meet on one visit that all have seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.model.cast import DEPUTY, SECRETARY, VILLAGES, ident
from tests.model.phone import Phone
from tests.model.wish import Wish

VISIT, OPINION, INTERVIEW, SECOND = (ident(name) for name in ("visit", "opinion", "interview", "second"))
Maker = Callable[[Phone], Wish | None]


def new_visit(record: str, text: str) -> Wish:
    fields = {"village_id": VILLAGES[0], "visitor_id": SECRETARY.person, "start_at": 5, "narrative": text}
    return Wish(record, "visit", "create", {**fields, "companions": [DEPUTY.person]})


def new_opinion() -> Wish:
    fields = {"origin": "visit", "origin_id": VISIT, "village_id": VILLAGES[0], "text": "修路"}
    return Wish(OPINION, "opinion", "create", {**fields, "opinion_kind": "problem", "area": "study", "about": "branch"})


def new_interview(record: str, visit: str = VISIT) -> Wish:
    return Wish(record, "interview", "create", {"visit_id": visit, "asked": f"问{record[:4]}"})


def on_visit(action: str, fields: Mapping[str, object], command: str | None = None) -> Wish:
    return Wish(VISIT, "visit", action, dict(fields), command)


def said(phone: Phone) -> str:
    """A text that nobody else has written."""
    return f"{phone.install} {phone.saved}"


def _settle(choice: int) -> Maker:
    def make(phone: Phone) -> Wish | None:
        """The oldest open conflict on the phone: the last value that came, or the one that stands."""
        rows = (row.record for row in phone.rows.values())
        found = sorted((one.seq, one.id) for one in rows if one.kind == "conflict" and one.fields["status"] == "open")
        if not found:
            return None
        conflict = phone.rows[found[0][1]].record
        fields, head = conflict.fields, phone.rows.get(conflict.fields["record"])
        values = [side["value"] for side in fields["sides"]]
        if fields["field"] == "deleted":
            values = [True, False]
        elif head is not None:
            values.append(head.record.fields.get(fields["field"]))
        sides = [{"replica": side["replica"], "n": side["n"]} for side in fields["sides"]]
        return Wish(conflict.id, "conflict", "settle", {"value": values[choice], "sides": sides})

    return make


EDITS: Mapping[str, Maker] = {
    "text": lambda phone: on_visit("patch", {"narrative": said(phone)}),
    "same": lambda phone: on_visit("patch", {"narrative": "同"}),
    "other": lambda phone: on_visit("patch", {"branch_summary": said(phone)}),
    "both": lambda phone: on_visit("patch", {"narrative": said(phone), "branch_summary": said(phone)}),
    "plain": lambda phone: on_visit("patch", {"planned_for": said(phone)}),
    "add": lambda phone: on_visit("add", {"companions": ["p1"]}),
    "remove": lambda phone: on_visit("remove", {"companions": ["p1"]}),
    "delete": lambda phone: on_visit("delete", {}),
    "restore": lambda phone: on_visit("restore", {}),
    "move": lambda phone: on_visit("command", {"village_id": VILLAGES[1]}, "move"),
    "complete": lambda phone: on_visit("command", {"children": [INTERVIEW], "end_at": 9}, "complete"),
    "poison": lambda phone: on_visit("patch", {"state": "synced"}),
    "create": lambda phone: new_visit(SECOND, said(phone)),
    "second text": lambda phone: Wish(SECOND, "visit", "patch", {"narrative": said(phone)}),
    "second delete": lambda phone: Wish(SECOND, "visit", "delete", {}),
    "asked": lambda phone: Wish(INTERVIEW, "interview", "patch", {"asked": said(phone)}),
    "interview": lambda phone: new_interview(INTERVIEW),
    "record": lambda phone: Wish(OPINION, "opinion", "command", {}, "record"),
    "opinion": lambda phone: Wish(OPINION, "opinion", "patch", {"text": said(phone)}),
    "unsay": lambda phone: Wish(OPINION, "opinion", "delete", {}),
    "settle": _settle(0),
    "keep": _settle(-1),
}


def is_possible(phone: Phone, wish: Wish) -> bool:
    """Whether a screen lets a person do this: what is not there is made, what is deleted is only brought back."""
    row = phone.rows.get(wish.record)
    mine = [own.change for own in phone.overlay(wish.record)]
    if wish.action == "create":
        return row is None and not mine
    is_deleted = row is not None and row.record.deleted
    for change in mine:
        is_deleted = {"delete": True, "restore": False}.get(change.action, is_deleted)
    return (row is not None or bool(mine)) and is_deleted == (wish.action == "restore")


@dataclass(frozen=True, slots=True)
class Family:
    """Edits that are tried in every combination. Shape: `core` the two of them that go furthest."""

    name: str
    edits: tuple[str, ...]
    core: tuple[str, ...]


FAMILIES = (
    Family("texts", ("text", "same", "settle", "poison"), ("text", "settle")),
    Family("fields", ("text", "both", "plain", "keep"), ("both", "plain")),
    Family("deletes", ("text", "delete", "restore", "settle"), ("text", "delete")),
    Family("moves", ("move", "text", "interview", "delete"), ("move", "text")),
    Family("children", ("interview", "asked", "complete", "delete"), ("interview", "delete")),
    Family("sets", ("add", "remove", "other", "delete"), ("add", "remove")),
    Family("scopes", ("record", "opinion", "unsay", "move"), ("record", "opinion")),
    Family("creates", ("create", "second text", "second delete", "settle"), ("create", "second text")),
)
