"""The phones of the kill storm: each pushes mixed changes, asks again after an unknown answer, keeps a ledger."""

from __future__ import annotations

import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.bench.connection import Answer, Connection
from tests.phone import NOW_MS, Phone, Town, new_id

Json = dict[str, Any]
TIMEOUT_S, PAUSE_S, NEWEST = 30.0, 0.1, 1_000


class Line(Connection):
    """A connection that does not wait for ever."""

    def send(self, request: bytes) -> Answer:
        if self._socket is None:
            self._socket = socket.create_connection(self.where, TIMEOUT_S)
        return super().send(request)


def patiently(
    line: Line, request: bytes, tries: Counter[str], chance: random.Random, wanted: tuple[int, ...] = (200, 204)
) -> Answer:
    """An answer with content; busy, cut and refused are asked again, anything else is a fault of the server."""
    while True:
        try:
            answer = line.send(request)
        except OSError:
            line.close()
            tries["no answer"] += 1
        else:
            if answer.status in wanted:
                return answer
            assert answer.status in (429, 503), (answer.status, answer.plain[:500])
            tries[str(answer.status)] += 1
        time.sleep(PAUSE_S * (0.5 + chance.random()))


@dataclass(slots=True)
class Known:
    """What all phones may edit. Shape: visits, the newest last; a list loses nothing between threads."""

    visits: list[str] = field(default_factory=list)

    def some(self, chance: random.Random) -> str:
        return chance.choice(self.visits[-NEWEST:])


@dataclass(slots=True)
class Client:
    """One phone. Shape: `ledger` n → (change as sent, outcome as told)."""

    phone: Phone
    line: Line
    town: Town
    known: Known
    chance: random.Random
    is_office: bool
    ledger: dict[int, tuple[Json, Json]] = field(default_factory=dict)
    tries: Counter[str] = field(default_factory=Counter)

    def run(self, goal: Callable[[], bool]) -> None:
        """Batches are pushed one after the other until the goal is reached."""
        while not goal():
            self.push([self._change() for _ in range(self.chance.randint(20, 200))])

    def push(self, changes: list[Json]) -> list[Json]:
        """The outcomes, however often it takes; only then does the ledger know them."""
        request = self.line.request("POST", "/sync/v1/push", {"changes": changes})
        outcomes: list[Json] = patiently(self.line, request, self.tries, self.chance).json()["outcomes"]
        for change, outcome in zip(changes, outcomes, strict=True):
            self.ledger.setdefault(change["n"], (change, outcome))
            self.phone.head = max(self.phone.head, outcome.get("seq") or 0)
        self.known.visits += [change["record"] for change in changes if _is_new_visit(change)]
        return outcomes

    def _change(self) -> Json:
        roll = self.chance.random()
        if roll < 0.3 or not self.known.visits:
            return self.phone.visit(self.town, narrative=self._text(), start_at=self._moment())
        record = self.known.some(self.chance)
        if roll < 0.75:
            return self._edit("patch", record, self._patch())
        if roll < 0.85:
            return self._edit(self.chance.choice(["add", "remove"]), record, {"companions": [self.town.secretary]})
        if roll < 0.90:
            return self._edit(self.chance.choice(["delete", "restore"]), record, {})
        if roll < 0.95:
            return self._heard(
                "opinion",
                {
                    "origin": "visit",
                    "origin_id": record,
                    "village_id": self.town.villages[0],
                    "opinion_kind": "problem",
                    "area": "study",
                    "about": "branch",
                },
            )
        return self._heard("interview", {"visit_id": record, "category": "masses", "alias": "甲", "consent": "given"})

    def _edit(self, action: str, record: str, fields: Json) -> Json:
        base = max(0, self.phone.head - self.chance.randint(0, 500))
        return self.phone.change(action, record, fields=fields, base=base)

    def _heard(self, kind: str, fields: Json) -> Json:
        said = {"text": self._text()} if kind == "opinion" else {"answer": self._text()}
        return self.phone.change("create", new_id(), kind, fields=fields | said)

    def _patch(self) -> Json:
        if self.is_office:
            return {"start_at": self._moment()}
        name = self.chance.choice(["narrative", "branch_summary", "area_notes.study", "start_at"])
        return {name: self._moment() if name == "start_at" else self._text()}

    def _moment(self) -> int:
        """Some day of the last fifty years: a town whose visits all share a day is one of duplicates only."""
        return self.chance.randrange(NOW_MS)

    def _text(self) -> str:
        return f"看了会议记录，和党员谈话 {self.phone.id[:8]} {self.phone.n} {self.chance.random()}"


def _is_new_visit(change: Json) -> bool:
    return bool(change["action"] == "create" and change["kind"] == "visit")


def all_push(clients: list[Client], changes: int, still_killing: Callable[[], bool]) -> None:
    """Every client pushes until all together have so many acknowledged and the killer is done.

    Raises: what a client met that no patience mends
    """
    failures: list[BaseException] = []

    def go(client: Client) -> None:
        try:
            client.run(lambda: bool(failures) or (_enough(clients, changes) and not still_killing()))
        except BaseException as error:  # the caller's thread raises it
            failures.append(error)

    threads = [threading.Thread(target=go, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def _enough(clients: list[Client], changes: int) -> bool:
    return sum(len(client.ledger) for client in clients) >= changes
