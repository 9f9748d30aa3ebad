"""The tally sheet that two scrutineers sign: what the result route shows, and the reconciliation, on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.domain.ballot.manifest import Manifest
from server.domain.ballot.papers import Heading
from server.domain.ballot.reconciliation import Row
from server.domain.ballot.shapes import OUTCOMES

Json = Mapping[str, Any]
GRADE_WORDS: Mapping[str, str] = {"good": "好", "fairly_good": "较好", "average": "一般", "poor": "差"}
PROFILE_WORDS: Mapping[str, str] = {"composite": "综合计分", "seed": "只计测评"}
CHANNELS = Row.__slots__


@dataclass(frozen=True, slots=True)
class TallySheet:
    """A counted round on paper.

    Shape:  `subjects` {name, counts, parts, ballot, score, suggested}; counts [good … invalid] or None where they are
            too few, `parts` the same for each group; `channels` {group, subjects, numbers}: alike rows of a group once
    """

    heading: Heading
    groups: tuple[str, ...]
    subjects: tuple[Json, ...]
    sums: Json
    channels: tuple[Json, ...]
    profile: str
    head: str
    head_words: str
    signed: Json


def tally_sheet(
    manifest: Manifest, heading: Heading, view: Json, reconciliation: Json, head: str, head_words: str
) -> TallySheet:
    """The sheet. Shape: `view` is what the result route answers, which nothing here counts again; L12"""
    slugs = [slug for slug, _ in manifest.groups]
    return TallySheet(
        heading=heading,
        groups=tuple(name for _, name in manifest.groups),
        subjects=tuple(_subject(one, slugs) for one in view["subjects"]),
        sums={"counts": _counts(view["total"]), "parts": [_counts(view["groups"].get(slug)) for slug in slugs]},
        channels=tuple(_channels(manifest, reconciliation["rows"])),
        profile=profile_words(manifest),
        head=head,
        head_words=head_words,
        signed=reconciliation["signed"],
    )


def profile_words(manifest: Manifest) -> str:
    """How this round's counts become a grade, in one line."""
    profile = manifest.profile
    points = "、".join(f"{word} {profile.points[grade]}" for grade, word in GRADE_WORDS.items())
    bands = "、".join(f"{profile.bands[grade]} 起为{GRADE_WORDS[grade]}" for grade in profile.bands)
    weighed = profile.weights
    weights = f"测评 {weighed['ballot']}%、平时 {weighed['daily']}%、书记评价 {weighed['secretary']}%"
    name = PROFILE_WORDS.get(profile.name, profile.name)
    return f"{name}第 {profile.version} 版：{weights}；分值 {points}；{bands}，其余为差"


def _subject(one: Json, slugs: Sequence[str]) -> Json:
    return {
        "name": one["name"],
        "counts": _counts(one["total"]),
        "parts": [_counts(one["groups"].get(slug)) for slug in slugs],
        "ballot": one["ballot_shown"],
        "score": one["shown"],
        "suggested": GRADE_WORDS.get(one["suggested"] or ""),
    }


def _counts(found: Json | None) -> list[int] | None:
    return None if found is None else [found[name] for name in OUTCOMES]


def _channels(manifest: Manifest, rows: Sequence[Json]) -> list[Json]:
    """The rows of a group that are alike stand there once, with the names they are of; empty names are all of them."""
    names = dict(manifest.subjects)
    alike: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for row in rows:
        numbers = tuple(row[name] for name in CHANNELS)
        alike.setdefault((row["group"], numbers), []).append(names[row["subject"]])
    return [
        {"group": name, "subjects": [] if len(of) == len(names) else of, "numbers": list(numbers)}
        for slug, name in manifest.groups
        for (group, numbers), of in alike.items()
        if group == slug
    ]
