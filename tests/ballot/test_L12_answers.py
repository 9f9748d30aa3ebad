"""L12: whatever is asked of a round, in whichever state and by whomever: no answer tells few rows apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from flask import Flask
from time_machine import Traveller

from server.domain.ballot.shapes import OUTCOMES
from server.domain.ballot.tally import Counts
from tests.ballot.hall import Hall, open_hall
from tests.ballot.test_refused_at_the_box import ONE, TWO, small
from tests.phone import Phone, enrol

VALID = OUTCOMES[:4]
GIVEN = {ONE: ("good", "good", "poor"), TWO: ("good", "fairly_good", "average")}
"""Three sheets and one paper form: four rows a subject, one fewer than may be shown."""
WHOLE = ("board", "bundle")
"""Public to the roll and the scrutineers by design (docs/ballot.md 8), and to nobody else."""
ROLES = ("pbo", "teller", "scrutineer", "committee_secretary", "leader", "deputy_secretary")


@pytest.fixture
def hall(app: Flask, afternoon: Traveller) -> Iterator[Hall]:
    made = open_hall(app, small(), {"leader": 4}, {"leader": 1})
    made.done(made.office, "POST", "paper-forms", {"roll_id": made.rolls[0].id, "form_no": 1})
    for at, row in enumerate(made.rolls[1:]):
        sheet = made.fill("leader", {subject: grades[at] for subject, grades in GIVEN.items()})
        assert made.issue(made.phones[row.id], sheet).status_code == 200
        made.post_all(sheet)
    yield made


def asked(hall: Hall) -> list[str]:
    """Every address below the round that can be read as it stands."""
    rules = [rule for rule in hall.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    below = [rule.rule.split("<uuid:ballot>/")[1] for rule in rules if "<uuid:ballot>/" in rule.rule]
    return sorted(path for path in below if "<" not in path and not path.endswith(".pdf"))


def breakdowns(answer: Any) -> list[dict[str, int]]:
    """Everything in an answer that says how many gave which grade."""
    if isinstance(answer, list):
        return [found for one in answer for found in breakdowns(one)]
    if not isinstance(answer, dict):
        return []
    own = {name: answer[name] for name in OUTCOMES if isinstance(answer.get(name), int)}
    return ([own] if own else []) + [found for one in answer.values() for found in breakdowns(one)]


def looks(hall: Hall, cast: dict[str, Phone]) -> dict[str, set[str]]:
    """Everybody asks for everything; who was told the whole board, by address."""
    told: dict[str, set[str]] = {path: set() for path in WHOLE}
    for path in asked(hall):
        for name, phone in cast.items():
            answer = hall.call(phone, "GET", path)
            if path in WHOLE and answer.status_code == 200:
                told[path].add(name)
                continue
            found = answer.get_json()
            assert [one for one in breakdowns(found) if 0 < sum(one.get(grade, 0) for grade in VALID) < 5] == []
            assert all(one["score"] is None and one["suggested"] is None for one in (found or {}).get("subjects", []))
    return told


def entry(name: str, poor: int = 0) -> dict[str, Any]:
    row = asdict(Counts(good=1 - poor, poor=poor))
    return {"entry": name, "rows": [{"subject": one, "group": "leader", **row} for one in GIVEN]}


def test_L12_no_answer_in_any_state_tells_fewer_than_five_apart(hall: Hall, afternoon: Traveller) -> None:
    cast = {role: enrol(hall.app, hall.town, role) for role in ROLES}
    cast |= {"stranger": enrol(hall.app, hall.town, "evaluator"), "on-roll": hall.phones[hall.rolls[1].id]}
    nobody: dict[str, set[str]] = {path: set() for path in WHOLE}
    assert set(WHOLE) <= set(asked(hall)) and {"numbers", "paper", "reconciliation", "result"} <= set(asked(hall))
    assert looks(hall, cast) == nobody
    hall.move("closed")
    hall.done(hall.office, "POST", "paper-forms/collected", {"numbers": [1]})
    afternoon.move_to(hall.election.manifest.deadline_ms / 1000)
    assert looks(hall, cast) == nobody
    scrutineers = [hall.proved("scrutineer") for _ in range(2)]
    hall.release(scrutineers[0])
    readers = {"scrutineer", "on-roll"}
    hall.done(hall.office, "PUT", "paper", entry("a"))
    differs = hall.done(cast["teller"], "PUT", "paper", entry("b", poor=1))
    assert breakdowns(differs) == [] and len(differs["differences"]) == 2
    assert looks(hall, cast) == {"board": readers, "bundle": set()}
    hall.done(cast["teller"], "PUT", "paper", entry("b"))
    for what, step in (("reconciliation", "count"), ("tally", "")):
        for phone in scrutineers:
            hall.done(phone, "POST", "signatures", {"what": what})
        assert looks(hall, cast) == {"board": readers, "bundle": readers if what == "tally" else set()}
        if step:
            hall.done(hall.office, "POST", step)
            assert looks(hall, cast) == {"board": readers, "bundle": set()}
    hall.done(hall.proved("committee_secretary"), "POST", "publish")
    assert looks(hall, cast) == {"board": readers, "bundle": readers}
    assert hall.done(cast["on-roll"], "GET", "result")["total"] is None
