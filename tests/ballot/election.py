"""One round in memory: its keys, its evaluators' slips, its box, its bundle."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from server.domain.ballot.board import Board, open_box
from server.domain.ballot.bundle import bundle
from server.domain.ballot.manifest import Manifest, Place, read_manifest
from server.domain.ballot.opening import public_point, tally_key
from server.domain.ballot.reconciliation import Row
from server.domain.ballot.signer import Signer, signer_of
from server.domain.ballot.slips import Slip, label, read_posted
from server.domain.ballot.tally import Counts
from tests.ballot.evaluator import plain, sealed, signed_slip

SCALAR = bytes(31) + b"\x2a"
COMPOSITE = {"ballot": 50, "daily": 30, "secretary": 20}
SEED = {"ballot": 100, "daily": 0, "secretary": 0}


def profile(name: str, weights: Mapping[str, int]) -> dict[str, Any]:
    return {
        "name": name,
        "version": 1,
        "points": {"good": 100, "fairly_good": 80, "average": 60, "poor": 40},
        "bands": {"good": 90, "fairly_good": 80, "average": 60},
        "weights": dict(weights),
    }


def subject_id(number: int) -> str:
    return f"0193a1b2-0000-7000-8000-{number:012d}"


@dataclass(frozen=True)
class Election:
    """A round before anybody votes. Shape: `signers` by place; the tally key is SCALAR."""

    manifest: Manifest
    signers: Mapping[Place, Signer]

    def slip(self, place: Place, grade: str) -> Slip:
        return self.slip_of(place, plain(grade))

    def slip_of(self, place: Place, content: bytes) -> Slip:
        """A slip all the way: sealed, blinded, signed, posted, read."""
        bound = label(self.manifest.hash, self.manifest.round, place)
        signer = self.signers[place]
        body = signed_slip(int(signer.n), sealed(self.manifest.tally_key, bound, content), signer.blind_sign)
        return read_posted(self.manifest, posted(place, body))

    def board(self, box: Sequence[Slip]) -> Board:
        return open_box(self.manifest, box, tally_key(SCALAR))

    def simple_bundle(self, box: Sequence[Slip], marks: Mapping[str, tuple[str, str]] | None = None) -> dict[str, Any]:
        """Everybody electronic, nobody late."""
        numbers = {place: sum(slip.place == place for slip in box) for place in self.manifest.places()}
        rows = {place: Row(n, n, n, 0, n, 0, 0, 0, 0, 0) for place, n in numbers.items()}
        return bundle(self.manifest, self.board(box), [], {}, rows, marks or {})


def posted(place: Place, body: bytes) -> dict[str, str]:
    return {"subject": place[0], "group": place[1], "slip": base64.b64encode(body).decode()}


def election(
    subjects: Sequence[str],
    groups: Mapping[str, tuple[str, int]],
    name: str = "seed",
    weights: Any = None,
    ends_ms: int = 1_514_291_400_000,
) -> Election:
    """A fresh round. Shape: `groups` slug to (name, entitled)."""
    places = [(subject_id(at), group) for at in range(1, len(subjects) + 1) for group in groups]
    signers = {place: new_signer() for place in places}
    raw = {
        "format": "zoufang-ballot-1",
        "round": "0193a1b2-0000-7000-9000-000000000001",
        "no": 1,
        "title": "云台镇2017年度述职评议",
        "deadline_ms": ends_ms,
        "profile": profile(name, weights or SEED),
        "tally_key": base64.b64encode(public_point(tally_key(SCALAR))).decode(),
        "groups": [{"slug": slug, "name": called} for slug, (called, _) in groups.items()],
        "subjects": [{"id": subject_id(at), "name": called} for at, called in enumerate(subjects, 1)],
        "cells": [
            {"subject": place[0], "group": place[1], "entitled": groups[place[1]][1], "n": modulus(signers[place])}
            for place in places
        ],
    }
    return Election(read_manifest(raw), signers)


def modulus(signer: Signer) -> str:
    return base64.b64encode(int(signer.n).to_bytes(256, "big")).decode()


def new_signer() -> Signer:
    numbers = rsa.generate_private_key(65537, 2048).private_numbers()
    return signer_of(numbers.p, numbers.q)


def outcomes_of(counts: Counts) -> list[str]:
    """One outcome a row, those that paper alone can have at the end."""
    return [name for name in Counts.__slots__ for _ in range(getattr(counts, name))]
