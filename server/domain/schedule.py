"""When a digest is due: 08:00 in the township's zone, on Mondays or, in the demo, daily; after a night off, once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal

Form = Literal["weekly", "daily"]

DIGEST_ROLES = ("committee_secretary", "pbo")
"""Who gets a digest in this release; the first of a person's roles that stands here shapes his one digest."""

GRACE_MS = 30 * 60 * 1000
"""The timetable ticks every minute; what comes half an hour after 08:00 was not on time and is marked 补发."""

_STEP = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}


@dataclass(frozen=True, slots=True)
class Hour:
    """When digests are made: the hour in the township's zone, and the weekday of the weekly form (0 = Monday)."""

    hour: int = 8
    weekday: int = 0


EIGHT_ON_MONDAY = Hour()


@dataclass(frozen=True, slots=True)
class Period:
    """One day or week for which a person gets at most one digest. Shape: key 2026-11-24 or 2026-W48; start_ms UTC."""

    key: str
    start_ms: int


@dataclass(frozen=True, slots=True)
class Reader:
    """One account with a role that gets digests. Shape: since_ms is when that role began, on the server's clock."""

    account: str
    person: str | None
    role: str
    since_ms: int


@dataclass(frozen=True, slots=True)
class Due:
    """A digest to be made for this reader and period; late means that it should have been there long ago."""

    reader: Reader
    period: Period
    late: bool


def form_of(is_demo: bool) -> Form:
    """The demo is looked at for an hour, not for weeks: it gets its digest every day."""
    return "daily" if is_demo else "weekly"


def newest_period(form: Form, zone: tzinfo, now_ms: int, at: Hour = EIGHT_ON_MONDAY) -> Period:
    """The period that began last: its 08:00 has come in the township's zone, whatever summer time did there."""
    day = datetime.fromtimestamp(now_ms / 1000, zone).date()
    if form == "weekly":
        day -= timedelta(days=(day.weekday() - at.weekday) % 7)
    while _start_ms(day, at, zone) > now_ms:
        day -= _STEP[form]
    return Period(_key(form, day), _start_ms(day, at, zone))


def one_reader_each(readers: Iterable[Reader]) -> tuple[Reader, ...]:
    """Each account once, in its first role of DIGEST_ROLES; roles without a digest fall away."""
    found: dict[str, Reader] = {}
    for reader in sorted(readers, key=lambda reader: (reader.account, _rank(reader.role), reader.since_ms)):
        if reader.role in DIGEST_ROLES:
            found.setdefault(reader.account, reader)
    return tuple(found.values())


def due_digests(
    readers: Iterable[Reader],
    made: Collection[str],
    period: Period,
    now_ms: int,
    force: bool = False,
) -> tuple[Due, ...]:
    """Who still has to get the newest period's digest; older periods are never caught up, so a month off costs one.

    Shape:  made holds the accounts that have their digest, or their "nothing to report", for this period.
            A person whose role began after 08:00 waits for the next one, unless somebody asks for it (force).
    Laws:   L7 an account in made is never due.
    """
    return tuple(
        Due(reader, period, _is_late(reader, period, now_ms) and not force)
        for reader in one_reader_each(readers)
        if reader.account not in made and (force or reader.since_ms <= period.start_ms)
    )


def delivery_key(account: str, period: Period) -> str:
    """The idempotency key of one person's digest for one period (L7)."""
    return f"digest/{account}/{period.key}"


def _is_late(reader: Reader, period: Period, now_ms: int) -> bool:
    return reader.since_ms <= period.start_ms and now_ms - period.start_ms > GRACE_MS


def _rank(role: str) -> int:
    return DIGEST_ROLES.index(role) if role in DIGEST_ROLES else len(DIGEST_ROLES)


def _start_ms(day: date, at: Hour, zone: tzinfo) -> int:
    return round(datetime.combine(day, time(at.hour), zone).timestamp() * 1000)


def _key(form: Form, day: date) -> str:
    if form == "daily":
        return day.isoformat()
    year, week, _weekday = day.isocalendar()
    return f"{year}-W{week:02d}"
