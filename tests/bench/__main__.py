"""`make bench`: every figure beside its limit; ends with 1 when a limit of this issue does not hold."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.bench.figure import Figure

MEASURES = ("boot", "system", "wire", "speed", "growth", "crowd", "ballot", "sheet", "browser_figures", "faults")
Found = list[tuple[str, Figure]]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("measure", nargs="*", help=f"some of: {' '.join(MEASURES)}; all without")
    parser.add_argument("--json", action="store_true", help="one JSON object at the end instead of lines")
    parser.add_argument("--markdown", action="store_true", help="the table of docs/performance.md instead of lines")
    given = parser.parse_args()
    if unknown := set(given.measure) - set(MEASURES):
        parser.error(f"no such measure: {', '.join(sorted(unknown))}; there are: {', '.join(MEASURES)}")
    quiet = given.json or given.markdown
    began = time.monotonic()
    if not quiet:
        print(_machine())
    found = list(_measured(given.measure or MEASURES, quiet))
    broken = [figure for _, figure in found if not figure.holds and not figure.goal]
    if given.json:
        print(json.dumps(_as_json(found), ensure_ascii=False, indent=1))
    elif given.markdown:
        print("\n".join(_table(found)))
    else:
        print(f"\n{time.monotonic() - began:.0f} s; {len(broken)} limits do not hold; ○ is a limit of a later issue")
    return 1 if broken else 0


def _measured(names: list[str] | tuple[str, ...], quiet: bool) -> Iterator[tuple[str, Figure]]:
    """Every figure as it is found; what cannot be measured is said and counts as broken."""
    for name in names:
        if not quiet:
            print(f"\n{_command(name)}")
        for figure in importlib.import_module(f"tests.bench.{name}").measure():
            if not quiet:
                print(_line(figure), flush=True)
            yield name, figure


def _line(figure: Figure) -> str:
    line = f"  {figure.sign or ' '} {figure.name:<58} {figure.measured:>18}  {figure.limit:<14} {figure.compared}"
    return line.rstrip()


def _table(found: Found) -> Iterator[str]:
    yield f"{_machine()}\n"
    yield "| | What | Measured | Limit | Beside the bare machine | Command |"
    yield "|---|---|---|---|---|---|"
    for name, figure in found:
        cells = (figure.sign, figure.name, figure.measured, figure.limit, figure.compared, f"`{_command(name)}`")
        yield "| " + " | ".join(cells) + " |"


def _as_json(found: Found) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
        "figures": [figure.as_json(_command(name)) for name, figure in found],
    }


def _command(name: str) -> str:
    return f"python -m tests.bench {name}"


def _machine() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"


if __name__ == "__main__":
    sys.exit(main())
