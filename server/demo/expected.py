"""What the demo township holds when it is as it was written; DOMAIN.md 14."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from server.domain.doctor import Line, Totals

EXPECTED: Mapping[int, Totals] = {
    2016: Totals(
        visits=0,
        offline=0,
        interviews=0,
        members=0,
        others=0,
        visited=0,
        villages=13,
        conflicts=0,
        conflicts_open=0,
        duplicate_pairs=0,
    ),
    2017: Totals(
        visits=19,
        offline=16,
        interviews=84,
        members=38,
        others=46,
        visited=13,
        villages=13,
        conflicts=2,
        conflicts_open=1,
        duplicate_pairs=1,
    ),
}


def compare(totals: Mapping[int, Totals]) -> list[Line]:
    """One line a year and number: what is there beside what was written."""
    return [
        line
        for year, expected in EXPECTED.items()
        for line in _year(year, asdict(expected), asdict(totals[year]) if year in totals else {})
    ]


def _year(year: int, expected: Mapping[str, int], found: Mapping[str, int]) -> list[Line]:
    return [_line(f"{year} {name}", wanted, found.get(name, 0)) for name, wanted in expected.items()]


def _line(name: str, wanted: int, found: int) -> Line:
    return Line(name, found == wanted, found, "" if found == wanted else f"expected {wanted}")
