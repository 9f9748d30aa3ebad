"""The kill storm: programs of the running whole die by SIGKILL while phones push; then nothing is lost or doubled.

`python -m tests.faults.kills --kills N --changes N [--database sqlite|postgresql] [--seed S]`; the table on the screen
is the result, and the exit code is 1 if anything was lost, doubled, stuck or different.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from server.app import create_app
from server.domain.sums import scope_sums
from server.settings import Settings
from server.store.database import db
from tests.bench.caller import Reader
from tests.faults import kills_check as check
from tests.faults.kills_clients import Client, Json, Known, Line, all_push
from tests.faults.kills_night import Night
from tests.faults.kills_system import Victims, whole_system
from tests.phone import enrol, found_town
from tests.system.running import cli

PHONES, OFFICE, EVERY_S = 10, 3, 3.0


@dataclass(slots=True)
class Told:
    """What came of a storm. Shape: `faults` by name, each a list of lines; `figures` what is printed."""

    faults: dict[str, list[str]] = field(default_factory=dict)
    figures: dict[str, object] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not any(self.faults.values())

    def lines(self) -> list[str]:
        shown = [f"{name:28} {value}" for name, value in self.figures.items()]
        for name, found in self.faults.items():
            shown += [f"{name:28} {len(found)}", *(f"    {line}" for line in found[: check.SHOWN])]
        return shown


def storm(database: str, kills: int, changes: int, seed: int = 1, every_s: float = EVERY_S) -> Told:
    """The system was killed so often while so many changes were acknowledged, and was looked through afterwards."""
    with (
        tempfile.TemporaryDirectory(prefix="zf-kills-") as folder,
        whole_system(database, Path(folder)) as (victims, url),
    ):
        app = create_app(Settings(var_dir=folder, database_url=url, redis_url="memory://"))
        with app.app_context():
            try:
                return _storm(app, victims, url, Path(folder), (kills, changes, seed, every_s))
            finally:
                db.engine.dispose()


def _storm(app: Flask, victims: Victims, url: str, folder: Path, asked: tuple[int, int, int, float]) -> Told:
    kills, changes, seed, every_s = asked
    clients = _clients(app, victims.system.url, seed)
    town = clients[0].town
    night = Night(app, town.id, str(clients[0].phone.enrolled["account"]), folder)
    over = threading.Event()
    shift = threading.Thread(target=night.run, args=(over,), daemon=True)
    killer = Killer(victims, kills, seed, every_s)
    began = time.monotonic()
    shift.start()
    killer.start()
    all_push(clients, changes, killer.is_alive)
    seconds = time.monotonic() - began
    over.set()
    shift.join()
    killer.join()
    if killer.failure:
        raise killer.failure
    told = Told()
    _look(told, victims.system.url, clients, night, random.Random(seed))
    _ask_the_product(told, folder, url, victims)
    for client in clients:
        client.line.close()
    acknowledged = sum(len(client.ledger) for client in clients)
    told.figures |= {"changes a second": round(acknowledged / seconds), "seconds": round(seconds)}
    told.figures |= {f"kills: {kind}": victims.kills[kind] for kind in victims.kinds}
    return told


class Killer(threading.Thread):
    """Each kind once, in a shuffled order, then any that stands; a pause of about `every_s` between two."""

    def __init__(self, victims: Victims, kills: int, seed: int, every_s: float) -> None:
        super().__init__(daemon=True)
        self.victims, self.kills, self.every_s = victims, kills, every_s
        self.chance = random.Random(seed)
        self.failure: BaseException | None = None

    def run(self) -> None:
        first = self.chance.sample(self.victims.kinds, len(self.victims.kinds))
        try:
            for at in range(self.kills):
                time.sleep(self.every_s * (0.5 + self.chance.random()))
                self.victims.kill(
                    first[at] if at < len(first) else self.chance.choice(self.victims.grown()), self.chance
                )
        except BaseException as error:  # the caller's thread raises it
            self.failure = error


def _clients(app: Flask, url: str, seed: int) -> list[Client]:
    town, known = found_town(app, villages=5), Known()
    roles = ["pbo" if at < OFFICE else "committee_secretary" for at in range(PHONES)]
    phones = [enrol(app, town, role) for role in roles]
    return [
        Client(phone, Line(url, phone.enrolled["token"]), town, known, random.Random(f"{seed}/{at}"), at < OFFICE)
        for at, phone in enumerate(phones)
    ]


def _look(told: Told, url: str, clients: list[Client], night: Night, chance: random.Random) -> None:
    told.faults["effects stuck"] = night.drained()
    told.faults["effects doubled"] = night.doubled()
    told.faults["answered otherwise"] = check.asked_again(clients, chance)
    ledger, history = check.ledger_of(clients), check.load_history(night.township)
    records = check.load_records(night.township)
    told.faults["lost"], told.faults["doubled"] = check.compare(ledger, history)
    told.faults["values gone"] = check.values_gone(ledger, records)
    told.faults["another mirror"] = _pull_afresh(url, clients[-1], records)
    told.faults["numbers with holes"] = check.not_dense(ledger)
    outcomes = Counter(outcome["outcome"] for _change, outcome in ledger.values())
    faulty = [str(entry[1]) for entry in ledger.values() if "#server-fault" in str(entry[1].get("problem", ""))]
    told.faults["failed on the server"] = faulty
    tries = sum((client.tries for client in clients), Counter[str]())
    told.figures |= {"changes acknowledged": len(ledger), **{f"  {name}": n for name, n in sorted(outcomes.items())}}
    told.figures |= {f"asked again: {name}": n for name, n in sorted(tries.items())}
    told.figures |= {"digests asked for": night.asked, "effects done": night.done()}


def _ask_the_product(told: Told, folder: Path, url: str, victims: Victims) -> None:
    """Its own checks, and a phone that starts afresh."""
    victims.system.wait_for(lambda: victims.system.health()["ready"] is True, "health")
    for words in (("audit", "verify"), ("doctor",)):
        done = cli(folder, *words, DATABASE_URL=url)
        told.faults[" ".join(words)] = [] if done.returncode == 0 else [done.stdout + done.stderr]
    told.figures["health afterwards"] = "ready"


def _pull_afresh(url: str, client: Client, records: Mapping[str, Json]) -> list[str]:
    """What a phone that starts afresh gets, beside the server's sums and the table of records."""
    reader = Reader(url, client.line.token)
    with contextlib.closing(reader.line):
        pages = [page.json() for page in reader.pull_all()]
    rows = [row for page in pages for row in page["changes"] if "gone" not in row and not row.get("deleted")]
    sums = pages[-1]["sums"]
    mine = scope_sums(sums, ((row["scope"], row["record"], row["seq"]) for row in rows))
    found = [f"{scope}: {mine[scope]} pulled, {told} said" for scope, told in sums.items() if mine[scope] != told]
    live = {(id, row["seq"]) for id, row in records.items() if row["scope"] in sums and not row["deleted"]}
    apart = live ^ {(row["record"], row["seq"]) for row in rows}
    return found + [f"{record}@{seq} is on one side only" for record, seq in apart]


def main() -> int:
    """Prints the table; 1 if anything was lost, doubled, stuck or different."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--changes", type=int, default=200_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="postgresql")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every-s", type=float, default=EVERY_S)
    given = parser.parse_args()
    told = storm(given.database, given.kills, given.changes, given.seed, given.every_s)
    print("\n".join(told.lines()))
    return 0 if told.ok else 1


if __name__ == "__main__":
    sys.exit(main())
