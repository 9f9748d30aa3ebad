"""A counted round read back from its book: rows as the scrutineers signed them, and what may be shown of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from server.domain.ballot.manifest import Manifest, Place
from server.domain.ballot.publication import publication
from server.domain.ballot.shapes import OUTCOMES
from server.domain.ballot.tally import Counts, Marks, read_mark, results, shown

Json = dict[str, Any]


def rows_by_place(rows: Iterable[Mapping[str, Any]]) -> dict[Place, Counts]:
    """Counts by place from {subject, group, good, …}."""
    return {(row["subject"], row["group"]): Counts(**{name: row[name] for name in OUTCOMES}) for row in rows}


def marks_of(marks: Mapping[str, Sequence[str]]) -> dict[str, Marks]:
    """Exact marks from their texts."""
    return {
        subject: Marks(read_mark(daily, where="daily"), read_mark(secretary, where="secretary"))
        for subject, (daily, secretary) in marks.items()
    }


def result_view(manifest: Manifest, tally: Mapping[Place, Counts], marks: Mapping[str, Sequence[str]]) -> Json:
    """All that may be shown of a counted round, the same to everybody who may see it at all.

    Shape:  {subjects: [{id, name, total, groups, hidden, ballot_score, score, shown, ballot_shown, suggested}], groups,
            total}; counts {good, …, invalid}, null where they are too few; scores exact as texts
    Laws:   L12 no figure and no difference of figures speaks of one to four valid rows
    Source: docs/ballot.md 9
    """
    published = publication(tally)
    found = results(manifest.profile, tally, marks_of(marks))
    subjects = []
    for subject, name in manifest.subjects:
        part, result = published.subjects[subject], found[subject]
        ballots = None if part.total is None else result.ballot_score
        score = None if part.total is None else result.score
        subjects.append(
            {
                "id": subject,
                "name": name,
                "total": None if part.total is None else asdict(part.total),
                "groups": {} if part.total is None else {group: asdict(one) for group, one in part.groups.items()},
                "hidden": part.total is None or len(part.groups) < len(manifest.groups),
                "ballot_score": None if ballots is None else str(ballots),
                "ballot_shown": None if ballots is None else shown(ballots),
                "score": None if score is None else str(score),
                "shown": None if score is None else shown(score),
                "suggested": None if part.total is None else result.suggested,
            }
        )
    return {
        "subjects": subjects,
        "groups": {group: asdict(counts) for group, counts in published.groups.items()},
        "total": None if published.total is None else asdict(published.total),
    }
