"""The draft of a feedback letter to one subject and his branch; what the system does not know is left to the office."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from server.domain.ballot.papers import Heading
from server.domain.ballot.tally import shown
from server.domain.ballot.tally_sheet import GRADE_WORDS
from server.domain.records import Record

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom the letter is for. Shape: branch, person and village by their names, as far as there are any"""

    branch: str
    person: str
    village: str
    year: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A draft.

    Shape:  `grades` (word, number, per cent of the valid) and `beside` (弃权, 无效), None where they are too few to
            show; `told` what was read to the branch on a visit: day and text
    """

    heading: Heading
    addressee: Addressee
    valid: int | None
    grades: tuple[tuple[str, int, str], ...] | None
    beside: tuple[int, int] | None
    ballot: str | None
    score: str | None
    suggested: str | None
    decided: str | None
    minute_ref: str | None
    told: tuple[tuple[str, str], ...]


def letter(heading: Heading, addressee: Addressee, result: Json, extracts: Sequence[Record]) -> Letter:
    """The draft, from what this subject may read anyhow: no interview, no opinion and no finding comes near it.

    Shape:  `result` his entry in the result route's answer; `extracts` of his village
    Laws:   L12 no figure that the result does not show
    Source: DOMAIN.md 6
    """
    counts = result["total"]
    valid = None if counts is None else sum(counts[grade] for grade in GRADE_WORDS)
    return Letter(
        heading=heading,
        addressee=addressee,
        valid=valid,
        grades=None if counts is None or not valid else _grades(counts, valid),
        beside=None if counts is None else (counts["abstain"], counts["invalid"]),
        ballot=result["ballot_shown"],
        score=result["shown"],
        suggested=GRADE_WORDS.get(result["suggested"] or ""),
        decided=GRADE_WORDS.get(result["decided"] or ""),
        minute_ref=result["minute_ref"],
        told=tuple(_told(addressee.year, extracts)),
    )


def _grades(counts: Json, valid: int) -> tuple[tuple[str, int, str], ...]:
    return tuple(
        (word, counts[grade], shown(Fraction(100 * counts[grade], valid))) for grade, word in GRADE_WORDS.items()
    )


def _told(year: int, extracts: Sequence[Record]) -> list[tuple[str, str]]:
    """What was read to the branch in the year of the cycle, by day."""
    rows = [(str(one.fields["on"]), str(one.fields.get("branch_summary") or "")) for one in extracts]
    return [(_day(on), text) for on, text in sorted(rows) if text and on.startswith(f"{year}-")]


def _day(on: str) -> str:
    year, month, day = (int(part) for part in on.split("-"))
    return f"{year}年{month}月{day}日"
