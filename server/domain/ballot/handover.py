"""What of a round goes to a hub, and what comes back: one shape for both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.ballot.roll import RollRow
from server.domain.records import Json

Place = tuple[str, str]
OUT, BACK = "out", "back"


@dataclass(frozen=True, slots=True)
class Town:
    """The township as far as a hub needs it."""

    id: str
    name: str
    region_code: str
    time_zone: str
    is_demo: bool


@dataclass(frozen=True, slots=True)
class Saved:
    """A record. Shape: `fields` flat"""

    id: str
    fields: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Signing:
    """A signing key of a place. Shape: `n` base64 as in the manifest, `p` and `q` the primes"""

    place: Place
    n: str
    p: int
    q: int


@dataclass(frozen=True, slots=True)
class Handed:
    """One subject of one evaluator that is issued, as `server.store.issuances` keeps it."""

    roll: str
    subject: str
    channel: str
    hash: str | None
    form_no: int | None
    window: int | None


@dataclass(frozen=True, slots=True)
class Boxed:
    """A slip in the box. Shape: `body` base64"""

    place: Place
    body: str
    late: bool


@dataclass(frozen=True, slots=True)
class Guest:
    """An evaluator who may come to the hub. Shape: `phones` pairs of replica and token hash"""

    account: str
    phones: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Handover:
    """A round on its way.

    Shape:  `keys` and `guests` only out; `refused` (place, reason, count) only back, counted at the hub; `laptop` back
            names who ran the file; `forms` (number, group, state); sorted by what things are, never by when
    """

    way: str
    hub: str
    laptop: str | None
    origin: str
    town: Town
    cycle: Saved
    meeting: Saved
    round: Saved
    hall_code: str
    tally_key: tuple[str, str]
    roll: tuple[RollRow, ...]
    issued: tuple[Handed, ...]
    forms: tuple[tuple[int, str, str], ...]
    windows: Mapping[str, int]
    slips: tuple[Boxed, ...]
    refused: tuple[tuple[str, str, str, int], ...] = ()
    keys: tuple[Signing, ...] = ()
    guests: tuple[Guest, ...] = field(default=())
