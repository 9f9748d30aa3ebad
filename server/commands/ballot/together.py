"""Slips that arrive together go into the box in one transaction: one wait for the disk, no order among them."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import Connection

from server.commands.ballot.in_hand import manifest_of, round_in
from server.domain.ballot.manifest import Manifest
from server.domain.ballot.rounds import state_after
from server.domain.ballot.slips import Slip
from server.store.round_rows import RoundRow, hold_box
from server.store.slips import put_in
from server.store.transaction import writing_in


class OtherManifest(Exception):
    """The round has another manifest than the one the slip was read with."""


def box_in(connection: Connection, township_id: str, round_id: str, read_with: Iterable[Manifest] = ()) -> RoundRow:
    """The round, if it takes slips, and takes those that were read with these manifests.

    Raises: not-found, round-state, OtherManifest
    """
    row = round_in(connection, township_id, round_id)
    state_after(row.state, "post_slip")
    manifest = manifest_of(row, "post_slip")
    if any(one.hash != manifest.hash for one in read_with):
        raise OtherManifest
    return row


@dataclass(slots=True, eq=False)
class Waiting:
    """One slip on its way. Shape: `manifest` it was read with; `late` and `fault` once it was `written`"""

    slip: Slip
    manifest: Manifest
    came_ms: int
    late: bool = False
    written: bool = False
    fault: BaseException | None = None


@dataclass(slots=True)
class Slot:
    """The slot of one round's box in this process: one writes, and takes along whoever waits meanwhile."""

    township: str
    round: str
    waiting: list[Waiting] = field(default_factory=list)
    queue: threading.Lock = field(default_factory=threading.Lock)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def put(self, slip: Slip, manifest: Manifest, came_ms: int) -> bool:
        """The slip is on disk; whether it counts as late.

        Raises: not-found, round-state, OtherManifest
        """
        mine = Waiting(slip, manifest, came_ms)
        with self.queue:
            self.waiting.append(mine)
        with self.turn:
            if not mine.written:
                self._write()
        if mine.fault is not None:
            raise mine.fault
        return mine.late

    def _write(self) -> None:
        """Whoever came until the database let us in is taken along."""
        batch: list[Waiting] = []
        fault: BaseException | None = None
        try:
            with writing_in(self.township) as connection:
                opened = hold_box(connection, self.township, self.round) is not None
                batch = self._taken()
                row = box_in(connection, self.township, self.round, (one.manifest for one in batch))
                slips = [(one.slip, opened or one.came_ms >= row.deadline_ms) for one in batch]
                known = put_in(connection, self.township, self.round, slips)
            for one in batch:
                one.late = known[one.slip.hash]
        except Exception as error:  # noqa: BLE001 - each of them is told by its own request
            fault = error
        for one in batch or self._taken():
            one.fault, one.written = fault, True

    def _taken(self) -> list[Waiting]:
        with self.queue:
            batch, self.waiting = self.waiting, []
        return batch


@lru_cache(maxsize=64)
def slot_of(township_id: str, round_id: str) -> Slot:
    """The one slot of this round in this process; were there two, they would only wait for each other's disk."""
    return Slot(township_id, round_id)
