"""Nothing that anybody wrote, is called or comes in with is in the log: pushes, enrolments, faults, the night shift."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from server.api.identity import now_ms
from server.commands.invite import invite
from server.commands.known_changes import sort_out
from server.domain.judging.verdicts import Effect
from server.logs import log_requests
from server.store.database import reading
from server.store.transaction import transaction
from tests.listening import listening
from tests.phone import Phone, Town, enrol, enrolment, found_town, new_id
from workers import effects

CANARIES = ("王老汉说低保被截留", "Wang Laohan complains", "13800138000")


@pytest.fixture
def app(app: Flask) -> Flask:
    """The application as gunicorn serves it: every request leaves a line."""
    log_requests(app)
    return app


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything this process logs, at the chattiest level."""
    with listening(monkeypatch, "debug") as heard:
        yield heard


def lines(said: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.getvalue().splitlines()]


def assert_clean(said: io.StringIO, *secrets: str) -> None:
    written = said.getvalue() + json.dumps(lines(said), ensure_ascii=False)
    assert [secret for secret in (*CANARIES, *secrets) if secret in written] == []


def content(town: Town, phone: Phone) -> dict[str, Any]:
    words = "；".join(CANARIES)
    return phone.visit(town, branch_summary=words, narrative=words, place_note=words)


def test_a_day_of_sync_says_what_happened_and_no_word_of_it(app: Flask, said: io.StringIO) -> None:
    town = found_town(app)
    code = invite(town.id, "committee_secretary", now_ms(), person=town.secretary).code
    client = app.test_client()
    for typed in (code[:-1] + "!", code):
        answer = client.post("/auth/v1/replicas", json=enrolment(invitation_code=typed, label=CANARIES[0]))
    phone = Phone(client, answer.get_json())
    phone.push(content(town, phone), phone.change("patch", new_id(), fields={"narrative": CANARIES[0]}))
    phone.pull()
    client.post("/sync/v1/push", data=CANARIES[0].encode(), headers=phone.headers, content_type="application/json")
    client.get(f"/sync/v1/records/{CANARIES[0]}/history?q={CANARIES[2]}", headers=phone.headers)
    client.get(f"/{CANARIES[0]}", headers={"User-Agent": CANARIES[1], "X-Canary": CANARIES[2]})
    answered = [line for line in lines(said) if line["event"] == "answered"]
    assert {line["route"] for line in answered} >= {"/auth/v1/replicas", "/sync/v1/push", "/sync/v1/pull"}
    assert {line["status"] for line in answered} >= {200, 201, 400, 403}
    assert_clean(said, code, phone.enrolled["token"], phone.enrolled["drop_token"], "王建国", "书记的手机")


def test_a_fault_on_a_change_is_named_by_its_place(
    app: Flask, town: Town, phone: Phone, said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: Any) -> None:
        raise ValueError(f"cannot judge {CANARIES}")

    with monkeypatch.context() as patched:
        patched.setattr("server.domain.judge._judge_one", fail)
        (outcome,) = phone.push(content(town, phone))
    assert outcome["problem"]["type"].endswith("#server-fault")
    with monkeypatch.context() as patched:
        patched.setattr("server.commands.push_changes.judge_and_save", fail)
        response = phone.push_raw([content(town, phone)])
    assert response.status_code == 500
    assert {line["exc_type"] for line in lines(said) if "exc_type" in line} == {"ValueError"}
    assert all(canary not in json.dumps(outcome, ensure_ascii=False) + response.text for canary in CANARIES)
    assert_clean(said)


def test_what_a_failing_statement_was_given_is_in_no_reason_and_no_line(
    app: Flask, town: Town, phone: Phone, said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(tx: Any, *_given: Any) -> None:
        tx.connection.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": CANARIES[0]})

    monkeypatch.setattr("server.commands.push_changes.sort_out", _failing_once(sort_out, fail))
    (outcome,) = phone.push(content(town, phone))
    assert outcome["outcome"] == "quarantined"
    with reading() as connection:
        (detail,) = connection.execute(text("SELECT detail FROM quarantined_changes")).scalars()
    assert detail.isascii() and "nowhere" not in detail
    assert "push failed" in [line["event"] for line in lines(said)]
    assert_clean(said)


def _failing_once(real: Any, fail: Any) -> Any:
    left = [fail]

    def run(tx: Any, *given: Any) -> Any:
        if left:
            left.pop()(tx, *given)
        return real(tx, *given)

    return run


def test_the_night_shift_says_which_work_failed_and_not_on_what(
    app: Flask, town: Town, said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(town.id) as tx:
        tx.add_effects([Effect("digest-asked", {"note": CANARIES[0]})], 1)
    with reading() as connection:
        effect = str(connection.execute(text("SELECT id FROM effects")).scalar_one())

    def fail(_effect: Any) -> None:
        raise RuntimeError(CANARIES[0])

    effects.perform(town.id, effect, fail)
    (line,) = [line for line in lines(said) if line["event"] == "effect failed"]
    assert (line["effect"], line["exc_type"]) == (effect, "RuntimeError")
    with reading() as connection:
        error = str(connection.execute(text("SELECT error FROM effects")).scalar_one())
    assert error.startswith("RuntimeError at ")
    assert_clean(said)


def test_celery_names_a_failed_task_without_its_exception(said: io.StringIO) -> None:
    template = "Task %(name)s[%(id)s] %(description)s: %(exc)s"
    given = {"name": "digests.write", "id": "1-2", "description": "raised unexpected", "exc": CANARIES[0]}
    logging.getLogger("celery.app.trace").error(template, given)
    (line,) = lines(said)
    assert (line["task"], line["task_id"]) == ("digests.write", "1-2")
    assert_clean(said)


def test_the_canaries_would_be_found(app: Flask, town: Town, said: io.StringIO) -> None:
    enrol(app, town)
    said.write(json.dumps({"event": CANARIES[0]}, ensure_ascii=False) + "\n")
    with pytest.raises(AssertionError):
        assert_clean(said)
