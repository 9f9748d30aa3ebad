"""A poll that finds nothing new asks the database one question, outside of any transaction; most polls are such."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import event

from server.store.database import db
from tests.phone import Phone, Town


def questions_of_a_poll(app: Flask, phone: Phone) -> tuple[int, list[str]]:
    """The status of a pull, and the statements it took."""
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        heard.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        return phone.pull_raw().status_code, heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def test_nothing_new_takes_one_question(app: Flask, phone: Phone) -> None:
    phone.pull()
    phone.pull()
    status, asked = questions_of_a_poll(app, phone)
    assert (status, [statement.split()[0] for statement in asked]) == (204, ["SELECT"])


def test_the_next_page_of_a_first_sync_asks_once_who_is_there(app: Flask, phone: Phone) -> None:
    phone.take(phone.pull_raw(limit=1).get_json())
    status, asked = questions_of_a_poll(app, phone)
    assert (status, sum("token_hash" in statement for statement in asked)) == (200, 1)


def test_what_is_new_is_read_in_one_snapshot_all_the_same(app: Flask, phone: Phone, office: Phone, town: Town) -> None:
    phone.pull()
    change = office.visit(town)
    office.push(change)
    status, asked = questions_of_a_poll(app, phone)
    assert (status, len(asked) > 1) == (200, True)
    phone.pull()
    assert change["record"] in phone.mirror


def test_the_own_number_moves_the_cursor_on(phone: Phone, town: Town) -> None:
    phone.pull()
    phone.push(phone.visit(town, village_id="0193a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", visitor_id="no id"))
    page = phone.pull_raw()
    assert (page.status_code, page.get_json()["acked"]) == (200, 1)
