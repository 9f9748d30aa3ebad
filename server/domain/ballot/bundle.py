"""bundle.json: all that a stranger needs to count again, and nothing about any person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from server.domain.ballot.board import Board
from server.domain.ballot.manifest import Manifest, Place
from server.domain.ballot.reconciliation import Row
from server.domain.ballot.shapes import Malformed, to_base64
from server.domain.ballot.slips import Slip
from server.domain.ballot.tally import Counts, counted, together

FORMAT = "zoufang-bundle-1"


def bundle(
    manifest: Manifest,
    board: Board,
    late: Iterable[Slip],
    paper: Mapping[Place, Counts],
    rows: Mapping[Place, Row],
    marks: Mapping[str, tuple[str, str]],
) -> dict[str, Any]:
    """The bundle of a counted round.

    Shape:  `marks` are each subject's (daily, secretary) texts, empty where ballots alone weigh; late slips appear by
            hash only
    Laws:   L12, L13
    Raises: Malformed (paper or rows of a place that the round has not)
    Source: docs/ballot.md 7
    """
    places = manifest.places()
    if not set(paper) <= set(places) or set(rows) != set(places):
        raise Malformed("paper and reconciliation are of this round's places, the latter of every one")
    tally = together(counted(manifest, ((entry.slip.place, entry.outcome) for entry in board.entries)), paper)
    return {
        "format": FORMAT,
        "manifest": manifest.raw,
        "board": [
            {**_named(entry.slip.place), "slip": to_base64(entry.slip.body), "key": entry.key.hex(), "link": link.hex()}
            for entry, link in zip(board.entries, board.links, strict=True)
        ],
        "head": board.head.hex(),
        "late": _late(manifest, late),
        "paper": [{**_named(place), **asdict(paper.get(place, Counts()))} for place in places],
        "reconciliation": [{**_named(place), **_row(rows[place])} for place in places],
        "marks": [
            {"subject": subject, "daily": marks[subject][0], "secretary": marks[subject][1]}
            for subject, _ in manifest.subjects
            if subject in marks
        ],
        "certified": [{**_named(place), **asdict(tally[place])} for place in places],
    }


def _late(manifest: Manifest, late: Iterable[Slip]) -> list[dict[str, str]]:
    order = {place: at for at, place in enumerate(manifest.places())}
    slips = sorted(set(late), key=lambda slip: (order[slip.place], slip.hash))
    return [{**_named(slip.place), "hash": slip.hash.hex()} for slip in slips]


def _row(row: Row) -> dict[str, int]:
    return {name: number for name, number in asdict(row).items() if name != "entitled"}


def _named(place: Place) -> dict[str, str]:
    return {"subject": place[0], "group": place[1]}
