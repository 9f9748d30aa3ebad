"""The doctor: recomputes from the database what must be true of a township, and counts what is in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from server.domain.doctor import Line, Totals, health, totals_by_year, writers_by_year
from server.domain.kinds import Kinds
from server.domain.replicas import Tenant
from server.store.database import reading
from server.store.doctor import load_facts


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one township.

    Shape:  lines first the checks, then plain counts; totals by year of the cycle; writers year → replicas that sent
            changes of its records.
    """

    township: Tenant
    lines: tuple[Line, ...]
    totals: Mapping[int, Totals]
    writers: Mapping[int, Collection[str]]

    @property
    def ok(self) -> bool:
        return all(line.ok is not False for line in self.lines)


def doctor(kinds: Kinds, township: Tenant, now_ms: int) -> Report:
    """The state of the township in one snapshot; nothing is written.

    Laws:   L4, L5, L6 as far as a look at the tables can tell
    """
    offline = [kind.name for kind in kinds.values() if kind.offline]
    with reading() as connection:
        facts = load_facts(connection, township.id, list(kinds), offline, now_ms)
    return Report(
        township, tuple(health(facts)), totals_by_year(facts, ZoneInfo(township.time_zone)), writers_by_year(facts)
    )
