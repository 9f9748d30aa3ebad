"""A slip comes without a name: into the box in time, kept sealed when late, counted when refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

from server.commands.ballot.in_hand import manifest_of, round_in
from server.commands.ballot.together import slot_of
from server.domain.ballot.manifest import RSA_BYTES, Manifest, Place
from server.domain.ballot.rounds import state_after
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
    with glancing() as connection:
        row = round_in(connection, township_id, round_id)
    state_after(row.state, "post_slip")
    slip = _read(manifest_of(row, "post_slip"), township_id, round_id, subject, group, raw)
    late = slot_of(township_id, round_id).put(slip, now_ms >= row.deadline_ms)
    return Posted(slip.tracker, "late" if late else "in")


def _read(manifest: Manifest, township_id: str, round_id: str, subject: Any, group: Any, raw: Any) -> Slip:
    try:
        return read_slip(manifest, subject, group, raw)
    except Malformed as error:
        known = manifest.cell((subject, group)) if isinstance(subject, str) and isinstance(group, str) else None
        place, why = (("", ""), "no-such-place") if known is None else ((subject, group), "malformed")
        _refuse(township_id, round_id, place, why, str(error))
    except Forged as error:
        body = from_base64(raw, SLIP_BYTES, where="slip")
        with glancing() as connection:
            spent = is_spent(connection, township_id, round_id, body[-RSA_BYTES:])
        why = "duplicate_attempts" if spent else "forged"
        _refuse(township_id, round_id, (subject, group), why, str(error))


def _refuse(township_id: str, round_id: str, place: Place, why: str, detail: str) -> NoReturn:
    with writing_in(township_id) as connection:
        count_refused(connection, township_id, round_id, place, why)
    raise Problem("slip-refused", detail, reason=why)
