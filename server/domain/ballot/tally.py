"""From outcomes to grades: counts per subject and group, exact scores, the grade the rules suggest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from server.domain.ballot.manifest import Manifest, Place
from server.domain.ballot.profile import Profile
from server.domain.ballot.shapes import GRADES, OUTCOMES, Malformed

_MARK = re.compile(r"(?:100|[0-9]{1,2})(?:\.[0-9]{1,2})?")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of each outcome. Shape: `valid` rows have exactly one grade, `counted` is all of them."""

    good: int = 0
    fairly_good: int = 0
    average: int = 0
    poor: int = 0
    abstain: int = 0
    invalid: int = 0

    @property
    def valid(self) -> int:
        return self.good + self.fairly_good + self.average + self.poor

    @property
    def counted(self) -> int:
        return self.valid + self.abstain + self.invalid

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(one + two for one, two in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Marks:
    """What weighs beside the ballots. Shape: 0 to 100, at most two places, exact."""

    daily: Fraction
    secretary: Fraction


@dataclass(frozen=True, slots=True)
class Result:
    """One subject. Shape: scores exact, None where nothing is valid or a mark is missing; the grade only suggested."""

    counts: Counts
    ballot_score: Fraction | None
    score: Fraction | None
    suggested: str | None


def counted(manifest: Manifest, outcomes: Iterable[tuple[Place, str]]) -> dict[Place, Counts]:
    """The counts of every place of the round, in its order.

    Laws:   L13
    """
    numbers = {place: dict.fromkeys(OUTCOMES, 0) for place in manifest.places()}
    for place, outcome in outcomes:
        numbers[place][outcome] += 1
    return {place: Counts(**found) for place, found in numbers.items()}


def together(one: Mapping[Place, Counts], other: Mapping[Place, Counts]) -> dict[Place, Counts]:
    """Slips and paper, place by place."""
    return {place: counts + other.get(place, Counts()) for place, counts in one.items()}


def results(profile: Profile, tally: Mapping[Place, Counts], marks: Mapping[str, Marks]) -> dict[str, Result]:
    """What the rules make of each subject's rows, all groups together."""
    sums: dict[str, Counts] = {}
    for (subject, _), counts in tally.items():
        sums[subject] = sums.get(subject, Counts()) + counts
    return {subject: _result(profile, counts, marks.get(subject)) for subject, counts in sums.items()}


def ballot_score(profile: Profile, counts: Counts) -> Fraction | None:
    """The mean of the points over valid rows."""
    if counts.valid == 0:
        return None
    return Fraction(sum(profile.points[grade] * getattr(counts, grade) for grade in GRADES), counts.valid)


def weighed(profile: Profile, ballots: Fraction | None, marks: Marks | None) -> Fraction | None:
    """The score that meets the bands; None where something that weighs is missing."""
    weights = profile.weights
    if ballots is None or (marks is None and weights["ballot"] != 100):
        return None
    beside = marks or Marks(Fraction(0), Fraction(0))
    total = weights["ballot"] * ballots + weights["daily"] * beside.daily + weights["secretary"] * beside.secretary
    return total / 100


def band(profile: Profile, score: Fraction | None) -> str | None:
    """The grade of a score, compared exactly: 79.9125 is average where 80 is fairly good."""
    if score is None:
        return None
    return next((grade for grade in GRADES[:3] if score >= profile.bands[grade]), "poor")


def shown(score: Fraction) -> str:
    """Two decimals, half up, for eyes only."""
    exact = Decimal(score.numerator) / Decimal(score.denominator)
    return str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def read_mark(raw: Any, *, where: str) -> Fraction:
    """A mark from its text.

    Raises: Malformed
    """
    if not isinstance(raw, str) or not _MARK.fullmatch(raw) or Fraction(raw) > 100:
        raise Malformed(f"{where}: a mark from 0 to 100 with at most two places is expected")
    return Fraction(raw)


def _result(profile: Profile, counts: Counts, marks: Marks | None) -> Result:
    ballots = ballot_score(profile, counts)
    score = weighed(profile, ballots, marks)
    return Result(counts, ballots, score, band(profile, score))
