"""Rounds of every size and mix of channels, and what a reader makes of several figures put together."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import text

from server.commands.ballot.count_round import count_round
from server.domain.ballot.board import Board, Entry
from server.domain.ballot.manifest import Place
from server.domain.ballot.reconciliation import Row
from server.domain.ballot.shapes import OUTCOMES
from server.domain.ballot.slips import Slip
from server.domain.ballot.tally import Counts
from server.schemas.kinds.registry import KINDS
from server.store.board import save_board, save_counts, save_head, save_marks
from server.store.slips import put_in
from server.store.transaction import transaction
from tests.ballot.hall import Hall

Json = dict[str, Any]
Known = dict[frozenset[Place], Counts]
"""What a reader knows: the rows of these places together are these."""
VALID = OUTCOMES[:4]
LEAST = 5
MOST = 12


@dataclass(frozen=True)
class Cell:
    """Who of a place voted. Shape: an outcome for each slip in time, and for each paper form; `late` slips, unopened"""

    slips: tuple[str, ...]
    forms: tuple[str, ...]
    late: int

    @property
    def row(self) -> Row:
        e, p = len(self.slips), len(self.forms)
        issued = e + p + self.late
        return Row(issued, issued, e + self.late, p, e, p, self.late, 0, 0, 0)


@st.composite
def cells(draw: st.DrawFn) -> Cell:
    """Nobody to a dozen, cut into the three channels anywhere."""
    votes = draw(st.lists(st.sampled_from(OUTCOMES), max_size=MOST))
    first, second = sorted((draw(st.integers(0, len(votes))), draw(st.integers(0, len(votes)))))
    return Cell(tuple(votes[:first]), tuple(votes[first:second]), len(votes) - second)


def rows_of(outcomes: Iterable[str]) -> Counts:
    found = list(outcomes)
    return Counts(**{name: found.count(name) for name in OUTCOMES})


def tally_of(drawn: Mapping[Place, Cell]) -> dict[Place, Counts]:
    return {place: rows_of(cell.slips + cell.forms) for place, cell in drawn.items()}


def count(hall: Hall, drawn: Mapping[Place, Cell]) -> None:
    """The round has this box and this paper, both signed for, and the program counts it."""
    town, round_id = hall.town.id, hall.round
    slips = [
        Entry(Slip(place, secrets.token_bytes(385)), bytes(32), vote) for place in drawn for vote in drawn[place].slips
    ]
    hall.move("reconciled")
    with transaction(town) as tx:
        for table in ("slips", "board_entries", "results"):
            tx.connection.execute(text(f"DELETE FROM {table} WHERE round_id = :round"), {"round": round_id})
        put_in(tx.connection, town, round_id, [(entry.slip, False) for entry in slips])
        save_board(tx.connection, town, round_id, Board(tuple(slips), (bytes(32),) * len(slips), bytes(32)))
        paper = {place: rows_of(cell.forms) for place, cell in drawn.items()}
        save_head(tx.connection, town, round_id, "ab" * 32)
        save_counts(tx.connection, town, round_id, signed(drawn, paper))
        save_marks(tx.connection, town, round_id, {subject: ["90", "91.5"] for subject, _ in drawn})
    count_round(KINDS, town, hall.office.enrolled["account"], round_id, 0)


def signed(drawn: Mapping[Place, Cell], paper: Mapping[Place, Counts]) -> Json:
    """What the scrutineers sign."""
    named = [({"subject": place[0], "group": place[1]}, place, cell) for place, cell in drawn.items()]
    return {
        "rows": [{**name, **asdict(cell.row)} for name, _, cell in named],
        "paper": [{**name, **asdict(paper[place])} for name, place, _ in named],
        "late": [{**name, "hash": "ab" * 32} for name, _, cell in named for _ in range(cell.late)],
    }


def breakdowns(answer: Any) -> list[Counts]:
    """Everything in an answer, at any depth and in JSON as text, that says how many gave which grade; points do not."""
    if isinstance(answer, str) and answer[:1] in ("{", "["):
        try:
            return breakdowns(json.loads(answer))
        except ValueError:
            return []
    if isinstance(answer, list):
        return [found for one in answer for found in breakdowns(one)]
    if not isinstance(answer, dict) or "points" in answer:
        return []
    own = {name: answer[name] for name in OUTCOMES if isinstance(answer.get(name), int)}
    return ([Counts(**own)] if own else []) + [found for one in answer.values() for found in breakdowns(one)]


def of_view(view: Json, places: Iterable[Place]) -> Known:
    """The figures of a result, by the places they add up."""
    places = list(places)
    shown: Known = {}
    for one in view["subjects"]:
        shown |= {frozenset({(one["id"], group)}): Counts(**rows) for group, rows in one["groups"].items()}
        if one["total"] is not None:
            shown[frozenset(place for place in places if place[0] == one["id"])] = Counts(**one["total"])
    for group, rows in view["groups"].items():
        shown[frozenset(place for place in places if place[1] == group)] = Counts(**rows)
    if view["total"] is not None:
        shown[frozenset(places)] = Counts(**view["total"])
    return shown


def reckoned(known: Known) -> Known:
    """All that adding and taking away gives, again and again: what lies apart together, and what is left of a whole."""
    found = dict(known)
    fresh = list(found)
    while fresh:
        one = fresh.pop()
        for other in list(found):
            for places, rows in _pairs(one, other, found):
                if places and places not in found:
                    found[places] = rows
                    fresh.append(places)
    return found


def _pairs(one: frozenset[Place], other: frozenset[Place], found: Known) -> list[tuple[frozenset[Place], Counts]]:
    if one < other:
        return [(other - one, _less(found[other], found[one]))]
    if other < one:
        return [(one - other, _less(found[one], found[other]))]
    return [] if one & other else [(one | other, found[one] + found[other])]


def _less(whole: Counts, part: Counts) -> Counts:
    return Counts(*(getattr(whole, name) - getattr(part, name) for name in OUTCOMES))


def tells_few(known: Known, tally: Mapping[Place, Counts]) -> list[frozenset[Place]]:
    """The sets of places with one to four valid rows of which somebody with these figures knows the breakdown."""
    after = reckoned(known)
    for places, rows in after.items():
        assert rows == sum((tally[place] for place in places), Counts())
    return [places for places, rows in after.items() if 0 < rows.valid < LEAST]
