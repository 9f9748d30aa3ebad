"""`make bench`: every figure of this issue beside its limit; ends with 1 when one does not hold."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys

import tests.bench

NOT_MEASURES = {"__main__", "figure"}


def main() -> int:
    """The figures of every module of tests/bench that has `measure()`, or of those named on the command line."""
    names = [one.name for one in pkgutil.iter_modules(tests.bench.__path__) if one.name not in NOT_MEASURES]
    wanted = sys.argv[1:] or names
    unknown = set(wanted) - set(names)
    if unknown:
        print(f"no such measure: {', '.join(sorted(unknown))}; there are: {', '.join(names)}", file=sys.stderr)
        return 2
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    broken = 0
    for name in wanted:
        print(f"{name}")
        for figure in importlib.import_module(f"tests.bench.{name}").measure():
            print(figure.line(), flush=True)
            broken += not figure.holds
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
