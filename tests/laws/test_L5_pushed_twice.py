"""L5: a change pushed twice counts once, whatever was lost on the way and under whatever number it comes again."""

from __future__ import annotations

import random

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from server.store.changes import insert_changes, load_numbers
from server.store.database import reading
from server.store.transaction import transaction
from tests.phone import Phone, Town, enrol, enrolment, found_town, hashed, new_id


@pytest.mark.parametrize("seed", range(8))
def test_L5_any_resending_of_prefixes_ends_with_each_change_once(app: Flask, seed: int) -> None:
    chance = random.Random(seed)
    town = found_town(app)
    phone = enrol(app, town)
    visit = new_id()
    changes = [phone.visit(town, visit)]
    changes += [phone.change("patch", visit, fields={"narrative": f"第{at}稿"}) for at in range(5)]
    changes += [phone.change("add", visit, fields={"companions": [new_id()]}) for _ in range(3)]
    first: dict[int, object] = {}
    reached = 0
    while reached < len(changes):
        begin = chance.randint(0, reached)
        end = chance.randint(begin + 1, len(changes))
        for outcome in phone.push(*changes[begin:end]):
            assert first.setdefault(outcome["n"], outcome) == outcome
        reached = max(reached, end)
    _each_once(phone, len(changes))
    phone.pull()
    assert phone.mirror[visit]["fields"]["narrative"] == "第4稿"
    assert len(phone.mirror[visit]["fields"]["companions"]) == 3


def test_L5_a_successor_that_sends_everything_again_changes_nothing(app: Flask) -> None:
    town = found_town(app)
    phone = enrol(app, town)
    visit = new_id()
    changes = [phone.visit(town, visit), phone.change("add", visit, fields={"companions": [town.secretary]})]
    before = phone.push(*changes)
    answer = phone.client.post("/auth/v1/replicas", json=enrolment(continues=phone.id), headers=phone.headers)
    heir = Phone(phone.client, answer.get_json())
    again = heir.push(*changes)
    assert again == before
    _each_once(phone, 2)
    assert heir.push(*changes) == before
    more = hashed(heir.change("patch", visit, fields={"narrative": "接着写"}) | {"n": 3, "base": 0})
    assert heir.push(more)[0]["outcome"] == "applied"


def _each_once(phone: Phone, number: int) -> None:
    with reading() as connection:
        rows = connection.execute(text("SELECT n FROM changes ORDER BY n")).scalars().all()
    assert rows == list(range(1, number + 1))


def test_L5_the_database_itself_refuses_a_second_row(app: Flask, town_of_one: Town) -> None:
    phone = enrol(app, town_of_one)
    phone.push(phone.visit(town_of_one))
    with pytest.raises(IntegrityError), transaction(town_of_one.id) as tx:
        stored = load_numbers(tx.connection, town_of_one.id, phone.id, 1, 1)[1]
        insert_changes(tx.connection, town_of_one.id, [stored])


@pytest.fixture
def town_of_one(app: Flask) -> Town:
    return found_town(app, villages=1)
