"""Draws docs/performance.svg: `python -m tests.bench growth --json > RUN`, then `python -m tests.bench.plot RUN`.

One panel a quantity, sizes from left to right and values upwards, both in powers of ten; dashed is the bare machine.
"""

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from tests.bench.figure import shown
from tests.bench.server import ROOT

TARGET = ROOT / "docs" / "performance.svg"
WHERE = re.compile(r"(?P<database>\w+), (?P<records>[\d,]+) records: (?P<what>.+)")
COLOURS = {"SQLite": "#0b6e4f", "PostgreSQL": "#2456a6"}
WIDTH, HEIGHT, ACROSS, EDGE = 260, 190, 4, 42
Series = dict[str, dict[int, float]]


def main() -> None:
    run = json.loads(Path(sys.argv[1]).read_text())
    TARGET.write_text(picture(run))
    print(TARGET.relative_to(ROOT))


def picture(run: dict[str, Any]) -> str:
    """The whole drawing as SVG. Shape: `run` as `--json` prints it; figures of other measures are left out."""
    panels = _panels(run["figures"])
    rows = math.ceil(len(panels) / ACROSS)
    width, height = ACROSS * WIDTH, rows * HEIGHT + 24
    head = f"{run['at'][:16]} UTC, {run['cores']} cores, load {run['load']:.1f}. Dashed: the bare machine."
    body = [f'<text x="8" y="16" font-size="12">{escape(head)}</text>']
    for at, (title, series) in enumerate(panels.items()):
        left, top = at % ACROSS * WIDTH, at // ACROSS * HEIGHT + 24
        body += [f'<g transform="translate({left} {top})">', *_panel(title, series), "</g>"]
    frame = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11"'
    return "\n".join([f"<svg {frame}>", f'<rect width="{width}" height="{height}" fill="#fff"/>', *body, "</svg>", ""])


def _panels(figures: Iterable[dict[str, Any]]) -> dict[str, Series]:
    """Title with unit → line → records → value."""
    panels: dict[str, Series] = {}
    for figure in figures:
        found = WHERE.match(figure["what"])
        if found is None:
            continue
        series = panels.setdefault(f"{found['what']}, {figure['unit']}", {})
        records = int(found["records"].replace(",", ""))
        series.setdefault(found["database"], {})[records] = figure["value"]
        if figure["beside"]:
            series.setdefault(f"{found['database']} bare", {})[records] = figure["beside"]
    return panels


def _panel(title: str, series: Series) -> Iterator[str]:
    sizes = sorted({records for points in series.values() for records in points})
    values = [value for points in series.values() for value in points.values()]
    low, high = math.log10(min(values)) - 0.1, math.log10(max(values)) + 0.1
    across, down = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE
    spread = math.log10(sizes[-1] / sizes[0]) or 1.0

    def place(records: int, value: float) -> tuple[float, float]:
        x = EDGE + across * math.log10(records / sizes[0]) / spread
        return round(x, 1), round(EDGE + down * (high - math.log10(value)) / (high - low), 1)

    yield f'<text x="8" y="20" font-weight="bold">{escape(title)}</text>'
    yield f'<path d="M{EDGE} {EDGE}V{EDGE + down}H{EDGE + across}" fill="none" stroke="#999"/>'
    for records in sizes:
        yield f'<text x="{place(records, min(values))[0]}" y="{HEIGHT - 24}" text-anchor="middle">{records:,}</text>'
    for name, points in series.items():
        yield from _line(name, [(*place(records, points[records]), points[records]) for records in sorted(points)])


def _line(name: str, points: list[tuple[float, float, float]]) -> Iterator[str]:
    database, _space, bare = name.partition(" ")
    stroke = f'stroke="{COLOURS[database]}" fill="none"' + (' stroke-dasharray="4 3"' if bare else ' stroke-width="2"')
    yield f'<polyline points="{" ".join(f"{x},{y}" for x, y, _value in points)}" {stroke}/>'
    x, y, value = points[-1]
    y += 0 if database == "SQLite" else 8
    yield f'<text x="{x + 4}" y="{y}" fill="{COLOURS[database]}" font-size="9">{shown(value)}</text>'
    if not bare:
        x, y, value = points[0]
        y += -5 if database == "SQLite" else 12
        yield f'<text x="{x + 4}" y="{y}" fill="{COLOURS[database]}" font-size="9">{database} {shown(value)}</text>'


if __name__ == "__main__":
    main()
