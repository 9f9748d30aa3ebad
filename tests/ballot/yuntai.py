"""The demo meeting of 云台镇: 35 entitled, 33 present, 26 phones, 7 paper forms, one evaluator late."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from server.domain.ballot.bundle import bundle
from server.domain.ballot.manifest import Place
from server.domain.ballot.reconciliation import Row
from server.domain.ballot.slips import Slip
from server.domain.ballot.tally import Counts
from tests.ballot.election import COMPOSITE, Election, election, outcomes_of, subject_id

GROUPS = {"leader": ("领导", 11), "member_rep": ("党员代表", 24)}
PAPER = {"leader": 3, "member_rep": 4}
ROWS = {
    "leader": Row(11, 11, 8, 3, 8, 3, 0, 0, 0, 0),
    "member_rep": Row(24, 22, 18, 4, 17, 4, 1, 0, 0, 1),
}
# name, leaders' and member representatives' 好/较好/一般/差/弃权/无效, daily, secretary, exact score, suggested
VILLAGES = (
    ("青石沟", (9, 2, 0, 0), (17, 4, 0, 0), "95", "95", "95.625", "good"),
    ("柳树湾", (8, 3, 0, 0), (15, 5, 1, 0), "92", "94", "93.275", "good"),
    ("上河", (7, 4, 0, 0), (14, 6, 0, 0, 1), "90", "92", "14287/155", "good"),
    ("下河", (6, 5, 0, 0), (12, 7, 1, 0, 0, 1), "91", "90", "28143/310", "good"),
    ("红崖", (6, 4, 1, 0), (11, 9, 1, 0), "91", "92", "90.3875", "good"),
    ("大坪", (5, 5, 1, 0), (10, 9, 2, 0), "88", "90", "88.15", "fairly_good"),
    ("南沟", (4, 6, 1, 0), (9, 10, 1, 1), "86", "85", "85.6125", "fairly_good"),
    ("北塬", (4, 5, 2, 0), (8, 10, 3, 0), "84", "85", "84.3875", "fairly_good"),
    ("杨家庄", (3, 6, 2, 0), (7, 11, 2, 0, 1), "82", "82", "2571/31", "fairly_good"),
    ("马家湾", (2, 6, 3, 0), (6, 11, 4, 0), "80", "78", "6393/80", "average"),
    ("石板", (1, 4, 5, 1), (4, 8, 7, 2), "72", "70", "71.5375", "average"),
    ("三岔", (1, 5, 5, 0), (5, 9, 6, 0, 0, 1), "76", "75", "11809/155", "average"),
    ("寒水", (0, 1, 5, 5), (1, 3, 7, 9, 1), "55", "50", "3343/62", "poor"),
)


@dataclass(frozen=True)
class Meeting:
    """What came of it."""

    election: Election
    box: tuple[Slip, ...]
    late: tuple[Slip, ...]
    paper: dict[Place, Counts]
    bundle: dict[str, Any]


@lru_cache(maxsize=1)
def meeting() -> Meeting:
    """Every slip made by an evaluator of its own, once a test session."""
    held = election([village[0] for village in VILLAGES], GROUPS, "composite", COMPOSITE)
    box: list[Slip] = []
    paper: dict[Place, Counts] = {}
    for number, village in enumerate(VILLAGES, 1):
        for group, counts in zip(GROUPS, village[1:3], strict=True):
            place = (subject_id(number), group)
            rows = outcomes_of(Counts(*counts))
            box += [held.slip(place, grade) for grade in rows[: -PAPER[group]]]
            paper[place] = counts_of(rows[-PAPER[group] :])
    late = tuple(held.slip((subject_id(number), "member_rep"), "good") for number in range(1, len(VILLAGES) + 1))
    rows_of = {place: ROWS[place[1]] for place in held.manifest.places()}
    marks = {subject_id(number): (village[3], village[4]) for number, village in enumerate(VILLAGES, 1)}
    whole = bundle(held.manifest, held.board(box), late, paper, rows_of, marks)
    return Meeting(held, tuple(box), late, paper, whole)


def counts_of(rows: list[str]) -> Counts:
    return Counts(**{name: rows.count(name) for name in Counts.__slots__})
