"""What of a tally may be shown: nothing of fewer than five valid rows, nor two figures whose difference is that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.ballot.manifest import Place
from server.domain.ballot.tally import Counts

LEAST = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """One subject. Shape: `total` None where all its rows are too few; `groups` only those that may be told apart."""

    total: Counts | None
    groups: Mapping[str, Counts]


@dataclass(frozen=True, slots=True)
class Publication:
    """The one publication of a round. Shape: `groups` and `total` sum over subjects, where every part is shown."""

    subjects: Mapping[str, Shown]
    groups: Mapping[str, Counts]
    total: Counts | None


def publication(tally: Mapping[Place, Counts]) -> Publication:
    """The figures that may leave the count.

    Laws:   L12 no sum and no difference of them speaks of one to four valid rows
    Source: docs/ballot.md 9
    """
    by_subject: dict[str, dict[str, Counts]] = {}
    for (subject, group), counts in tally.items():
        by_subject.setdefault(subject, {})[group] = counts
    subjects = {subject: _shown(groups) for subject, groups in by_subject.items()}
    everywhere = [
        group
        for group in dict.fromkeys(group for _, group in tally)
        if all(group in shown.groups for shown in subjects.values())
    ]
    totals = [shown.total for shown in subjects.values()]
    return Publication(
        subjects,
        {group: _sum([shown.groups[group] for shown in subjects.values()]) for group in everywhere},
        None if None in totals else _sum([total for total in totals if total]),
    )


def _shown(groups: Mapping[str, Counts]) -> Shown:
    """Small groups are hidden, and then the next smallest too while what is hidden together is itself too small."""
    ordered = sorted(groups, key=lambda group: groups[group].valid)
    hidden = [group for group in ordered if groups[group].valid < LEAST]
    while hidden and len(hidden) < len(ordered) and _sum([groups[group] for group in hidden]).valid < LEAST:
        hidden.append(ordered[len(hidden)])
    total = _sum(list(groups.values()))
    return Shown(
        total if total.valid >= LEAST else None,
        {group: counts for group, counts in groups.items() if group not in hidden},
    )


def _sum(parts: list[Counts]) -> Counts:
    return sum(parts, Counts())
