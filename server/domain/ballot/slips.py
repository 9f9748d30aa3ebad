"""A posted slip: one sealed grade under one anonymous signature, and the names people and machines give it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from server.domain.ballot.manifest import FORMAT, RSA_BYTES, Manifest, Place
from server.domain.ballot.shapes import Malformed, from_base64, members, slug, uuid
from server.domain.ballot.signer import is_signed

PREFIX_BYTES = 32
SEALED_BYTES = 65 + 16 + 16
SLIP_BYTES = PREFIX_BYTES + SEALED_BYTES + RSA_BYTES
TRACKER_BYTES = 10
_BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Forged(ValueError):
    """The slip bears no signature of its subject and group in this round."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A slip whose signature holds. Shape: `body` is prefix, sealed grade, signature."""

    place: Place
    body: bytes

    @property
    def sealed(self) -> bytes:
        return self.body[PREFIX_BYTES : PREFIX_BYTES + SEALED_BYTES]

    @property
    def hash(self) -> bytes:
        return slip_hash(self.body)

    @property
    def tracker(self) -> str:
        return tracker(self.body)


def read_slip(manifest: Manifest, subject: Any, group: Any, raw: Any) -> Slip:
    """The slip, if it has the form and the signature of its place in this round; what is in it nobody knows yet.

    Raises: Malformed, Forged
    """
    place = (uuid(subject, where="subject"), slug(group, where="group"))
    body = from_base64(raw, SLIP_BYTES, where="slip")
    cell = manifest.cell(place)
    if cell is None:
        raise Malformed("slip: this round has no such subject and group")
    if not is_signed(cell.n, body[:-RSA_BYTES], body[-RSA_BYTES:]):
        raise Forged("the signature is not of this subject and group")
    return Slip(place, body)


def read_posted(manifest: Manifest, raw: Any) -> Slip:
    """The slip of one anonymous posting.

    Shape:  {subject, group, slip}
    Raises: Malformed, Forged
    """
    found = members(raw, "subject", "group", "slip", where="slip")
    return read_slip(manifest, found["subject"], found["group"], found["slip"])


def label(manifest_hash: bytes, round_id: str, place: Place) -> bytes:
    """What a seal is bound to: moved to another round, manifest, subject or group it does not open.

    Source: docs/ballot.md 4
    """
    return "\n".join((f"{FORMAT}/seal", manifest_hash.hex(), round_id, *place)).encode()


def slip_hash(body: bytes) -> bytes:
    """The 32 bytes that name a slip to machines and put it in its place on the board."""
    return hashlib.sha256(f"{FORMAT}/slip\n".encode() + body).digest()


def tracker(body: bytes) -> str:
    """What its evaluator finds it by. Shape: XXXX-XXXX-XXXX-XXXX, base32 without I, L, O, U."""
    number = int.from_bytes(slip_hash(body)[:TRACKER_BYTES], "big")
    letters = "".join(_BASE32[number >> shift & 31] for shift in range(75, -1, -5))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))
