"""The model from the command line: `check` searches every state within a bound, `simulate` goes at random beyond it."""

from __future__ import annotations

import argparse
import sys

from tests.model import simulate
from tests.model.check import check, report


def main() -> int:
    """Exit 1 if a law was broken; the shortest way there is printed."""
    parser = argparse.ArgumentParser(prog="python -m tests.model", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    checking = commands.add_parser("check", help="three phones with two edits each, every order")
    checking.add_argument("--slice", action="store_true", help="the bound of the test run only")
    checking.add_argument("--processes", type=int, default=2)
    running = commands.add_parser(
        "simulate", help="runs at random: loss, crashes, restores, copied profiles, roles, clocks"
    )
    running.add_argument("--runs", type=int, default=200)
    running.add_argument("--changes", type=int, default=0, help="as many runs as it takes for so many changes")
    running.add_argument("--seed", type=int, default=1, help="the first seed")
    running.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    if given.command == "simulate":
        tally = simulate.simulate(given.seed, given.runs, given.changes, given.processes)
        return 0 if simulate.report(tally) else 1
    return 0 if report(given.slice, check(given.slice, given.processes)) else 1


if __name__ == "__main__":
    sys.exit(main())
