"""How many of what a round has, place by place: counts of issuances beside counts of the box, never a row of either."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import Connection

from server.store.bulk import sql

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Counts by place. Shape: `present` by place, too: who came, less recusals; `spoiled` by group."""

    present: Counter[Place]
    issued_e: Counter[Place]
    issued_p: Counter[Place]
    in_time: Counter[Place]
    late: Counter[Place]
    collected: Counter[Place]
    duplicates: Counter[Place]
    spoiled: Counter[str] = field(default_factory=Counter)


def load_numbers(
    connection: Connection, township_id: str, round_id: str, meeting_id: str, subjects: list[str], here: frozenset[str]
) -> Numbers:
    """What was issued and what came back. Shape: `here` the statuses that count as present"""
    asked = {"township": township_id, "round": round_id, "meeting": meeting_id}
    issued = _counted(connection, _ISSUED, asked)
    box = _counted(connection, _BOX, asked)
    return Numbers(
        present=_present(connection, asked, subjects, here),
        issued_e=_of(issued, "e"),
        issued_p=_of(issued, "p"),
        in_time=_of(box, "in"),
        late=_of(box, "late"),
        collected=_of(_counted(connection, _COLLECTED, asked), "collected"),
        duplicates=_of(_counted(connection, _REFUSED, asked), "duplicate_attempts"),
        spoiled=Counter({str(group): int(n) for group, n in connection.execute(sql(_SPOILED), asked)}),
    )


_HELD = (
    "FROM issuances i JOIN evaluator_roll r "
    "ON r.township_id = i.township_id AND r.meeting_id = :meeting AND r.id = i.roll_id "
)
_ISSUED = (
    f"SELECT i.subject_id, r.group_slug, i.channel, count(*) {_HELD}"
    "WHERE i.township_id = :township AND i.round_id = :round GROUP BY i.subject_id, r.group_slug, i.channel"
)
_COLLECTED = (
    f"SELECT i.subject_id, r.group_slug, f.state, count(*) {_HELD}"
    "JOIN paper_forms f ON f.township_id = i.township_id AND f.round_id = i.round_id AND f.form_no = i.form_no "
    "WHERE i.township_id = :township AND i.round_id = :round GROUP BY i.subject_id, r.group_slug, f.state"
)
_BOX = (
    "SELECT subject_id, group_slug, CASE WHEN late THEN 'late' ELSE 'in' END AS came, count(*) FROM slips "
    "WHERE township_id = :township AND round_id = :round GROUP BY subject_id, group_slug, late"
)
_REFUSED = (
    "SELECT subject_id, group_slug, reason, count FROM refused_slips "
    "WHERE township_id = :township AND round_id = :round"
)
_SPOILED = (
    "SELECT group_slug, count(*) FROM paper_forms "
    "WHERE township_id = :township AND round_id = :round AND state = 'spoiled' GROUP BY group_slug"
)


def _counted(connection: Connection, statement: str, asked: dict[str, str]) -> dict[tuple[str, str, str], int]:
    found = connection.execute(sql(statement), asked)
    return {(str(subject), str(group), str(what)): int(number) for subject, group, what, number in found}


def _of(counts: dict[tuple[str, str, str], int], wanted: str) -> Counter[Place]:
    return Counter({(subject, group): n for (subject, group, what), n in counts.items() if what == wanted})


def _present(
    connection: Connection, asked: dict[str, str], subjects: list[str], here: frozenset[str]
) -> Counter[Place]:
    found = connection.execute(
        sql(
            "SELECT group_slug, recusals, status FROM evaluator_roll "
            "WHERE township_id = :township AND meeting_id = :meeting"
        ),
        asked,
    )
    present: Counter[Place] = Counter()
    for group, recusals, status in found:
        if status in here:
            present.update((subject, str(group)) for subject in set(subjects) - set(json.loads(recusals)))
    return present


def load_late(connection: Connection, township_id: str, round_id: str) -> list[dict[str, str]]:
    """The late slips by hash and place; sealed they stay."""
    found = connection.execute(
        sql(
            "SELECT subject_id, group_slug, slip_hash FROM slips "
            "WHERE township_id = :township AND round_id = :round AND late = :late"
        ),
        {"township": township_id, "round": round_id, "late": True},
    )
    return [{"subject": str(subject), "group": str(group), "hash": str(digest)} for subject, group, digest in found]
