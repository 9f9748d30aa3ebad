"""L11: pulling in pages of any size, while others write, equals pulling at once."""

from __future__ import annotations

import random

import pytest
from flask import Flask

from tests.phone import NOW_MS, Phone, enrol, found_town, new_id


@pytest.mark.parametrize("seed", range(5))
def test_L11_pages_of_any_size_equal_one_pull(app: Flask, seed: int) -> None:
    chance = random.Random(seed)
    town = found_town(app)
    writer, paged = enrol(app, town), enrol(app, town, "pbo")
    visits = [new_id() for _ in range(12)]
    made = writer.push(*(writer.visit(town, visit, end_at=NOW_MS + 1) for visit in visits))
    assert {outcome["outcome"] for outcome in made} == {"applied"}
    for _ in range(12):
        chance.choice([_patch, _delete, _move, _nothing])(writer, chance.choice(visits), town.villages[1])
        _one_page(paged, limit=chance.randint(1, 4))
        if chance.random() < 0.2:
            _forget_an_answer(paged)
    paged.pull(limit=chance.randint(1, 4))
    at_once = enrol(app, town, "pbo", account=paged.enrolled["account"])
    at_once.pull()
    assert paged.mirror == at_once.mirror
    sums = paged.pull_raw(sums=1).get_json()["sums"]
    assert sums == at_once.pages[-1]["sums"]


def _one_page(phone: Phone, limit: int) -> None:
    answer = phone.pull_raw(limit=limit)
    if answer.status_code == 200:
        page = answer.get_json()
        assert len(page["changes"]) <= limit
        phone.take(page)


def _forget_an_answer(phone: Phone) -> None:
    """A page that was lost on its way: the same cursor is asked once more."""
    assert phone.pull_raw(limit=2).status_code in (200, 204)


def _patch(phone: Phone, visit: str, _village: str) -> None:
    phone.push(phone.change("patch", visit, fields={"narrative": new_id()}))


def _delete(phone: Phone, visit: str, _village: str) -> None:
    phone.push(phone.change("delete", visit, base=10**9))


def _move(phone: Phone, visit: str, village: str) -> None:
    phone.push(phone.change("command", visit, command="move", fields={"village_id": village}))


def _nothing(_phone: Phone, _visit: str, _village: str) -> None:
    return


def test_L11_a_page_ends_at_its_bytes_too(app: Flask) -> None:
    town = found_town(app)
    writer, reader = enrol(app, town), enrol(app, town, "pbo")
    for _ in range(4):
        writer.push(*(writer.visit(town, area_notes=_long()) for _ in range(20)))
    reader.pull()
    assert len(reader.pages) > 1
    assert all(sum(len(str(row)) for row in page["changes"]) < 700_000 for page in reader.pages)
    assert [row["kind"] for row in reader.mirror.values()].count("visit") == 80


def _long() -> dict[str, str]:
    areas = ("study", "duty", "org_life", "poverty", "resident", "followup", "effect")
    return dict.fromkeys(areas, "长" * 1000)
