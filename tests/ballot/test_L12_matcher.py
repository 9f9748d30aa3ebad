"""L12: after an election everything that the machine kept joins nobody to a slip, better than chance in its window."""

from __future__ import annotations

import io
import random
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from time_machine import Traveller

from server.api.limiter import limiter
from server.domain.ballot.slips import slip_hash
from server.logs import log_requests
from server.store.database import db, reading
from tests.ballot.election import Election, election, subject_id
from tests.ballot.hall import Hall, Sheet, open_hall
from tests.ballot.matcher import Windows, best, lying_in, rows_in_order, said_in
from tests.listening import listening
from tests.postgres import Cluster

PEOPLE, SUBJECTS = 20, 8
WITH_PHONE = Path(__file__).parents[2] / "pwa" / "src" / "ballot.ts"
FIVE_SIGMA = 5.0


@lru_cache(maxsize=1)
def of_eight() -> Election:
    return election([f"村{at}" for at in range(SUBJECTS)], {"leader": ("领导", PEOPLE)})


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    with listening(monkeypatch, "debug") as heard:
        yield heard


@pytest.fixture
def hall(app: Flask, afternoon: Traveller) -> Iterator[Hall]:
    log_requests(app)
    limiter.reset()
    yield open_hall(app, of_eight(), {"leader": PEOPLE})


class Evening:
    """One election, as it comes to the server. Shape: `sheets` by evaluator; `order` they were signed in"""

    def __init__(self, hall: Hall, patient: bool, seed: int) -> None:
        self.hall, self.patient, self.chance = hall, patient, random.Random(seed)
        self.sheets: dict[str, Sheet] = {}
        self.look_s, self.spread_s = (_of_the_phone(name) / 1000 for name in ("LOOK_MS", "SPREAD_MS"))

    def run(self) -> None:
        """Everybody hands in, and posts as a phone does: in company and at random, or else at once and in order."""
        now_s, company, posts = 0.0, [], []
        people = [row.id for row in self.hall.rolls]
        self.chance.shuffle(people)
        for one in people:
            now_s += self.chance.uniform(2, 30)
            self._post([post for post in posts if post[0] <= now_s])
            posts = [post for post in posts if post[0] > now_s]
            self._sign(one)
            company.append((now_s + self.chance.uniform(0, self.look_s), one))
            if not self.patient:
                self._post([(now_s, one, subject) for subject in self.sheets[one].slips])
            elif self.hall.windows()["leader"] >= self.sheets[one].window:
                posts += [post for look_s, who in company for post in self._moments(look_s, who, now_s)]
                company = []
        self._post(posts)
        assert not (self.patient and company)

    def _sign(self, one: str) -> None:
        grades = self.chance.choices(["good", "fairly_good", "average", "poor"], k=SUBJECTS)
        sheet = self.hall.fill("leader", {subject_id(at): grade for at, grade in enumerate(grades, 1)})
        assert self.hall.issue(self.hall.phones[one], sheet).status_code == 200
        self.sheets[one] = sheet

    def _moments(self, look_s: float, one: str, full_s: float) -> list[tuple[float, str, str]]:
        """When the slips of one evaluator go out, from his first look after the window was full."""
        while look_s < full_s:
            look_s += self.look_s
        subjects = list(self.sheets[one].slips)
        self.chance.shuffle(subjects)
        moments = sorted(look_s + self.chance.uniform(0, self.spread_s) for _ in subjects)
        return [(at, one, subject) for at, subject in zip(moments, subjects, strict=True)]

    def _post(self, posts: list[tuple[float, str, str]]) -> None:
        for _at, one, subject in sorted(posts):
            answer = self.hall.post((subject, "leader"), self.sheets[one].slips[subject])
            assert answer.get_json()["box"] == "in"

    def windows(self) -> Windows:
        found: dict[tuple[str, int], list[str]] = defaultdict(list)
        for one, sheet in self.sheets.items():
            for subject in sheet.slips:
                found[subject, sheet.window].append(one)
        return found

    def truth(self) -> dict[tuple[str, str], str]:
        return {
            (one, subject): slip_hash(slip).hex()
            for one, sheet in self.sheets.items()
            for subject, slip in sheet.slips.items()
        }


def _of_the_phone(name: str) -> float:
    found = re.search(rf"const {name} = ([\d_]+);", WITH_PHONE.read_text())
    assert found, f"the phone has no {name} any more: this test posts as it does"
    return float(found[1])


def files_of(app: Flask, postgres: Cluster) -> list[Path]:
    """What the database keeps on disk of this town: its tables, and the log it writes ahead."""
    if db.engine.dialect.name == "sqlite":
        return sorted(Path(str(db.engine.url.database)).parent.glob("zoufang.sqlite3*"))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
        names = "SELECT pg_relation_filepath(oid) FROM pg_class WHERE relname IN ('slips', 'issuances', 'replicas')"
        tables = [postgres.data / str(row[0]) for row in connection.execute(text(names))]
    logs = sorted((postgres.data / "pg_wal").glob("0*"), key=lambda path: path.stat().st_mtime)
    return [*tables, *logs[-2:]]


def guesses(app: Flask, postgres: Cluster, evening: Evening, log: str) -> tuple[int, str]:
    """The best that the matcher makes of everything that was kept."""
    hall, truth = evening.hall, evening.truth()
    ids = {one: str(hall.phones[one].id) for one in evening.sheets}
    with reading() as connection:
        wanted = f"SELECT roll_id, request_hash FROM issuances WHERE subject_id = '{subject_id(1)}'"
        hashes = {str(roll): str(digest) for roll, digest in connection.execute(text(wanted))}
        evaluators = rows_in_order(connection, "issuances", "roll_id")
        slips = rows_in_order(connection, "slips", "slip_hash")
    files = files_of(app, postgres)
    evaluators |= lying_in(files, {one: digest.encode() for one, digest in hashes.items()})
    evaluators |= {"by request": sorted(hashes, key=hashes.__getitem__), "on the roll": [row.id for row in hall.rolls]}
    evaluators["in the log"] = said_in(log, ids)
    evaluators["at the limiter"] = said_in("\n".join(map(str, limiter.storage.storage)), ids)
    whole = [
        (truth[one, subject], slip) for one, sheet in evening.sheets.items() for subject, slip in sheet.slips.items()
    ]
    slips |= lying_in(files, {digest: slip[:32] for digest, slip in whole})
    slips["by hash"] = sorted(truth.values())
    assert len(evaluators) >= 7 and len(slips) >= 4
    assert log.count("/issuances") == PEOPLE and "/slips" not in log
    return best(evening.windows(), truth, evaluators, slips)


def test_L12_what_the_machine_keeps_joins_nobody_to_a_slip(
    app: Flask, hall: Hall, said: io.StringIO, postgres: Cluster
) -> None:
    evening = Evening(hall, patient=True, seed=5)
    evening.run()
    windows = evening.windows()
    assert all(len(company) >= 5 for company in windows.values())
    right, how = guesses(app, postgres, evening, said.getvalue())
    by_chance = len(windows)  # one right guess a window and subject, whatever its size; so is the variance
    assert right <= by_chance + FIVE_SIGMA * by_chance**0.5, how


def test_L12_the_matcher_sees_who_posts_at_once(app: Flask, hall: Hall, said: io.StringIO, postgres: Cluster) -> None:
    evening = Evening(hall, patient=False, seed=5)
    evening.run()
    right, how = guesses(app, postgres, evening, said.getvalue())
    assert right >= 0.9 * PEOPLE * SUBJECTS, how
