"""What stands on the papers of a round, before anybody prints it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from server.domain.ballot.fingerprint import four_words
from server.domain.ballot.manifest import Manifest
from server.domain.problems import Problem

DIGITS = 4


@dataclass(frozen=True, slots=True)
class Heading:
    """Whose paper it is, of which round. Shape: `words` the manifest's, so that no form of another round passes."""

    township: str
    meeting: str
    title: str
    no: int
    words: str


@dataclass(frozen=True, slots=True)
class PaperForms:
    """Empty forms of one group, alike but for their numbers; nothing says who is to fill one in."""

    heading: Heading
    group: str
    subjects: tuple[str, ...]
    numbers: tuple[str, ...]


def heading_of(manifest: Manifest, township: str, meeting: str) -> Heading:
    """The head of every paper of this round. Shape: `meeting` its title and place in one line"""
    return Heading(township, meeting, str(manifest.raw["title"]), manifest.no, four_words(manifest.hash))


def day_and_minute(at_ms: int, time_zone: str) -> str:
    """A moment as the township's clocks show it."""
    at = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(time_zone))
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"


def paper_forms(manifest: Manifest, heading: Heading, group: str, first: int, count: int) -> PaperForms:
    """So many forms from this number on.

    Raises: malformed-request (no such group)
    """
    name = dict(manifest.groups).get(group)
    if name is None:
        known = ", ".join(slug for slug, _ in manifest.groups)
        raise Problem("malformed-request", "the round has no such group", [("/group", f"is none of {known}")])
    numbers = tuple(f"{number:0{DIGITS}d}" for number in range(first, first + count))
    return PaperForms(heading, name, tuple(name for _, name in manifest.subjects), numbers)
