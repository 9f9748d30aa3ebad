"""Slips that arrive together go into the box in one transaction: one wait for the disk, no order among them."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import lru_cache

from server.domain.ballot.slips import Slip
from server.store.round_rows import hold_box
from server.store.slips import put_in
from server.store.transaction import writing_in


@dataclass(slots=True, eq=False)
class Waiting:
    """One slip on its way. Shape: `late` and `fault` once it was `written`"""

    slip: Slip
    after_deadline: bool
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

    def put(self, slip: Slip, after_deadline: bool) -> bool:
        """The slip is on disk; whether it counts as late."""
        mine = Waiting(slip, after_deadline)
        with self.queue:
            self.waiting.append(mine)
        with self.turn:
            if not mine.written:
                with self.queue:
                    batch, self.waiting = self.waiting, []
                self._write(batch)
        if mine.fault is not None:
            raise mine.fault
        return mine.late

    def _write(self, batch: list[Waiting]) -> None:
        fault: BaseException | None = None
        try:
            with writing_in(self.township) as connection:
                opened = hold_box(connection, self.township, self.round) is not None
                for one in sorted(batch, key=lambda one: one.slip.hash):
                    late, slip = opened or one.after_deadline, one.slip
                    one.late = put_in(
                        connection, self.township, self.round, slip.place, slip.body, slip.hash.hex(), late
                    )
        except Exception as error:  # noqa: BLE001 - each of them is told by its own request
            fault = error
        for one in batch:
            one.fault, one.written = fault, True


@lru_cache(maxsize=64)
def slot_of(township_id: str, round_id: str) -> Slot:
    """The one slot of this round in this process; were there two, they would only wait for each other's disk."""
    return Slot(township_id, round_id)
