"""A slip comes without a name: into the box in time, kept sealed when late, counted when refused."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NoReturn

from server.commands.ballot.in_hand import manifest_of
from server.commands.ballot.together import OtherManifest, box_in, slot_of
from server.domain.ballot.manifest import RSA_BYTES, Manifest, Place
from server.domain.ballot.shapes import Malformed, from_base64
from server.domain.ballot.slips import SLIP_BYTES, Forged, Slip, read_slip
from server.domain.problems import Problem
from server.store.database import glancing
from server.store.slips import count_refused, is_spent
from server.store.transaction import writing_in


@dataclass(frozen=True, slots=True)
class Posted:
    """The receipt. Shape: `box` in or late"""

    tracker: str
    box: str


def post_slip(township_id: str, round_id: str, subject: Any, group: Any, raw: Any, now_ms: int) -> Posted:
    """The slip is in the box, once however often it comes; it counts if it first came before the deadline.

    Laws:   L12 nothing but the slip, its place and whether it was late is kept; L13
    Raises: not-found, round-state, slip-refused (its number is counted)
    """
    try:
        return _posted(_known(township_id, round_id), township_id, subject, group, raw, now_ms)
    except OtherManifest:  # a backup was restored under this process
        _known.cache_clear()
        return _posted(_known(township_id, round_id), township_id, subject, group, raw, now_ms)


@lru_cache(maxsize=64)
def _known(township_id: str, round_id: str) -> Manifest:
    """What a slip is read with. A manifest stays as it was issued; with every write it is held against the round."""
    with glancing() as connection:
        return manifest_of(box_in(connection, township_id, round_id), "post_slip")


def _posted(manifest: Manifest, township_id: str, subject: Any, group: Any, raw: Any, now_ms: int) -> Posted:
    slip = _read(manifest, township_id, subject, group, raw)
    late = slot_of(township_id, manifest.round).put(slip, manifest, now_ms)
    return Posted(slip.tracker, "late" if late else "in")


def _read(manifest: Manifest, township_id: str, subject: Any, group: Any, raw: Any) -> Slip:
    try:
        return read_slip(manifest, subject, group, raw)
    except Malformed as error:
        known = manifest.cell((subject, group)) if isinstance(subject, str) and isinstance(group, str) else None
        place, why = (("", ""), "no-such-place") if known is None else ((subject, group), "malformed")
        _refuse(township_id, manifest, place, why, str(error))
    except Forged as error:
        body = from_base64(raw, SLIP_BYTES, where="slip")
        with glancing() as connection:
            spent = is_spent(connection, township_id, manifest.round, body[-RSA_BYTES:])
        why = "duplicate_attempts" if spent else "forged"
        _refuse(township_id, manifest, (subject, group), why, str(error))


def _refuse(township_id: str, manifest: Manifest, place: Place, why: str, detail: str) -> NoReturn:
    with writing_in(township_id) as connection:
        box_in(connection, township_id, manifest.round, [manifest])
        count_refused(connection, township_id, manifest.round, place, why)
    raise Problem("slip-refused", detail, reason=why)
