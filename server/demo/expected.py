"""What the demo township holds when it is as it was written; DOMAIN.md 14."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict

from server.demo.data import read_data
from server.demo.names import phone_id
from server.demo.story import phones_of
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


def compare(totals: Mapping[int, Totals], writers: Mapping[int, Collection[str]]) -> list[Line]:
    """One line a year and number: what is there beside what was written.

    A number that differs is a fault, unless other phones than the demo's have sent changes of that year's records:
    whoever settles the open conflict has worked, and nothing is wrong.
    """
    demo = {phone_id(key) for key in phones_of(read_data())}
    return [
        _line(f"{year} {name}", wanted, getattr(totals.get(year), name, 0), bool(set(writers.get(year, ())) - demo))
        for year, expected in EXPECTED.items()
        for name, wanted in asdict(expected).items()
    ]


def _line(name: str, wanted: int, found: int, worked_on: bool) -> Line:
    if found == wanted:
        return Line(name, True, found)
    if worked_on:
        return Line(name, None, found, f"{wanted} as loaded; people have worked on that year since")
    return Line(name, False, found, f"expected {wanted}")
