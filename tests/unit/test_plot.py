"""The drawing of docs/performance.md shows what was measured, and nothing else."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from tests.bench.plot import picture


def figure(what: str, value: float, beside: float | None = None) -> dict[str, Any]:
    return {"what": what, "value": value, "unit": "records/s", "beside": beside}


RUN = {
    "at": "2026-11-24T09:00:00+00:00",
    "cores": 2,
    "load": 3.25,
    "figures": [
        figure("SQLite, 10,000 records: push", 1234, 5678),
        figure("SQLite, 100,000 records: push", 1111, 5432),
        figure("PostgreSQL, 10,000 records: push", 900, 4000),
        figure("PostgreSQL: one change among 100,000", 77),
    ],
}


def test_every_size_and_its_bare_machine_are_drawn() -> None:
    drawn = ElementTree.fromstring(picture(RUN))
    texts = [element.text or "" for element in drawn.iter() if element.tag.endswith("}text")]
    lines = [element for element in drawn.iter() if element.tag.endswith("}polyline")]
    assert {"push, records/s", "10,000", "100,000", "1,111", "5,432", "SQLite 1,234", "PostgreSQL 900"} <= set(texts)
    assert len(lines) == 4
    assert not any("77" in text for text in texts)
    assert "load 3.2" in texts[0]
