"""The rule profile printed on every result: points of a grade, bands of a score, and what weighs beside the ballots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from server.domain.ballot.shapes import GRADES, Malformed, members, slug, whole

WEIGHED = ("ballot", "daily", "secretary")


@dataclass(frozen=True, slots=True)
class Profile:
    """How counts become a grade.

    Shape:  `points` 0 to 100 for each grade; `bands` the least score of the three upper grades; `weights` in
            hundredths, 100 together: `seed` weighs ballots alone
    """

    name: str
    version: int
    points: Mapping[str, int]
    bands: Mapping[str, int]
    weights: Mapping[str, int]


def read_profile(raw: Any) -> Profile:
    """The profile; a unanimous grade maps to itself under it, whatever its numbers.

    Raises: Malformed
    """
    found = members(raw, "name", "version", "points", "bands", "weights", where="profile")
    profile = Profile(
        slug(found["name"], where="profile"),
        whole(found["version"], most=9999, where="version"),
        _hundred(found["points"], GRADES, "points"),
        _hundred(found["bands"], GRADES[:3], "bands"),
        _hundred(found["weights"], WEIGHED, "weights"),
    )
    for upper, lower in pairwise(GRADES):
        if not profile.points[upper] >= profile.bands[upper] > profile.points[lower]:
            raise Malformed(f"profile: a unanimous {upper} or {lower} would not stay what it is")
    if sum(profile.weights.values()) != 100 or profile.weights["ballot"] == 0:
        raise Malformed("profile: weights are hundredths, and ballots have some")
    return profile


def _hundred(raw: Any, names: tuple[str, ...], where: str) -> dict[str, int]:
    found = members(raw, *names, where=where)
    return {name: whole(found[name], most=100, where=where) for name in names}
