"""The manifest: everything public about a round that all phones must agree on before anybody fills in a sheet."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from server.domain.ballot.profile import Profile, read_profile
from server.domain.ballot.shapes import Malformed, from_base64, items, members, slug, text, uuid, whole
from server.domain.canonical import canonical

FORMAT = "zoufang-ballot-1"
RSA_BYTES = 256
POINT_BYTES = 65
Place = tuple[str, str]
"""Subject and group."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One subject before one group. Shape: `entitled` is the roll less recusals; `n` the modulus of its signing key."""

    subject: str
    group: str
    entitled: int
    n: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """A round as it was issued; frozen from then on.

    Shape:  `subjects` and `groups` are (id, name) in the order of the sheet; `cells` subject by subject, group by
            group; `tally_key` an uncompressed P-256 point; `hash` names the manifest everywhere else
    """

    round: str
    no: int
    deadline_ms: int
    profile: Profile
    tally_key: bytes
    subjects: tuple[tuple[str, str], ...]
    groups: tuple[tuple[str, str], ...]
    cells: tuple[Cell, ...]
    hash: bytes
    raw: Mapping[str, Any] = field(repr=False)

    def places(self) -> list[Place]:
        return [(cell.subject, cell.group) for cell in self.cells]

    def cell(self, place: Place) -> Cell | None:
        return next((cell for cell in self.cells if (cell.subject, cell.group) == place), None)


def read_manifest(raw: Any) -> Manifest:
    """The manifest, if it has exactly the form of docs/ballot.md 2.

    Raises: Malformed
    """
    names = ("format", "round", "no", "title", "deadline_ms", "profile", "tally_key", "groups", "subjects", "cells")
    found = members(raw, *names, where="manifest")
    if found["format"] != FORMAT:
        raise Malformed(f"manifest: the format is not {FORMAT}")
    text(found["title"], 200, where="title")
    subjects = tuple(_subject(one) for one in items(found["subjects"], 1, 200, where="subjects"))
    groups = tuple(_group(one) for one in items(found["groups"], 1, 8, where="groups"))
    return Manifest(
        round=uuid(found["round"], where="round"),
        no=whole(found["no"], most=99, where="no"),
        deadline_ms=whole(found["deadline_ms"], where="deadline_ms"),
        profile=read_profile(found["profile"]),
        tally_key=tally_point(found["tally_key"]),
        subjects=subjects,
        groups=groups,
        cells=_cells(found["cells"], [(subject, group) for subject, _ in subjects for group, _ in groups]),
        hash=manifest_hash(found),
        raw=found,
    )


def manifest_hash(raw: Mapping[str, Any]) -> bytes:
    """The 32 bytes that name a manifest.

    Source: docs/ballot.md 2
    """
    return hashlib.sha256(f"{FORMAT}/manifest\n{canonical(dict(raw))}".encode()).digest()


def _cells(raw: Any, places: list[Place]) -> tuple[Cell, ...]:
    cells = tuple(_cell(one) for one in items(raw, 1, 1600, where="cells"))
    if [(cell.subject, cell.group) for cell in cells] != places or len(set(places)) != len(places):
        raise Malformed("cells: one for each subject and group is expected, in their order")
    if len({cell.n for cell in cells}) != len(cells):
        raise Malformed("cells: every cell has a key of its own")
    return cells


def _cell(raw: Any) -> Cell:
    found = members(raw, "subject", "group", "entitled", "n", where="cells")
    n = int.from_bytes(from_base64(found["n"], RSA_BYTES, where="n"), "big")
    if n.bit_length() != RSA_BYTES * 8 or n % 2 == 0:
        raise Malformed("n: an odd modulus of 2048 bits is expected")
    place = (uuid(found["subject"], where="cells"), slug(found["group"], where="cells"))
    return Cell(*place, whole(found["entitled"], most=10_000, where="entitled"), n)


def tally_point(raw: Any) -> bytes:
    """The public tally key from its base64, if it is a point of the curve.

    Raises: Malformed
    """
    point = from_base64(raw, POINT_BYTES, where="tally_key")
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise Malformed("tally_key: an uncompressed point of P-256 is expected") from error
    return point


def _subject(raw: Any) -> tuple[str, str]:
    found = members(raw, "id", "name", where="subjects")
    return uuid(found["id"], where="subjects"), text(found["name"], 60, where="subjects")


def _group(raw: Any) -> tuple[str, str]:
    found = members(raw, "slug", "name", where="groups")
    return slug(found["slug"], where="groups"), text(found["name"], 60, where="groups")
