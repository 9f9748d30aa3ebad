"""Counts of issuances and of slips, never a row of either: the one room that looks at both."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from server.domain.ballot.manifest import Place
from server.store.bulk import sql


@dataclass(frozen=True, slots=True)
class Handed:
    """What a group has handed in. Shape: `electronic`, `paper` evaluators; `issued` rows of the electronic ones."""

    electronic: int = 0
    paper: int = 0
    issued: int = 0


def handed_in(connection: Connection, township_id: str, meeting_id: str, round_id: str) -> dict[str, Handed]:
    """How many evaluators of each group have an issuance, by channel."""
    found = connection.execute(
        sql(
            "SELECT r.group_slug, i.channel, COUNT(DISTINCT i.roll_id) AS people, COUNT(*) AS issued FROM issuances i "
            "JOIN evaluator_roll r ON r.township_id = i.township_id AND r.meeting_id = :meeting AND r.id = i.roll_id "
            "WHERE i.township_id = :township AND i.round_id = :round GROUP BY r.group_slug, i.channel"
        ),
        {"township": township_id, "meeting": meeting_id, "round": round_id},
    )
    counted: dict[str, dict[str, tuple[int, int]]] = {}
    for row in found:
        counted.setdefault(row.group_slug, {})[row.channel] = (row.people, row.issued)
    none = (0, 0)
    return {
        group: Handed(by.get("e", none)[0], by.get("p", none)[0], by.get("e", none)[1]) for group, by in counted.items()
    }


def in_the_box(connection: Connection, township_id: str, round_id: str, late: bool = False) -> dict[Place, int]:
    """How many slips each place has in the box, or late."""
    found = connection.execute(
        sql(
            "SELECT subject_id, group_slug, COUNT(*) AS slips FROM slips WHERE township_id = :township "
            "AND round_id = :round AND late = :late GROUP BY subject_id, group_slug"
        ),
        {"township": township_id, "round": round_id, "late": late},
    )
    return {(row.subject_id, row.group_slug): row.slips for row in found}
