"""Three faults of other sync protocols, planted in the model, never in the product: the checker must find each."""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.judging.verdicts import Departure, Judged, Verdict
from server.domain.problems import Problem
from server.domain.records import Record
from tests.model.phone import Phone
from tests.model.server import Sent, Server

SETTING_UP = 2
"""So many changes have been pushed before the search begins."""


class BaseMovedByAnswers(Phone):
    """An acknowledgement counts as having seen everything up to its number."""

    def base_of(self, part: tuple[str, str], opened: int) -> int:
        heard = [own.outcome.seq or 0 for own in self.own if own.outcome and own.change.record == part[0]]
        return max([super().base_of(part, opened), *heard])


class NumbersBeforeCommit(Server):
    """Numbers come from a bare sequence: a push takes its own, and commits after somebody has read past them."""

    late: tuple[tuple[Record, ...], tuple[Departure, ...]] | None = None

    def save(self, judged: Judged, restamped: Sequence[Record] = ()) -> None:
        if self.late is not None or len(self.changes) < SETTING_UP:
            super().save(judged, restamped)
            return
        self.late = (*restamped, *judged.records), tuple(judged.departures)
        self.head = judged.head

    def was_read(self) -> None:
        if self.late is not None:
            rows, departures = self.late
            self.records |= {row.id: row for row in rows}
            self.departures += departures
            self.late = None

    def secret_key(self) -> object:
        return super().secret_key(), repr(self.late)


class PoisonRefused(Server):
    """A change that can never succeed is an error of the request, so the counter stands before it."""

    def push(self, replica: str, batch: Sequence[Sent], epoch: str | None = None) -> list[Verdict]:
        trial = self.copy()
        verdicts = Server.push(trial, replica, batch, epoch)
        if any(verdict.problem is not None for verdict in verdicts):
            raise Problem("malformed-request", "one of these changes is not valid")
        self.__dict__.update(trial.__dict__)
        return verdicts
