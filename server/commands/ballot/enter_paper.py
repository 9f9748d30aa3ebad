"""Two clerks count the paper forms, each for himself; what they say must agree place by place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from server.commands.ballot.in_hand import audited, manifest_of, round_in
from server.domain.ballot.manifest import Place
from server.domain.ballot.rounds import state_after
from server.domain.ballot.tally import Counts
from server.domain.problems import Problem
from server.store.board import unsign
from server.store.paper import load_clerks, load_entry, save_entry
from server.store.transaction import transaction


@dataclass(frozen=True, slots=True)
class Entered:
    """How the two entries stand. Shape: `differences` the places where they differ, empty while there is only one."""

    agrees: bool
    differences: tuple[Place, ...]


def enter_paper(
    township_id: str, clerk: str, round_id: str, entry: str, rows: Sequence[tuple[Place, Counts]], now_ms: int
) -> Entered:
    """The clerk's entry is this; no number of the other's is told, only where the two differ.

    Shape:  a place that is not named has no paper; a new entry takes back the signatures on an older count
    Raises: not-found, round-state, two-clerks, malformed-request
    """
    with transaction(township_id) as tx:
        row = round_in(tx.connection, township_id, round_id)
        state_after(row.state, "enter_paper")
        places = manifest_of(row, "enter_paper").places()
        _check(places, [place for place, _ in rows])
        clerks = load_clerks(tx.connection, township_id, round_id)
        if clerks.get("b" if entry == "a" else "a") == clerk:
            raise Problem("two-clerks", "the other entry is this account's own")
        counts = dict.fromkeys(places, Counts()) | dict(rows)
        save_entry(tx.connection, township_id, round_id, entry, clerk, counts)
        unsign(tx.connection, township_id, round_id, "reconciliation")
        audited(tx, clerk, "paper-entered", row, now_ms, entry=entry)
        return entered(tx.connection, township_id, round_id, places)


def entered(connection: Connection, township_id: str, round_id: str, places: Sequence[Place]) -> Entered:
    """How the two entries stand now."""
    one, two = (load_entry(connection, township_id, round_id, name) for name in ("a", "b"))
    differences = tuple(place for place in places if one and two and one[place] != two[place])
    return Entered(bool(one and two) and not differences, differences)


def _check(places: list[Place], named: list[Place]) -> None:
    errors = [
        (f"/rows/{at}", "is no subject and group of this round" if place not in places else "stands there twice")
        for at, place in enumerate(named)
        if place not in places or place in named[:at]
    ]
    if errors:
        raise Problem("malformed-request", "the rows do not fit the round", errors[:20])
