"""Exact scores, the suggested grade, and which counts may be shown apart: docs/ballot.md 8 and 9."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from server.recount.checking import Counts
from server.recount.reading import GRADES, OUTCOMES, Place

LEAST = 5


def added(rows: Iterable[Counts]) -> Counts:
    """Counts added outcome by outcome."""
    found = list(rows)
    return {outcome: sum(row[outcome] for row in found) for outcome in OUTCOMES}


def valid(row: Counts) -> int:
    return sum(row[grade] for grade in GRADES)


def of_subject(counts: dict[Place, Counts], subject: str) -> dict[str, Counts]:
    return {group: row for (whose, group), row in counts.items() if whose == subject}


def told_apart(groups: dict[str, Counts]) -> dict[str, Counts]:
    """The groups of one subject that may be shown."""
    by_size = sorted(groups, key=lambda group: valid(groups[group]))
    hide = sum(valid(row) < LEAST for row in groups.values())
    while 0 < hide < len(by_size) and sum(valid(groups[group]) for group in by_size[:hide]) < LEAST:
        hide += 1
    return {group: row for group, row in groups.items() if group not in by_size[:hide]}


def scores(profile: dict[str, Any], row: Counts, marks: dict[str, str] | None) -> tuple[Fraction, Fraction] | None:
    """Ballot score and score; None where nothing is valid."""
    if valid(row) == 0:
        return None
    ballot = Fraction(sum(profile["points"][grade] * row[grade] for grade in GRADES), valid(row))
    weights = profile["weights"]
    beside = sum(weights[name] * Fraction((marks or {}).get(name, "0")) for name in ("daily", "secretary"))
    return ballot, (weights["ballot"] * ballot + beside) / 100


def grade_of(profile: dict[str, Any], score: Fraction) -> str:
    """The band the exact score lies in."""
    return next((grade for grade in GRADES[:3] if score >= profile["bands"][grade]), "poor")


def in_words(score: Fraction) -> str:
    """The fraction, its decimals where they end soon, and two decimals half up."""
    hundredths = (score * 200 + 1) // 2
    return f"{score} ({hundredths // 100}.{hundredths % 100:02d})"
