"""Whoever has the database with its files, the log and the limiter's store tries to join who handed in with what came.

A trace is an order in which something of the evaluators, or of the slips, lies somewhere. The matcher lays every order
of the one beside every order of the other, forwards and backwards, within each posting window and subject, and counts
the pairs it guesses right. Whoever knows nothing guesses one of them right a window and subject, whatever its size.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path

from sqlalchemy import Connection, text

Order = Sequence[str]
"""Names of evaluators, or of slips, as they lie; what lies nowhere is left out."""
Windows = Mapping[tuple[str, int], Sequence[str]]
"""(subject, window) → the evaluators whose slips were posted together."""
PHYSICAL = {"sqlite": ("rowid",), "postgresql": ("ctid", "xmin::text::bigint")}


def guessed(windows: Windows, truth: Mapping[tuple[str, str], str], evaluators: Order, slips: Order) -> int:
    """How many slips are said to be of who gave them, if both orders are one.

    Shape:  `truth` (evaluator, subject) → the slip's hash
    """
    right = 0
    place = {name: at for at, name in enumerate(evaluators)}
    where = {name: at for at, name in enumerate(slips)}
    for (subject, _window), company in windows.items():
        people = sorted((one for one in company if one in place), key=place.__getitem__)
        found = [truth[one, subject] for one in company if truth[one, subject] in where]
        pairs = zip(people, sorted(found, key=where.__getitem__), strict=False)
        right += sum(truth[person, subject] == slip for person, slip in pairs)
    return right


def best(
    windows: Windows,
    truth: Mapping[tuple[str, str], str],
    evaluators: Mapping[str, Order],
    slips: Mapping[str, Order],
) -> tuple[int, str]:
    """The best guess of all pairs of traces, and which that was."""
    tries = product(evaluators.items(), slips.items(), (1, -1))
    return max(
        (guessed(windows, truth, one, other[::way]), f"{name} beside {called}{' backwards' * (way < 0)}")
        for (name, one), (called, other), way in tries
    )


def rows_in_order(connection: Connection, table: str, column: str) -> dict[str, list[str]]:
    """A table's rows as the database itself keeps them."""
    kind = connection.engine.dialect.name
    orders = {"as read": f"SELECT {column} FROM {table}"}
    if not (kind == "sqlite" and table == "slips"):  # no row number there: a test of its own says so
        orders |= {by: f"SELECT {column} FROM {table} ORDER BY {by}" for by in PHYSICAL[kind]}
    return {f"{table} {by}": _once(str(row[0]) for row in connection.execute(text(sql))) for by, sql in orders.items()}


def lying_in(files: Iterable[Path], marks: Mapping[str, bytes]) -> dict[str, list[str]]:
    """By file, the names in the order in which their mark lies there: first the first, then the last time."""
    orders: dict[str, list[str]] = {}
    for path in files:
        content = path.read_bytes()
        for which, find in (("first", content.find), ("last", content.rfind)):
            lies = {name: find(mark) for name, mark in marks.items()}
            orders[f"{path.name} {which}"] = sorted(
                (name for name, at in lies.items() if at >= 0), key=lies.__getitem__
            )
    return {name: order for name, order in orders.items() if order}


def said_in(log: str, marks: Mapping[str, str]) -> list[str]:
    """The names in the order in which the log speaks of them."""
    found = re.findall("|".join(map(re.escape, marks.values())), log)
    names = {mark: name for name, mark in marks.items()}
    return _once(names[mark] for mark in found)


def _once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
