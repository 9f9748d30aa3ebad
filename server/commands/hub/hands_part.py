"""The other part: who has handed in and who holds which form, which never meet a slip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from server.domain.ballot.handover import Handed
from server.domain.problems import Problem
from server.store.issuances import Issued, insert_issued, load_all_issued, replace_form
from server.store.paper import insert_form, load_piles, mark_forms
from server.store.posting_windows import load_full, save_full

Form = tuple[int, str, str]


def issued_of(connection: Connection, township_id: str, round_id: str) -> tuple[Handed, ...]:
    """Everything that is issued, by evaluator."""
    found = load_all_issued(connection, township_id, round_id)
    return tuple(Handed(roll, one.subject, one.channel, one.hash, one.form_no, one.window) for roll, one in found)


def forms_of(connection: Connection, township_id: str, round_id: str) -> tuple[Form, ...]:
    """Every paper form that was given out."""
    return tuple(load_piles(connection, township_id, round_id))


def windows_of(connection: Connection, township_id: str, round_id: str) -> dict[str, int]:
    """How far the posting windows are full."""
    return load_full(connection, township_id, round_id)


def put_hands(
    connection: Connection,
    township_id: str,
    round_id: str,
    issued: tuple[Handed, ...],
    forms: tuple[Form, ...],
    windows: Mapping[str, int],
) -> None:
    """Issuances, forms and windows are as given, and nothing that was here before is missing.

    Raises: hub-file (numbers)
    """
    before = {(one.roll, one.subject): one for one in issued_of(connection, township_id, round_id)}
    after = {(one.roll, one.subject): one for one in issued}
    if not all(_goes_on(one, after.get(key)) for key, one in before.items()) or len(after) != len(issued):
        raise Problem("hub-file", "what was handed in before the round went out is not in it", why="numbers")
    _put_forms(connection, township_id, round_id, forms)
    for old, new in {(one.form_no, after[key].form_no) for key, one in before.items()}:
        if old is not None and new is not None and old != new:
            replace_form(connection, township_id, round_id, old, new)
    for roll, rows in _by_roll(one for key, one in after.items() if key not in before).items():
        insert_issued(connection, township_id, round_id, roll, rows)
    for group, full in windows.items():
        save_full(connection, township_id, round_id, group, full)


def _goes_on(before: Handed, after: Handed | None) -> bool:
    """The same sheet, or paper for paper: only a spoiled form has another number."""
    if after is None or before.channel != after.channel:
        return False
    return before.channel == "p" or before == after


def _put_forms(connection: Connection, township_id: str, round_id: str, forms: tuple[Form, ...]) -> None:
    known = {number: group for number, group, _state in load_piles(connection, township_id, round_id)}
    given = {number: group for number, group, _state in forms}
    if len(given) != len(forms) or any(given.get(number) != group for number, group in known.items()):
        raise Problem("hub-file", "a form that was given out is not in it", why="numbers")
    for number, group, state in forms:
        if number not in known:
            insert_form(connection, township_id, round_id, number, group)
        mark_forms(connection, township_id, round_id, [number], state)


def _by_roll(issued: Iterable[Handed]) -> dict[str, list[Issued]]:
    found: dict[str, list[Issued]] = {}
    for one in issued:
        found.setdefault(one.roll, []).append(Issued(one.subject, one.channel, one.hash, one.form_no, one.window))
    return found
