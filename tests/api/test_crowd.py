"""Many phones at once in one township: each change counts once, a reader that polls meanwhile misses nothing."""

from __future__ import annotations

import threading
import time

from flask import Flask

from tests.phone import NOW_MS, Json, Phone, Town, enrol, new_id

PHONES = 8
PUSHES = 6


def test_eight_phones_that_push_at_once_and_a_desk_that_polls(app: Flask, town: Town) -> None:
    phones = [enrol(app, town) for _ in range(PHONES)]
    desk = enrol(app, town, "pbo")
    shared = phones[0].visit(town, end_at=NOW_MS + 1)
    phones[0].push(shared)
    faults: list[str] = []
    threads = [threading.Thread(target=_work, args=(phone, town, shared["record"], faults)) for phone in phones]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        desk.pull(limit=7)
        time.sleep(0.02)
    for thread in threads:
        thread.join()
    desk.pull()
    assert faults == []
    fresh = Phone(desk.client, desk.enrolled)
    fresh.pull()
    assert desk.mirror == fresh.mirror
    visits = [row for row in desk.mirror.values() if row["kind"] == "visit"]
    assert len(visits) == 1 + PHONES * PUSHES
    assert len(desk.mirror[shared["record"]]["fields"]["companions"]) == PHONES * PUSHES


def _work(phone: Phone, town: Town, shared: str, faults: list[str]) -> None:
    try:
        for _ in range(PUSHES):
            batch = [phone.visit(town), phone.change("add", shared, fields={"companions": [new_id()]})]
            for outcome in _push_until_answered(phone, batch):
                if outcome["outcome"] not in ("applied", "merged"):
                    faults.append(str(outcome))
    except Exception as error:
        faults.append(repr(error))


def _push_until_answered(phone: Phone, batch: list[Json]) -> list[Json]:
    """As a phone does: a busy server is asked again."""
    while True:
        answer = phone.push_raw(batch)
        if answer.status_code != 503:
            assert answer.status_code == 200, answer.text
            outcomes: list[Json] = answer.get_json()["outcomes"]
            return outcomes
        time.sleep(0.05)
