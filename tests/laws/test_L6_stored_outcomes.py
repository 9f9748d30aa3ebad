"""L6: every change is applied, merged, in conflict or quarantined, and its author can see which."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from server.api.identity import now_ms
from server.commands import push_changes as command
from server.commands.end_role import end_role
from server.commands.quarantine import list_quarantine, reject, release
from server.domain.problems import Problem
from server.domain.records import Change, Refused
from server.schemas.changes import read_change
from server.schemas.kinds.registry import KINDS
from server.store.database import reading
from tests.phone import NOW_MS, Phone, Town, enrol, found_town, hashed, new_id, slug_of


def read_payload(replica: str, payload: str) -> Change | Refused:
    return read_change(replica, json.loads(payload))


OUTCOMES = {"applied", "merged", "conflict", "quarantined"}


@pytest.fixture
def town(app: Flask) -> Town:
    return found_town(app)


@pytest.mark.parametrize("seed", range(6))
def test_L6_every_change_has_one_outcome_and_it_is_stored(app: Flask, town: Town, seed: int) -> None:
    chance = random.Random(seed)
    phones = [enrol(app, town), enrol(app, town), enrol(app, town, "pbo")]
    visits = [new_id() for _ in range(3)]
    told: dict[tuple[str, int], Any] = {}
    for _ in range(40):
        phone = chance.choice(phones)
        batch = [_anything(chance, phone, town, visits) for _ in range(chance.randint(1, 4))]
        for outcome in phone.push(*batch):
            assert outcome["outcome"] in OUTCOMES
            assert ("problem" in outcome) == (outcome["outcome"] == "quarantined")
            told[phone.id, outcome["n"]] = outcome["outcome"]
        if chance.random() < 0.4:
            phone.pull()
    with reading() as connection:
        rows = connection.execute(text("SELECT replica_id, n, outcome FROM changes")).all()
        held = connection.execute(text("SELECT replica_id, n FROM quarantined_changes")).all()
    assert {(row.replica_id, row.n): row.outcome for row in rows} == told
    assert {(row.replica_id, row.n) for row in held} == {
        key for key, outcome in told.items() if outcome == "quarantined"
    }
    assert {"applied", "quarantined"} <= set(told.values())


def _anything(chance: random.Random, phone: Phone, town: Town, visits: list[str]) -> dict[str, Any]:
    visit = chance.choice(visits)
    change = chance.choice(
        [
            lambda: phone.visit(town, visit, village_id=chance.choice(town.villages)),
            lambda: phone.change("patch", visit, fields={"narrative": chance.choice("甲乙丙")}),
            lambda: phone.change("patch", visit, fields={"planned_for": "2017-12-0" + chance.choice("123")}),
            lambda: phone.change("patch", visit, fields={"start_at": "noon"}),
            lambda: phone.change("delete", visit),
            lambda: phone.change("restore", visit),
            lambda: phone.change("command", visit, command=chance.choice(["complete", "cancel", "start"])),
            lambda: phone.change("add", visit, fields={"companions": [new_id()]}),
            lambda: phone.change("patch", new_id(), fields={"narrative": "无"}),
            lambda: phone.change("patch", town.cycle, "cycle", fields={"title": "改"}),
        ]
    )()
    return hashed(change)


def test_L6_a_released_change_is_applied_and_its_author_told(app: Flask, town: Town) -> None:
    author, colleague = enrol(app, town), enrol(app, town)
    visit = new_id()
    author.push(author.visit(town, visit, end_at=NOW_MS + 1), author.change("command", visit, command="complete"))
    author.push(author.change("command", visit, command="start"))
    (held,) = list_quarantine(town.id)
    assert (held.n, held.slug, held.status) == (3, "failed-guard", "held")
    still = release(KINDS, author.id, 3, read_payload, now_ms())
    assert (still.status, still.slug) == ("held", "failed-guard")
    rejected = reject(KINDS, author.id, 3, "已完成的走访不能重新开始", now_ms())
    assert rejected.status == "rejected"
    colleague.pull()
    notices = [row["fields"] for row in colleague.mirror.values() if row["kind"] == "quarantine"]
    assert [(one["n"], one["status"], one["reason"]) for one in notices] == [
        (3, "rejected", "已完成的走访不能重新开始")
    ]
    assert list_quarantine(town.id) == []
    with pytest.raises(Problem):
        reject(KINDS, author.id, 3, "again", now_ms())


def test_L6_what_came_without_a_role_can_be_released_with_what_waits_for_it(app: Flask, town: Town) -> None:
    author, office = enrol(app, town), enrol(app, town, "pbo")
    visit = new_id()
    end_role(author.id, now_ms())
    answer = author.push(author.visit(town, visit), author.change("patch", visit, fields={"narrative": "晚到"}))
    assert [slug_of(one["problem"]) for one in answer] == ["change-not-allowed", "depends-on"]
    assert release(KINDS, author.id, 1, read_payload, now_ms()).status == "released"
    office.pull()
    assert office.mirror[visit]["created_by"] == author.enrolled["account"]
    assert {held.n: held.slug for held in list_quarantine(town.id)} in ({}, {2: "change-not-allowed"})
    author.pull()
    assert author.mirror == {}, "without a role nothing is read"


def test_L6_what_could_not_be_read_then_may_be_readable_now(app: Flask, town: Town) -> None:
    phone = enrol(app, town)
    change = phone.visit(town) | {"hash": "0" * 24}
    phone.push(change)
    still = release(KINDS, phone.id, 1, read_payload, now_ms())
    assert (still.status, still.slug) == ("held", "invalid-change")


def test_L6_an_unexpected_failure_halves_and_then_keeps_the_one(
    app: Flask, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However our own code breaks, the change that breaks it is kept and its neighbours arrive."""
    phone = enrol(app, town)
    changes = [phone.visit(town, narrative=text) for text in ("好", "坏", "好")]
    whole = command.judge_and_save

    def breaks(*given: Any) -> Any:
        if any(getattr(item, "fields", {}).get("narrative") == "坏" for item in given[3].fresh):
            raise ZeroDivisionError("ours")
        return whole(*given)

    monkeypatch.setattr(command, "judge_and_save", breaks)
    answer = phone.push_raw(changes)
    assert (answer.status_code, slug_of(answer.get_json())) == (503, "busy")
    assert phone.push(changes[0])[0]["outcome"] == "applied"
    assert phone.push_raw(changes[1:]).status_code == 503
    (kept,) = phone.push(changes[1])
    assert (kept["outcome"], slug_of(kept["problem"])) == ("quarantined", "server-fault")
    assert phone.push(changes[2])[0]["outcome"] == "applied"
    monkeypatch.undo()
    assert release(KINDS, phone.id, 2, read_payload, now_ms()).status == "released"
