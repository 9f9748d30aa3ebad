"""What the doctor says of a township: faults that can never be right, and the totals of each cycle."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo

from server.domain.coverage import coverage
from server.domain.duplicates import possible_duplicates
from server.domain.records import Json, Record

MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One thing looked at. Shape: ok is None where there is nothing to be right or wrong about."""

    name: str
    ok: bool | None
    value: Json
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Totals:
    """A cycle in numbers.

    Shape:  interviews of visits that are shown, members those with Party members; villages is the roster's length,
            visited those that the committee secretary saw in person; duplicate_pairs are visits nobody has judged yet.
    """

    visits: int
    offline: int
    interviews: int
    members: int
    others: int
    visited: int
    villages: int
    conflicts: int
    conflicts_open: int
    duplicate_pairs: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database holds, as far as the doctor looks.

    Shape:  `faults` check → ids of the things that break it, all of them; `counts` name → number; `records` are all
            rows of the kinds in COUNTED, deleted ones too; `secretaries` person ids of whoever was committee secretary;
            `writers` record → the replicas that sent changes of it.
    """

    faults: Mapping[str, Sequence[str]]
    counts: Mapping[str, int]
    records: Sequence[Record]
    secretaries: Collection[str] = field(default_factory=frozenset)
    writers: Mapping[str, Collection[str]] = field(default_factory=dict)


COUNTED = ("cycle", "subject", "visit", "record_check", "interview", "opinion", "conflict")


def health(facts: Facts) -> list[Line]:
    """One line a check, and one a plain count."""
    checks = [_check(name, broken) for name, broken in facts.faults.items()]
    return checks + [Line(name, None, number) for name, number in facts.counts.items()]


def totals_by_year(facts: Facts, zone: tzinfo) -> dict[int, Totals]:
    """year → its totals, recomputed from the records; days are those of the township's zone."""
    cycles = [record for record in facts.records if record.kind == "cycle" and not record.deleted]
    cycle_of = _cycles_of(facts.records)
    return {int(cycle.fields["year"]): _totals(cycle.id, facts, cycle_of, zone) for cycle in _by_year(cycles)}


def writers_by_year(facts: Facts) -> dict[int, set[str]]:
    """year → the replicas that sent changes of its records, of deleted ones too."""
    cycle_of = _cycles_of(facts.records)
    years = {record.id: int(record.fields["year"]) for record in facts.records if record.kind == "cycle"}
    found: dict[int, set[str]] = {}
    for record, replicas in facts.writers.items():
        year = years.get(cycle_of.get(record, ""))
        if year is not None:
            found.setdefault(year, set()).update(replicas)
    return found


def _check(name: str, broken: Sequence[str]) -> Line:
    shown = ", ".join(broken[:MOST_EXAMPLES]) + (", …" if len(broken) > MOST_EXAMPLES else "")
    return Line(name, not broken, len(broken), shown)


def _totals(cycle_id: str, facts: Facts, cycle_of: Mapping[str, str], zone: tzinfo) -> Totals:
    own = [record for record in facts.records if cycle_of.get(record.id) == cycle_id and not record.deleted]
    visits = [visit for visit in own if visit.kind == "visit" and visit.fields.get("state") != "cancelled"]
    shown = {visit.id for visit in visits}
    interviews = [interview for interview in own if interview.kind == "interview" and interview.parent in shown]
    conflicts = [conflict for conflict in own if conflict.kind == "conflict"]
    subjects = [subject for subject in own if subject.kind == "subject"]
    reached = coverage(cycle_id, subjects, visits, facts.secretaries)
    members = sum(interview.fields.get("category") == "party_member" for interview in interviews)
    return Totals(
        visits=len(visits),
        offline=sum(visit.fields.get("captured_offline") is True for visit in visits),
        interviews=len(interviews),
        members=members,
        others=len(interviews) - members,
        visited=len(reached.visited),
        villages=reached.total,
        conflicts=len(conflicts),
        conflicts_open=sum(conflict.fields.get("status") == "open" for conflict in conflicts),
        duplicate_pairs=len(possible_duplicates(visits, zone)),
    )


def _cycles_of(records: Iterable[Record]) -> dict[str, str]:
    """record id → cycle id; a conflict belongs to the cycle of its record."""
    named = {record.id: str(record.fields["cycle_id"]) for record in records if record.fields.get("cycle_id")}
    below = [record for record in records if record.id not in named and record.parent in named]
    return named | {record.id: named[str(record.parent)] for record in below}


def _by_year(cycles: Iterable[Record]) -> list[Record]:
    return sorted(cycles, key=lambda cycle: int(cycle.fields["year"]))
