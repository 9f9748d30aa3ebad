"""The digest: what needs this person today, in at most five lines; nothing at all when nothing does (DOMAIN.md 8.2)."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta, timezone, tzinfo

from server.domain.coverage import coverage, newest_open_cycle
from server.domain.duplicates import possible_duplicates
from server.domain.fleet import SILENT_AFTER_MS, Doubt, Phone, doubt_about, hours_silent, silent_phones
from server.domain.kinds import FieldSpec, Kind, Kinds
from server.domain.records import Json, Record
from server.domain.schedule import Period, Reader

MOST_LINES = 5
BEIJING = timezone(timedelta(hours=8))
MOST_NAMES = 40
OFFICE_ONLY = frozenset({"quarantined"})

_FIXED = ("role", "period", "period_start_ms", "made_at_ms", "late", "lines", "text_zh")
_SERVER = ("cycle_id", "is_demo")
DIGEST_KIND = Kind(
    name="digest",
    fields={name: FieldSpec(name, "fixed") for name in _FIXED}
    | {name: FieldSpec(name, "fixed", server=True) for name in _SERVER},
    scope="own",
    offline=False,
)
"""The same value as `KINDS["digest"]` (a test compares): customs declares kinds, the night shift may not go there."""


NIGHT_KINDS: Kinds = {DIGEST_KIND.name: DIGEST_KIND}
"""All that the night shift writes."""


@dataclass(frozen=True, slots=True)
class Town:
    """What a digest looks at, as it stands at one moment.

    Shape:  records of the kinds cycle, subject, village, person, visit, conflict; phones in use (none revoked or
            replaced); secretaries account → person id of who holds, or held in this cycle, the role; quarantined the
            person names behind changes that wait, one per change; zone the township's, in which a day is a day.
    """

    records: Sequence[Record]
    phones: Sequence[Phone] = ()
    secretaries: Mapping[str, str] = field(default_factory=dict)
    quarantined: Sequence[str] = ()
    zone: tzinfo = BEIJING


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a number, names, the list that a tap opens, and why the number may be wrong.

    Shape:  code `unvisited`, `silent`, `conflicts`, `quarantined`, `duplicates`; target {"list", "filter"};
            note {"code", "number"} of fleet.Doubt, or None.
    """

    code: str
    count: int
    names: tuple[str, ...]
    target: Mapping[str, str]
    note: Doubt | None = None


def digest_lines(town: Town, reader: Reader, now_ms: int, silent_after_ms: int = SILENT_AFTER_MS) -> tuple[Line, ...]:
    """What this reader has to know, most urgent first; empty when there is nothing to say.

    Laws:   L18 the unvisited line carries the doubt about the committee secretary's phones, and silent phones have a
            line of their own, even when every village was visited.
    Source: DOMAIN.md 8.2, UX.md 5
    """
    lines = (
        _unvisited(town, now_ms, silent_after_ms),
        _silent(town, now_ms, silent_after_ms),
        _conflicts(town, reader.account),
        _quarantined(town),
        _duplicates(town),
    )
    said = (line for line in lines if line.count and (line.code not in OFFICE_ONLY or reader.role == "pbo"))
    return tuple(said)[:MOST_LINES]


def line_fields(line: Line) -> dict[str, Json]:
    """A line as the digest record stores it."""
    return asdict(line) | {"names": list(line.names[:MOST_NAMES])}


def same_news(written: Sequence[Mapping[str, Json]], lines: Sequence[Line]) -> bool:
    """Whether a written digest says what these lines say; that a silent phone is silent for longer is no news."""
    said = [(line["code"], line["count"], line["names"], (line["note"] or {}).get("code")) for line in written]
    new = [
        (line.code, line.count, list(line.names[:MOST_NAMES]), line.note.code if line.note else None) for line in lines
    ]
    return said == new


def digest_id(township_id: str, account: str, period: Period) -> str:
    """The id of a person's digest of a period: whoever writes it, and however often, it is the same record (L7).

    Source: RFC 9562, version 8 (an id made from a hash of our own choice)
    """
    digest = hashlib.sha256(f"digest|{township_id}|{account}|{period.key}".encode()).digest()
    number = int.from_bytes(digest[:16], "big") & ~(0xF << 76) & ~(0x3 << 62)
    return str(uuid.UUID(int=number | (0x8 << 76) | (0x2 << 62)))


def _unvisited(town: Town, now_ms: int, silent_after_ms: int) -> Line:
    cycle = newest_open_cycle(_of_kind(town, "cycle"))
    if cycle is None:
        return Line("unvisited", 0, (), {})
    found = coverage(cycle.id, _of_kind(town, "subject"), _of_kind(town, "visit"), set(town.secretaries.values()))
    return Line(
        code="unvisited",
        count=len(found.unvisited),
        names=_village_names(town, found.unvisited),
        target={"list": "villages", "filter": "unvisited"},
        note=doubt_about(town.phones, town.secretaries, now_ms, silent_after_ms),
    )


def _silent(town: Town, now_ms: int, silent_after_ms: int) -> Line:
    silent = silent_phones(town.phones, now_ms, silent_after_ms)
    note = Doubt("longest", hours_silent(silent[0], now_ms)) if silent else None
    names = tuple(dict.fromkeys(phone.person or phone.label for phone in silent))
    return Line("silent", len(silent), names, {"list": "replicas", "filter": "silent"}, note)


def _conflicts(town: Town, account: str) -> Line:
    """Named by village, which is how people look for them; what lies in other people's own scope is not counted."""
    waiting = [
        record
        for record in _of_kind(town, "conflict")
        if record.fields.get("status") == "open"
        and (not record.scope.startswith("own:") or record.scope == f"own:{account}")
    ]
    villages = (record.scope.removeprefix("field:") for record in waiting if record.scope.startswith("field:"))
    names = _village_names(town, dict.fromkeys(villages))
    return Line("conflicts", len(waiting), names, {"list": "conflicts", "filter": "open"})


def _quarantined(town: Town) -> Line:
    names = tuple(dict.fromkeys(town.quarantined))
    return Line("quarantined", len(town.quarantined), names, {"list": "quarantine", "filter": "waiting"})


def _duplicates(town: Town) -> Line:
    """Only of the open cycle: a pair that nobody judged while its year was open no longer matters."""
    cycle = newest_open_cycle(_of_kind(town, "cycle"))
    visits = {
        visit.id: visit
        for visit in _of_kind(town, "visit")
        if cycle is not None and visit.fields.get("cycle_id") == cycle.id
    }
    pairs = possible_duplicates(visits.values(), town.zone)
    names = _village_names(town, dict.fromkeys(str(visits[first].fields["village_id"]) for first, _second in pairs))
    return Line("duplicates", len(pairs), names, {"list": "visits", "filter": "duplicates"})


def _of_kind(town: Town, kind: str) -> list[Record]:
    return [record for record in town.records if record.kind == kind and not record.deleted]


def _village_names(town: Town, villages: Iterable[str]) -> tuple[str, ...]:
    """A subject keeps a copy of its village's name for when the village row is not there."""
    copies = {str(row.fields.get("village_id")): row.fields.get("village_name") for row in _of_kind(town, "subject")}
    rows = {row.id: row.fields.get("short_name") or row.fields.get("name") for row in _of_kind(town, "village")}
    found = (rows.get(village) or copies.get(village) for village in villages)
    return tuple(str(name) for name in found if name)
