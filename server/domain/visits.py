"""What must be true of a visit, an interview, an opinion: the guards of their fields and states. DOMAIN.md 3.3."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from server.domain.kinds import Kind
from server.domain.records import Record

Fault = tuple[str, str]
LATER = frozenset({"addenda", "same_as"})
"""What may still be said of a locked visit."""

DRAFTS = {"interview": ("draft",), "opinion": ("draft",), "visit": ("planned", "in_progress", "cancelled")}
"""The states in which a kind may still lack what its handbook marks with `!`."""

SUBMITTED = frozenset({"recorded", "used", "set_aside", "merged_into_visit", "locked"})
"""States in which a record is used elsewhere, so that not even its author deletes it."""


def faults_of(kind: Kind, record: Record, touched: AbstractSet[str]) -> list[Fault]:
    """What a record breaks after these fields were written; only rules that concern one of them are looked at.

    Shape:  (JSON pointer, detail)
    Source: DOMAIN.md 3.3
    """
    if kind.name == "visit" and record.fields.get("state") == "locked":
        frozen = sorted({name.partition("/")[0] for name in touched} - LATER)
        return [(f"/fields/{name}", "is locked since the meeting; add an addendum") for name in frozen]
    left_draft = kind.name in DRAFTS and record.fields.get("state") not in DRAFTS[kind.name]
    leaving = left_draft and "state" in touched
    faults = list(_times(record)) if touched & {"start_at", "end_at"} or leaving else []
    if left_draft:
        faults += [fault for name, fault in _missing(kind, record) if leaving or name in touched]
        if kind.name == "interview" and (leaving or touched & {"answer", "consent"}):
            faults += _answer(record)
    return faults


def awaited_children(visit: Record) -> list[str] | None:
    """The children that a completed visit's phone knew of; None if the visit is not waiting for any."""
    children = visit.fields.get("children")
    return children if visit.fields.get("state") == "completed" and isinstance(children, list) else None


def _times(record: Record) -> Iterable[Fault]:
    start, end = record.fields.get("start_at"), record.fields.get("end_at")
    if isinstance(start, int) and isinstance(end, int) and end < start:
        yield "/fields/end_at", "is before the start"


def _missing(kind: Kind, record: Record) -> Iterable[tuple[str, Fault]]:
    silent = record.fields.get("consent") in ("refused", "withdrawn")
    for spec in kind.fields.values():
        excused = kind.name == "interview" and spec.name == "answer" and silent
        if spec.required and not excused and record.fields.get(spec.name) in (None, ""):
            yield spec.name, (f"/fields/{spec.name}", "is needed")


def _answer(record: Record) -> Iterable[Fault]:
    if record.fields.get("consent") in ("refused", "withdrawn") and record.fields.get("answer"):
        yield "/fields/answer", "is empty when consent is refused"
