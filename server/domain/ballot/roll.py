"""Who may vote at a meeting: the roll as the office hands it in, what is wrong with it, and how many are entitled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from server.domain.ballot.reconciliation import quorum
from server.domain.ballot.rounds import HERE
from server.domain.records import Record

GROUPS: Mapping[str, str] = {"leader": "领导", "member_rep": "党员代表"}
LEAST_IN_GROUP = 5
"""Fewer of a group for one subject are too few to hide among: the group is merged or grows before the round."""


@dataclass(frozen=True, slots=True)
class RollRow:
    """One evaluator.

    Shape:  `recusals` subjects he never grades, sorted; `account` None for somebody without the app
    """

    id: str
    name: str
    group: str
    account: str | None = None
    recusals: tuple[str, ...] = ()
    status: str = "expected"


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A row as the office gives it. Shape: `id` None for somebody new."""

    id: str | None
    name: str
    group: str
    account: str | None
    recusals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Voter:
    """Whom an account belongs to. Shape: `villages` those he answers for or comes from; `bars` why he does not vote."""

    person: str | None
    villages: frozenset[str]
    bars: str | None = None


def roll_faults(
    rows: Sequence[RollRow],
    known: Collection[str],
    voters: Mapping[str, Voter],
    subjects: Collection[str],
) -> list[tuple[str, str]]:
    """Everything wrong with a roll, by row from 0; nothing is taken while there is any.

    Shape:  `known` ids of rows that are there already; (JSON pointer, sentence)
    """
    ids, accounts = Counter(row.id for row in rows), Counter(row.account for row in rows)
    return [
        (f"/rows/{at}/{field}", fault)
        for at, row in enumerate(rows)
        for field, fault in (
            *_identity_faults(row, ids, known),
            *_account_faults(row, accounts, voters),
            *_place_faults(row, subjects),
        )
    ]


def with_own_recusals(row: RollRow, voters: Mapping[str, Voter], subjects: Iterable[Record]) -> RollRow:
    """The row with the subjects that its person may not grade anyhow: himself, and whoever leads his village."""
    voter = voters.get(row.account or "")
    if voter is None:
        return row
    own = {
        subject.id
        for subject in subjects
        if (voter.person is not None and subject.fields.get("person_id") == voter.person)
        or subject.fields.get("village_id") in voter.villages
    }
    return RollRow(row.id, row.name, row.group, row.account, tuple(sorted({*row.recusals, *own})), row.status)


def sizes(rows: Iterable[RollRow]) -> dict[str, int]:
    """How many stand in each group, in the order of GROUPS; groups without anybody are left out."""
    counted = Counter(row.group for row in rows)
    return {group: counted[group] for group in GROUPS if counted[group]}


def present(rows: Iterable[RollRow]) -> dict[str, int]:
    """How many of each group have come."""
    return sizes(row for row in rows if row.status in HERE)


def entitled(rows: Iterable[RollRow], subject: str, group: str) -> int:
    """The group's roll less those who do not grade this subject."""
    return sum(row.group == group and subject not in row.recusals for row in rows)


def has_quorum(rows: Sequence[RollRow]) -> bool:
    """Whether two thirds of the roll have come. Source: DOMAIN.md 4.4"""
    return bool(rows) and sum(present(rows).values()) >= quorum(len(rows))


def small_places(rows: Sequence[RollRow], subjects: Iterable[str]) -> list[tuple[str, str, int]]:
    """Where too few may grade to hide among, less recusals: their posting window could never be full.

    Shape:  (subject, group, how many may), subject by subject in the order of GROUPS
    """
    found = [(subject, group, entitled(rows, subject, group)) for subject in subjects for group in sizes(rows)]
    return [place for place in found if place[2] < LEAST_IN_GROUP]


def _identity_faults(row: RollRow, ids: Counter[str], known: Collection[str]) -> Iterator[tuple[str, str]]:
    if ids[row.id] > 1:
        yield "id", "stands here twice"
    elif row.id not in known:
        yield "id", "is no row of this roll"
    if not row.name.strip():
        yield "name", "is empty"


def _account_faults(
    row: RollRow, accounts: Counter[str | None], voters: Mapping[str, Voter]
) -> Iterator[tuple[str, str]]:
    if row.account is None:
        return
    voter = voters.get(row.account)
    if voter is None:
        yield "account", "is no account of this township"
    elif voter.bars:
        yield "account", voter.bars
    if accounts[row.account] > 1:
        yield "account", "stands here twice"


def _place_faults(row: RollRow, subjects: Collection[str]) -> Iterator[tuple[str, str]]:
    if row.group not in GROUPS:
        yield "group", f"is none of {', '.join(GROUPS)}"
    if any(subject not in subjects for subject in row.recusals):
        yield "recusals", "names somebody who is not appraised in this cycle"
