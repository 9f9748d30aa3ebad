"""Posting windows as they fill: noted once full, so that a phone which was told so is never told otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from server.commands.ballot.in_hand import manifest_of, round_in
from server.domain.ballot.manifest import Manifest
from server.domain.ballot.publication import LEAST
from server.domain.ballot.windows import highest_full
from server.store.database import reading
from server.store.posting_windows import load_full, load_together, load_waiting, save_full
from server.store.round_rows import RoundRow
from server.store.transaction import transaction


@dataclass(frozen=True, slots=True)
class Windows:
    """What anybody may know. Shape: `full` the highest full window of each group, 0 for none."""

    full: Mapping[str, int]
    closes_ms: int


def posting_windows(township_id: str, round_id: str) -> Windows:
    """How far each group's windows are full now.

    Shape:  asked without a name; it tells no number of evaluators
    Laws:   L12
    Raises: not-found, round-state
    """
    with reading() as connection:
        row = round_in(connection, township_id, round_id)
        manifest = manifest_of(row, "post_slip")
        kept = load_full(connection, township_id, round_id)
        live = [group for group, _ in manifest.groups if row.state in ("open", "closed")]
        rising = [
            group
            for group in live
            if _highest(connection, township_id, row, group, manifest, kept) > kept.get(group, 0)
        ]
    if rising:
        with transaction(township_id) as tx:
            kept = load_full(tx.connection, township_id, round_id)
            for group in rising:
                note_full(tx.connection, township_id, row, group, manifest, kept)
            kept = load_full(tx.connection, township_id, round_id)
    return Windows({group: kept.get(group, 0) for group, _ in manifest.groups}, row.deadline_ms)


def note_full(
    connection: Connection, township_id: str, row: RoundRow, group: str, manifest: Manifest, kept: Mapping[str, int]
) -> None:
    """If the group's next window is full now, it is noted; call it while the head row is locked."""
    full = _highest(connection, township_id, row, group, manifest, kept)
    if full > kept.get(group, 0):
        save_full(connection, township_id, row.id, group, full)


def _highest(
    connection: Connection, township_id: str, row: RoundRow, group: str, manifest: Manifest, kept: Mapping[str, int]
) -> int:
    full = kept.get(group, 0)
    about = (township_id, row.id, row.meeting, group)
    together = load_together(connection, *about, len(manifest.subjects), full + 1)
    waiting = load_waiting(connection, *about) if together >= LEAST else 0
    return highest_full(full, together, waiting)
