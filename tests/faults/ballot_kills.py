"""The kill storm of the ballot: programs die by SIGKILL while evaluators hand in; then every box holds the truth.

`python -m tests.faults.ballot_kills --kills N [--rounds N --people N --subjects N] [--database sqlite|postgresql]`; the
table on the screen is the result, and the exit code is 1 if a slip was lost, doubled or counted as another.
"""

from __future__ import annotations

import argparse
import base64
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import time_machine
from flask import Flask
from sqlalchemy import text

from server.app import create_app
from server.domain.ballot.slips import slip_hash, tracker
from server.settings import Settings
from server.store.database import db, reading
from tests.ballot.election import election, subject_id
from tests.ballot.hall import PATH, Hall, Sheet, open_hall
from tests.faults.kills import EVERY_S, Killer, Told
from tests.faults.kills_clients import Json, Line, patiently
from tests.faults.kills_system import Victims, whole_system
from tests.system.running import cli

THREADS, GROUP, OPEN_H = 6, "leader", 12
GRADES = ("good", "fairly_good", "average", "poor", "abstain")
AGAIN, OTHERWISE = 0.2, 0.1
"""How often an evaluator asks once more with the same bytes, and how often with others."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the storm is. Shape: `every_s` between two kills"""

    database: str
    kills: int
    rounds: int = 20
    people: int = 30
    subjects: int = 13
    seed: int = 1
    every_s: float = EVERY_S

    @property
    def pause_s(self) -> float:
        """Between two requests of a thread, so that the election lasts as long as the killing."""
        return self.kills * self.every_s * THREADS / (self.rounds * self.people * (self.subjects + 1))


@dataclass(slots=True)
class Hand:
    """One evaluator and what he gives. Shape: `acknowledged` hashes of slips that the box said it has"""

    hall: Hall
    row: str
    grades: dict[str, str]
    acknowledged: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)


class Clerk(threading.Thread):
    """Some evaluators, one after the other, over lines that are cut."""

    def __init__(self, url: str, hands: Sequence[Hand], chance: random.Random, pause_s: float) -> None:
        super().__init__(daemon=True)
        self.url, self.hands, self.chance, self.pause_s = url, hands, chance, pause_s
        self.nobody = Line(url)
        self.tries: Counter[str] = Counter()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            for hand in self.hands:
                self._hand_in(hand)
        except BaseException as error:  # the caller's thread raises it
            self.failure = error
        finally:
            self.nobody.close()

    def _hand_in(self, hand: Hand) -> None:
        line = Line(self.url, hand.hall.phones[hand.row].enrolled["token"])
        sheet, path = hand.hall.fill(GROUP, hand.grades), f"{PATH}{hand.hall.round}/issuances"
        signed = self._ask(line, path, sheet.asked())
        if self.chance.random() < AGAIN and self._ask(line, path, sheet.asked()) != signed:
            hand.faults.append(f"{hand.row} asked twice and was answered two things")
        if self.chance.random() < OTHERWISE:
            other = hand.hall.fill(GROUP, hand.grades)
            self._ask(line, path, other.asked(), wanted=409)
        line.close()
        sheet.finish(signed)
        self._post(hand, sheet)

    def _post(self, hand: Hand, sheet: Sheet) -> None:
        slips = list(sheet.slips.items())
        self.chance.shuffle(slips)
        for subject, slip in slips:
            body = {"township": hand.hall.town.id, "subject": subject, "group": GROUP}
            body["slip"] = base64.b64encode(slip).decode()
            for _ in range(1 + (self.chance.random() < AGAIN)):
                told = self._ask(self.nobody, f"{PATH}{hand.hall.round}/slips", body)
                if told != {"tracker": tracker(slip), "box": "in"}:
                    hand.faults.append(f"{hand.row} was told {told}")
            hand.acknowledged.add(slip_hash(slip).hex())

    def _ask(self, line: Line, path: str, body: Json, wanted: int = 200) -> Json:
        time.sleep(self.pause_s * 2 * self.chance.random())
        found: Json = patiently(line, line.request("POST", path, body), self.tries, self.chance, (wanted,)).json()
        return found


def storm(asked: Asked) -> Told:
    """The system was killed so often while everybody handed in, and every round was opened afterwards."""
    with _running(asked.database) as (victims, url, folder, app):
        chance = random.Random(asked.seed)
        hands = _hands(app, asked, chance)
        shares = [Clerk(victims.system.url, hands[at::THREADS], chance, asked.pause_s) for at in range(THREADS)]
        killer = Killer(victims, asked.kills, asked.seed, asked.every_s)
        began = time.monotonic()
        for thread in (killer, *shares):
            thread.start()
        for thread in (*shares, killer):
            thread.join()
            if thread.failure:
                raise thread.failure
        db.engine.dispose()  # its connections did not outlive the postmaster
        told = Told(figures={"seconds": round(time.monotonic() - began)})
        look(told, hands)
        for words in (("audit", "verify"), ("doctor",)):
            done = cli(folder, *words, DATABASE_URL=url)
            told.faults[" ".join(words)] = [] if done.returncode == 0 else [done.stdout + done.stderr]
        tries = sum((share.tries for share in shares), Counter[str]())
        told.figures |= {f"asked again: {name}": n for name, n in sorted(tries.items())}
        told.figures |= {f"kills: {kind}": victims.kills[kind] for kind in victims.kinds}
        return told


@contextmanager
def _running(database: str) -> Iterator[tuple[Victims, str, Path, Flask]]:
    with (
        tempfile.TemporaryDirectory(prefix="zf-kills-") as name,
        whole_system(database, Path(name)) as (victims, url),
    ):
        app = create_app(Settings(var_dir=name, database_url=url, redis_url="memory://"))
        with app.app_context():
            try:
                yield victims, url, Path(name), app
            finally:
                db.engine.dispose()


def _hands(app: Flask, asked: Asked, chance: random.Random) -> list[Hand]:
    """Each round in a township of its own, with keys of its own; everybody's grades by chance."""
    hands = []
    for _ in range(asked.rounds):
        ends_ms = int(time.time() * 1000) + OPEN_H * 3_600_000
        names = [f"村{at}" for at in range(asked.subjects)]
        hall = open_hall(app, election(names, {GROUP: ("领导", asked.people)}, ends_ms=ends_ms), {GROUP: asked.people})
        subjects = [subject_id(at) for at in range(1, asked.subjects + 1)]
        hands += [Hand(hall, row.id, {one: chance.choice(GRADES) for one in subjects}) for row in hall.rolls]
    chance.shuffle(hands)
    return hands


def look(told: Told, hands: Sequence[Hand]) -> None:
    """Every round is opened as after its deadline, and laid beside what its evaluators gave."""
    for name in ("answered otherwise", "lost", "nobody's", "counted as another", "signed twice", "refused"):
        told.faults[name] = []
    told.faults["answered otherwise"] += [fault for hand in hands for fault in hand.faults]
    halls = {hand.hall.town.id: hand.hall for hand in hands}
    for town, hall in halls.items():
        mine = [hand for hand in hands if hand.hall is hall]
        with time_machine.travel(hall.election.manifest.deadline_ms / 1000 + 60, tick=True):
            hall.move("closed")
            hall.release(hall.proved("scrutineer"))
        board = _rows("SELECT slip_hash, subject_id, outcome FROM board_entries", town)
        given = {one for hand in mine for one in hand.acknowledged}
        found = {str(row[0]) for row in board}
        told.faults["lost"] += sorted(given - found)
        told.faults["nobody's"] += sorted(found - given)
        truth = Counter((subject, grade) for hand in mine for subject, grade in hand.grades.items())
        if (counted := Counter((str(row[1]), str(row[2])) for row in board)) != truth:
            told.faults["counted as another"].append(f"{town}: {counted - truth} for {truth - counted}")
        issued = Counter(_rows("SELECT roll_id, subject_id FROM issuances", town))
        if set(issued.values()) != {1} or len(issued) != sum(len(hand.grades) for hand in mine):
            told.faults["signed twice"].append(f"{town}: {len(issued)} sheets rows")
        told.faults["refused"] += [str(row) for row in _rows("SELECT reason, count FROM refused_slips", town)]
    slips = sum(len(hand.acknowledged) for hand in hands)
    told.figures |= {"rounds": len(halls), "sheets": len(hands), "slips acknowledged": slips}


def _rows(select: str, town: str) -> list[tuple[object, ...]]:
    with reading() as connection:
        return [tuple(row) for row in connection.execute(text(f"{select} WHERE township_id = :town"), {"town": town})]


def main() -> int:
    """Prints the table; 1 if a slip was lost, doubled or counted as another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--subjects", type=int, default=13)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every-s", type=float, default=0.8)
    told = storm(Asked(**vars(parser.parse_args())))
    print("\n".join(told.lines()))
    return 0 if told.ok else 1


if __name__ == "__main__":
    sys.exit(main())
