"""Before anything is counted: who was entitled, came, was issued, and what came back, for each subject and group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["agrees", "differs", "void"]


@dataclass(frozen=True, slots=True)
class Row:
    """One place of the round.

    Shape:  `_e` electronic, `_p` paper; `received_e` in the box before the deadline; `lost` never came back;
            `spoiled` forms were replaced and `duplicate_attempts` refused, so neither is in another number
    """

    entitled: int
    present: int
    issued_e: int
    issued_p: int
    received_e: int
    collected_p: int
    late: int
    lost: int
    spoiled: int
    duplicate_attempts: int

    @property
    def issued(self) -> int:
        return self.issued_e + self.issued_p

    @property
    def received(self) -> int:
        return self.received_e + self.collected_p


def verdict(row: Row) -> Verdict:
    """Whether the place may be counted; more back than was issued voids the round.

    Source: DOMAIN.md 4.4, 14.3
    """
    if row.collected_p > row.issued_p or row.received_e + row.late > row.issued_e:
        return "void"
    return "differs" if broken(row) else "agrees"


def broken(row: Row) -> list[str]:
    """The identities that do not hold, in words."""
    identities = {
        "entitled >= present": row.entitled >= row.present,
        "present >= issued": row.present >= row.issued,
        "issued >= received": row.issued >= row.received,
        "received + late + lost = issued": row.received + row.late + row.lost == row.issued,
    }
    return [words for words, holds in identities.items() if not holds]


def quorum(entitled: int) -> int:
    """How many must be present: two thirds, rounded up."""
    return -(-2 * entitled // 3)
