"""What the visitors' phones did in late 2017: every edit with its minute, every contact with the server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.demo.data import DemoData, Row
from server.demo.edits import Edit, check_edits, interview_edits, opinion_edits, texts_edit, visit_create
from server.demo.ids import demo_id, local_ms

MINUTE_MS = 60_000
EVENING_MS = 5 * 60 * MINUTE_MS
"""A phone that was offline meets the network this long after the visit, back in town."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One push of one phone. Shape: `phone` is a key of `phones_of`; at_ms the server's clock; edits in their order."""

    phone: str
    at_ms: int
    edits: tuple[Edit, ...]


def contacts(data: DemoData) -> list[Contact]:
    """Every push of the demo in the order in which the server received it."""
    found = [contact for village, visit in data.visits for contact in _visit_contacts(village, visit)]
    return sorted(found, key=lambda contact: (contact.at_ms, contact.phone))


def phones_of(data: DemoData) -> dict[str, str]:
    """phone key → key of the person who carries it; a visit noted a second time was noted on a second phone."""
    phones = {phone_of(visit): str(visit["visitor"]) for _village, visit in data.visits}
    others = [visit["conflict"]["other_person"] for _village, visit in data.visits if "conflict" in visit]
    return phones | {other: other for other in others}


def phone_of(visit: Row) -> str:
    """The phone this visit was written on."""
    return f"{visit['visitor']}-2" if "duplicate_of" in visit else str(visit["visitor"])


def _visit_contacts(village: str, visit: Row) -> list[Contact]:
    phone = phone_of(visit)
    start, end = local_ms(visit["start"]), local_ms(visit["end"])
    home = end + (EVENING_MS if visit["captured_offline"] else 2 * MINUTE_MS)
    first, rest = visit_create(village, visit, start), tuple(_rest(village, visit, start, end))
    if "conflict" not in visit:
        return [Contact(phone, home, (first, *rest))]
    return [
        # The pass above the village has a bar of signal: both phones hold the visit before they go down without it.
        Contact(phone, start + 10 * MINUTE_MS, (first,)),
        Contact(phone, home, rest),
        *_other_side(visit, first.record, end, home),
    ]


def _rest(village: str, visit: Row, start: int, end: int) -> Iterator[Edit]:
    """What follows the create: rows spread over the visit, the texts when it ends, the command that completes it."""
    visit_id = demo_id(f"visit/{visit['key']}", start)
    rows = [
        *((check_edits, check) for check in visit["record_checks"]),
        *((interview_edits, interview) for interview in visit["interviews"]),
    ]
    step = (end - start) // (len(rows) + 1)
    made: list[Edit] = []
    for order, (edits, row) in enumerate(rows, start=1):
        made += edits(visit["key"], visit_id, row, order, start + order * step)
    heard = {row["alias"]: _first(made, "alias", row["alias"]) for row in visit["interviews"]}
    for order, opinion in enumerate(visit["opinions"], start=1):
        origin = heard[opinion["alias"]] if opinion["origin"] == "interview" else visit_id
        made += opinion_edits(visit["key"], village, origin, opinion, order, end - 3 * MINUTE_MS)
    yield from made
    yield texts_edit(visit, visit_id, end - MINUTE_MS)
    children = [edit.record for edit in made if edit.action == "create" and edit.kind != "interviewee"]
    done = {"children": children, "end_at": end}
    yield Edit(visit_id, "visit", "command", done, end, command="complete")


def _other_side(visit: Row, visit_id: str, end: int, home: int) -> Iterator[Contact]:
    """A companion wrote the same field at the same time; his phone met the network half an hour later."""
    conflict: Mapping[str, Any] = visit["conflict"]
    other = str(conflict["other_person"])
    edit = Edit(visit_id, "visit", "patch", {conflict["field"]: conflict["other_value"]}, end - 2 * MINUTE_MS, True)
    yield Contact(other, home + 30 * MINUTE_MS, (edit,))
    if conflict["settled"]:
        field, _dot, area = conflict["field"].partition(".")
        own = visit[field][area] if area else visit[field]
        settle = Edit(visit_id, "conflict", "settle", {"value": own}, home + 40 * MINUTE_MS)
        yield Contact(phone_of(visit), home + 45 * MINUTE_MS, (settle,))


def _first(edits: Iterable[Edit], name: str, value: str) -> str:
    return next(edit.record for edit in edits if edit.fields.get(name) == value)
