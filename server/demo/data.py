"""The written demo township, read from its files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "data"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DemoData:
    """Everything somebody wrote for the demo.

    Shape:  `visits` are (village key, visit) in the villages' order; `template` is the cycle of any year, with `{year}`
            in its texts; `hall` its meeting and who votes there, without roles if on paper; people are named by their
            `key`, a person's village by its short name.
    """

    township: Row
    people: tuple[Row, ...]
    villages: tuple[Row, ...]
    cycles: tuple[Row, ...]
    template: Row
    visits: tuple[tuple[str, Row], ...]
    hall: Row


def read_data() -> DemoData:
    """The files of server/demo/data as they are."""
    people, villages, cycles = (_read(FOLDER / f"{name}.json") for name in ("people", "villages", "cycles"))
    keys = {village["short_name"]: village["key"] for village in villages["villages"]}
    files = [_read(path) for path in sorted((FOLDER / "visits").glob("*.json"))]
    return DemoData(
        township=people["township"],
        people=tuple(people["people"]),
        villages=tuple(villages["villages"]),
        cycles=tuple(cycles["cycles"]),
        template=cycles["current_template"],
        hall=_read(FOLDER / "hall.json"),
        visits=tuple((keys[file["village"]], visit) for file in files for visit in file["visits"]),
    )


def cycle_of_year(template: Row, year: int) -> Row:
    """The template with the year in its texts."""
    text = json.dumps(dict(template), ensure_ascii=False).replace("{year}", str(year))
    return {**json.loads(text), "year": year}


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
