"""What goes into a judgement and what comes out of it: values only, so that the store can load and save them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from server.domain.records import Change, Json, Record, Refused

Outcome = Literal["applied", "merged", "conflict", "quarantined"]


@dataclass(frozen=True, slots=True)
class Township:
    """What the judge knows of the tenant: its last feed number, its open cycle, the gaps that restores left.

    Shape:  `gaps` are (from, to]: no phone ever saw a number in there, so a base inside counts as `from`;
            `locked_before_ms` the start of the newest meeting whose visits are locked.
    """

    id: str
    is_demo: bool
    open_cycle: str | None
    head: int
    gaps: tuple[tuple[int, int], ...] = ()
    locked_before_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Why a change is quarantined.

    Shape:  `slug` from the problem catalogue; `errors` are (JSON pointer, detail).
    """

    slug: str
    detail: str
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one change (L6).

    Shape:  `seq` is the number of the last row this change wrote, conflict records included; None if it wrote nothing.
    """

    n: int
    outcome: Outcome
    seq: int | None = None
    conflicts: tuple[str, ...] = ()
    problem: Note | None = None


@dataclass(frozen=True, slots=True)
class Departure:
    """The record has left this scope; its row in the new scope has a higher number."""

    seq: int
    scope: str
    record: str


@dataclass(frozen=True, slots=True)
class Effect:
    """Work that a judgement leaves for the night shift: ids in, never objects."""

    kind: str
    payload: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class OnlineWrite:
    """What an online command wants a record to be: the named fields take these values, the others stay.

    Shape:  `fields` flat, a set as its whole list; `parent` only for kinds without a parent field; `author` counts as
            creator (default: the command's account); `deleted` True, False, or None to leave as it is.
    """

    record: str
    kind: str
    fields: Mapping[str, Json] = field(default_factory=dict)
    parent: str | None = None
    author: str | None = None
    deleted: bool | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """Everything one transaction saves.

    Shape:  `verdicts` in the order of the items; `records` are final rows, each with its last seq; `departures` by seq;
            `head` the township's new last number; `released` what became of waiting changes that are no longer waiting
            (their outcome may be quarantined again, for another reason); `faults` tracebacks behind a `server-fault`.
    """

    verdicts: list[tuple[Change | Refused, Verdict]]
    records: list[Record]
    departures: list[Departure]
    head: int
    released: list[tuple[Change, Verdict]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
