"""What a person does at random: one wish out of a number and of what is on his phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.model.cast import DEPUTY, SECRETARY, VILLAGES, ident
from tests.model.families import is_possible, said
from tests.model.phone import Phone
from tests.model.wish import Wish

VISITS = 4
TEXTS = ("narrative", "branch_summary", "area_notes.study", "area_notes.duty")


def wish_of(phone: Phone, number: int) -> Wish | None:
    """The wish that this number makes on this phone; None where there is nothing to do it to."""
    make = DEEDS[number % len(DEEDS)]
    wish = make(phone, number // len(DEEDS))
    return wish if wish is not None and is_possible(phone, wish) else None


def _visit(phone: Phone, number: int) -> Wish:
    fields = {"village_id": VILLAGES[number % 2], "visitor_id": SECRETARY.person, "start_at": 5}
    given = {**fields, "narrative": said(phone), "companions": [DEPUTY.person]}
    return Wish(ident(f"visit {number % VISITS}"), "visit", "create", given)


def _patch(phone: Phone, number: int) -> Wish | None:
    names = [TEXTS[number % len(TEXTS)], *([TEXTS[number // 4 % len(TEXTS)]] if number % 3 == 0 else [])]
    value = "同" if number % 11 == 0 else said(phone)
    return _on(phone, "visit", number // 5, "patch", dict.fromkeys(names, value))


def _header(phone: Phone, number: int) -> Wish | None:
    return _on(phone, "visit", number // 3, "patch", {"planned_for": f"2017-0{1 + number % 9}-11"})


def _element(phone: Phone, number: int) -> Wish | None:
    action = ("add", "remove")[number % 2]
    return _on(phone, "visit", number // 6, action, {"companions": [f"p{number // 2 % 3}"]})


def _child(phone: Phone, number: int) -> Wish | None:
    visit = _pick(phone, "visit", number)
    if visit is None:
        return None
    return Wish(
        ident(f"interview {phone.install} {phone.saved}"),
        "interview",
        "create",
        {"visit_id": visit, "asked": said(phone)},
    )


def _early_child(phone: Phone, number: int) -> Wish:
    """It may come before its visit."""
    visit = ident(f"visit {number % VISITS}")
    fields = {"visit_id": visit, "asked": said(phone)}
    return Wish(ident(f"interview {phone.install} {phone.saved}"), "interview", "create", fields)


def _asked(phone: Phone, number: int) -> Wish | None:
    return _on(phone, "interview", number, "patch", {"asked": said(phone)})


def _opinion(phone: Phone, number: int) -> Wish:
    about = {"origin": "visit", "origin_id": ident(f"visit {number % VISITS}"), "village_id": VILLAGES[number % 2]}
    fields = {**about, "text": said(phone), "opinion_kind": "problem", "area": "study", "about": "branch"}
    return Wish(ident(f"opinion {phone.install} {phone.saved}"), "opinion", "create", fields)


def _record(phone: Phone, number: int) -> Wish | None:
    return _on(phone, "opinion", number, "command", {}, "record")


def _reword(phone: Phone, number: int) -> Wish | None:
    return _on(phone, "opinion", number, "patch", {"text": said(phone)})


def _move(phone: Phone, number: int) -> Wish | None:
    return _on(phone, "visit", number // 2, "command", {"village_id": VILLAGES[number % 2]}, "move")


def _complete(phone: Phone, number: int) -> Wish | None:
    visit = _pick(phone, "visit", number)
    children = [id_ for id_, row in phone.rows.items() if row.record.parent == visit and row.record.kind == "interview"]
    return _on(phone, "visit", number, "command", {"children": sorted(children), "end_at": 9}, "complete")


def _poison(phone: Phone, number: int) -> Wish | None:
    return _on(phone, "visit", number, "patch", {"state": "synced"})


def _delete(phone: Phone, number: int) -> Wish | None:
    return _on(phone, ("visit", "interview", "opinion")[number % 3], number // 3, "delete", {})


def _restore(phone: Phone, number: int) -> Wish | None:
    return _on(phone, ("visit", "interview")[number % 2], number // 2, "restore", {})


def _settle(phone: Phone, number: int) -> Wish | None:
    rows = (row.record for row in phone.rows.values())
    found = sorted(one.id for one in rows if one.kind == "conflict" and one.fields["status"] == "open")
    if not found:
        return None
    conflict = phone.rows[found[number % len(found)]].record
    fields, head = conflict.fields, phone.rows.get(conflict.fields["record"])
    values = [side["value"] for side in fields["sides"]]
    if fields["field"] == "deleted":
        values = [True, False]
    elif head is not None:
        values.append(head.record.fields.get(fields["field"]))
    sides = [{"replica": side["replica"], "n": side["n"]} for side in fields["sides"]]
    return Wish(conflict.id, "conflict", "settle", {"value": values[number // 5 % len(values)], "sides": sides})


def _on(
    phone: Phone, kind: str, number: int, action: str, fields: Mapping[str, Any], command: str | None = None
) -> Wish | None:
    record = _pick(phone, kind, number)
    return None if record is None else Wish(record, kind, action, fields, command)


def _pick(phone: Phone, kind: str, number: int) -> str | None:
    """One of the records of a kind that are on the phone."""
    found = {id_ for id_, row in phone.rows.items() if row.record.kind == kind}
    found |= {own.change.record for own in phone.own if own.change.action == "create" and own.change.kind == kind}
    return sorted(found)[number % len(found)] if found else None


_WEIGHTED: tuple[tuple[int, Callable[[Phone, int], Wish | None]], ...] = (
    (3, _visit), (14, _patch), (4, _header), (4, _element), (3, _child), (1, _early_child), (4, _asked), (2, _opinion),
    (1, _record), (2, _reword), (1, _move), (1, _complete), (1, _poison), (2, _delete), (1, _restore), (8, _settle),
)  # fmt: skip
DEEDS = tuple(make for weight, make in _WEIGHTED for _ in range(weight))
