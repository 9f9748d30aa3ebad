"""A bundle read strictly: exactly the members of docs/ballot.md 2 and 7, in exactly their forms."""

from __future__ import annotations

import base64
import binascii
import json
import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

from server.recount.sentences import Wrong

GRADES = ("good", "fairly_good", "average", "poor")
OUTCOMES = (*GRADES, "abstain", "invalid")
NUMBERS = (
    "present",
    "issued_e",
    "issued_p",
    "received_e",
    "collected_p",
    "late",
    "lost",
    "spoiled",
    "duplicate_attempts",
)
SLIP_BYTES, N_BYTES = 385, 256
_CHARACTERS = r"[^\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,31}")
_MARK = re.compile(r"(100|[0-9]{1,2})(\.[0-9]{1,2})?")

Place = tuple[str, str]


def read_file(path: str) -> Any:
    """The JSON value of a file.

    Raises: Wrong (no such file, unreadable, cut off, a member twice, a number with a fraction)
    """
    try:
        text = Path(path).read_bytes().decode()
    except FileNotFoundError:
        raise Wrong("no-file", path=path) from None
    except (OSError, ValueError) as error:
        raise Wrong("not-readable", path=path, detail=str(error)) from None
    try:
        return json.loads(text, object_pairs_hook=_once, parse_float=_refused, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise Wrong("not-json", path=path, detail=str(error)) from None


def checked_form(bundle: Any) -> dict[str, Any]:
    """The bundle itself, once every member has its form.

    Raises: Wrong
    """
    names = ("format", "manifest", "board", "head", "late", "paper", "reconciliation", "marks", "certified")
    _members(bundle, "bundle", *names)
    _true(bundle["format"] == "zoufang-bundle-1", "format")
    _manifest(bundle["manifest"])
    places = places_of(bundle)
    for entry in _list(bundle["board"], "board", 0, 10**6):
        _members(entry, "board", "subject", "group", "slip", "key", "link")
        _place(entry, "board")
        decoded(entry["slip"], SLIP_BYTES, "board/slip")
        hexed(entry["key"], "board/key")
        hexed(entry["link"], "board/link")
    hexed(bundle["head"], "head")
    for entry in _list(bundle["late"], "late", 0, 10**6):
        _members(entry, "late", "subject", "group", "hash")
        _place(entry, "late")
        hexed(entry["hash"], "late/hash")
    _rows(bundle, "paper", OUTCOMES, places)
    _rows(bundle, "certified", OUTCOMES, places)
    _rows(bundle, "reconciliation", NUMBERS, places)
    _marks(bundle)
    return bundle  # type: ignore[no-any-return]


def places_of(bundle: dict[str, Any]) -> list[Place]:
    """Subject and group of every cell, in order."""
    return [(cell["subject"], cell["group"]) for cell in bundle["manifest"]["cells"]]


def place_of(row: dict[str, Any]) -> Place:
    return row["subject"], row["group"]


def decoded(text: Any, size: int, where: str) -> bytes:
    """So many bytes of base64, in their one spelling."""
    try:
        raw = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        raw = b""
    _true(len(raw) == size and base64.b64encode(raw).decode() == text, where)
    return raw


def hexed(text: Any, where: str) -> bytes:
    """32 bytes of hex in small letters."""
    _true(isinstance(text, str) and re.fullmatch(r"[0-9a-f]{64}", text) is not None, where)
    return bytes.fromhex(text)


def _manifest(raw: Any) -> None:
    names = ("format", "round", "no", "title", "deadline_ms", "profile", "tally_key", "groups", "subjects", "cells")
    _members(raw, "manifest", *names)
    _true(raw["format"] == "zoufang-ballot-1", "manifest/format")
    _match(_UUID, raw["round"], "manifest/round")
    _whole(raw["no"], 99, "manifest/no")
    _text(raw["title"], 200, "manifest/title")
    _whole(raw["deadline_ms"], 2**53 - 1, "manifest/deadline_ms")
    _true(decoded(raw["tally_key"], 65, "manifest/tally_key")[0] == 4, "manifest/tally_key")
    _profile(raw["profile"])
    for group in _list(raw["groups"], "manifest/groups", 1, 8):
        _members(group, "manifest/groups", "slug", "name")
        _match(_SLUG, group["slug"], "manifest/groups")
        _text(group["name"], 60, "manifest/groups")
    for subject in _list(raw["subjects"], "manifest/subjects", 1, 200):
        _members(subject, "manifest/subjects", "id", "name")
        _match(_UUID, subject["id"], "manifest/subjects")
        _text(subject["name"], 60, "manifest/subjects")
    _cells(raw)


def _cells(raw: dict[str, Any]) -> None:
    wanted = [(subject["id"], group["slug"]) for subject in raw["subjects"] for group in raw["groups"]]
    for cell in _list(raw["cells"], "manifest/cells", 1, 1600):
        _members(cell, "manifest/cells", "subject", "group", "entitled", "n")
        _whole(cell["entitled"], 10_000, "manifest/cells/entitled")
        n = decoded(cell["n"], N_BYTES, "manifest/cells/n")
        _true(n[0] >= 128 and n[-1] % 2 == 1, "manifest/cells/n")
    found = [place_of(cell) for cell in raw["cells"]]
    _true(found == wanted and len(set(found)) == len(found), "manifest/cells", "place")
    _true(len({cell["n"] for cell in raw["cells"]}) == len(found), "manifest/cells/n")


def _profile(raw: Any) -> None:
    _members(raw, "profile", "name", "version", "points", "bands", "weights")
    _match(_SLUG, raw["name"], "profile/name")
    _whole(raw["version"], 9999, "profile/version")
    for name, parts in (("points", GRADES), ("bands", GRADES[:3]), ("weights", ("ballot", "daily", "secretary"))):
        _members(raw[name], f"profile/{name}", *parts)
        for part in parts:
            _whole(raw[name][part], 100, f"profile/{name}/{part}")
    points, bands = raw["points"], raw["bands"]
    for upper, lower in pairwise(GRADES):
        _true(points[upper] >= bands[upper] > points[lower], "profile/bands")
    _true(sum(raw["weights"].values()) == 100 and raw["weights"]["ballot"] > 0, "profile/weights")


def _marks(bundle: dict[str, Any]) -> None:
    for row in _list(bundle["marks"], "marks", 0, 200):
        _members(row, "marks", "subject", "daily", "secretary")
        for name in ("daily", "secretary"):
            _match(_MARK, row[name], "marks")
            _true(Fraction(row[name]) <= 100, "marks")
    wanted = [subject["id"] for subject in bundle["manifest"]["subjects"]]
    alone = bundle["manifest"]["profile"]["weights"]["ballot"] == 100
    _true([row["subject"] for row in bundle["marks"]] == ([] if alone else wanted), "marks", "place")


def _rows(bundle: dict[str, Any], name: str, numbers: tuple[str, ...], places: list[Place]) -> None:
    for row in _list(bundle[name], name, 0, 1600):
        _members(row, name, "subject", "group", *numbers)
        for number in numbers:
            _whole(row[number], 10_000, f"{name}/{number}")
    _true([place_of(row) for row in bundle[name]] == places, name, "place")


def _place(entry: dict[str, Any], where: str) -> None:
    _match(_UUID, entry["subject"], f"{where}/subject")
    _match(_SLUG, entry["group"], f"{where}/group")


def _members(raw: Any, where: str, *names: str) -> None:
    _true(isinstance(raw, dict) and set(raw) == set(names), where)


def _list(raw: Any, where: str, least: int, most: int) -> list[Any]:
    _true(isinstance(raw, list) and least <= len(raw) <= most, where)
    return raw  # type: ignore[no-any-return]


def _whole(raw: Any, most: int, where: str) -> None:
    _true(type(raw) is int and 0 <= raw <= most, where)


def _text(raw: Any, most: int, where: str) -> None:
    _true(isinstance(raw, str) and re.fullmatch(f"{_CHARACTERS}{{1,{most}}}", raw) is not None, where)


def _match(form: re.Pattern[str], raw: Any, where: str) -> None:
    _true(isinstance(raw, str) and form.fullmatch(raw) is not None, where)


def _true(holds: bool, where: str, slug: str = "form") -> None:
    if not holds:
        raise Wrong(slug, where=where)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a member stands there twice")
    return found


def _refused(text: str) -> None:
    raise ValueError(f"{text} is no whole number")
