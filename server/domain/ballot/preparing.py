"""A round put together: whom it appraises, by which profile, and the manifest that everybody gets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from server.domain.ballot.manifest import FORMAT, Place
from server.domain.ballot.roll import GROUPS, RollRow, entitled, sizes
from server.domain.records import Record

COMPOSITE: Mapping[str, Any] = {
    "name": "composite",
    "version": 1,
    "points": {"good": 100, "fairly_good": 80, "average": 60, "poor": 40},
    "bands": {"good": 90, "fairly_good": 80, "average": 60},
    "weights": {"ballot": 50, "daily": 30, "secretary": 20},
}
"""DOMAIN.md 5.2; the committee secretary does not vote, his evaluation weighs by itself."""
NO_VOTE = "the committee secretary does not vote in this profile"
MOST_PLACES = 240
"""More signing keys than these take longer to make than a request may."""


def appraised(subjects: Sequence[Record], cycle_id: str) -> list[Record]:
    """The graded subjects of the cycle in the order of the sheet: as drawn, else by their village's code."""
    graded = [one for one in subjects if one.fields.get("cycle_id") == cycle_id and one.fields.get("graded") is True]
    return sorted(graded, key=_sheet_order)


def places_of(subjects: Sequence[Record], rows: Sequence[RollRow]) -> list[Place]:
    """Subject by subject, group by group."""
    return [(subject.id, group) for subject in subjects for group in sizes(rows)]


def manifest_of(
    round_record: Record,
    tally_key: str,
    subjects: Sequence[tuple[str, str]],
    rows: Sequence[RollRow],
    moduli: Mapping[Place, str],
) -> dict[str, Any]:
    """The manifest of a prepared round, ready to be read strictly.

    Shape:  `subjects` (id, name) in the order of the sheet; `moduli` base64 by place
    Source: docs/ballot.md 2
    """
    groups = list(sizes(rows))
    return {
        "format": FORMAT,
        "round": round_record.id,
        "no": round_record.fields["no"],
        "title": round_record.fields["title"],
        "deadline_ms": round_record.fields["deadline_ms"],
        "profile": {name: dict(part) if isinstance(part, dict) else part for name, part in COMPOSITE.items()},
        "tally_key": tally_key,
        "groups": [{"slug": group, "name": GROUPS[group]} for group in groups],
        "subjects": [{"id": subject, "name": name} for subject, name in subjects],
        "cells": [
            {
                "subject": subject,
                "group": group,
                "entitled": entitled(rows, subject, group),
                "n": moduli[(subject, group)],
            }
            for subject, _name in subjects
            for group in groups
        ],
    }


def name_of(subject: Record, people: Mapping[str, Record]) -> str:
    """What stands on the sheet: the village and its secretary."""
    person = people.get(str(subject.fields.get("person_id")))
    words = [str(subject.fields.get("village_name") or ""), str(person.fields.get("name") or "") if person else ""]
    return " ".join(word for word in words if word)[:60] or subject.id


def _sheet_order(subject: Record) -> tuple[int, str, str]:
    drawn = subject.fields.get("draw_no")
    return (drawn if isinstance(drawn, int) else 1000, str(subject.fields.get("village_code") or ""), subject.id)
