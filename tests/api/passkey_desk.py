"""A desk that asks for passkeys and answers with them, over Flask's test client."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from server.store.database import reading
from tests.authenticator import Authenticator
from tests.phone import Phone, slug_of

Json = dict[str, Any]
INSTALL = {"label": "办公室", "platform": "desktop", "schema_version": 1}
REFUSED = (403, "passkey-refused")


def refused(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, slug_of(answer.get_json())


def post(desk: Phone, path: str, body: Json | None = None) -> TestResponse:
    return desk.client.post(path, json=body, headers=desk.headers)


def asked(desk: Phone, path: str) -> Json:
    answer = post(desk, path)
    assert answer.status_code == 200, answer.text
    question: Json = answer.get_json()
    return question


def add(desk: Phone, key: Authenticator, **more: Any) -> TestResponse:
    return post(desk, "/auth/v1/passkeys", key.make(asked(desk, "/auth/v1/passkeys/question"), **more))


def added(desk: Phone, **given: Any) -> Authenticator:
    """A passkey of this desk's account."""
    key = Authenticator(**given)
    answer = add(desk, key)
    assert answer.status_code == 201, answer.text
    return key


def question(client: FlaskClient) -> Json:
    told: Json = client.post("/auth/v1/desks/question").get_json()
    return told


def enter(client: FlaskClient, signed: Json, **more: str) -> TestResponse:
    return client.post("/auth/v1/desks/passkey", json={"passkey": signed} | INSTALL | more)


def prove(desk: Phone, key: Authenticator) -> TestResponse:
    return post(desk, "/auth/v1/proof/passkey", key.sign(asked(desk, "/auth/v1/proof/question")))


def end_nobody(desk: Phone) -> TestResponse:
    """An act that wants a proof and finds nothing to do."""
    return post(desk, "/office/v1/roles/nobody/end", {"at_ms": 0})


def events() -> list[str]:
    with reading() as connection:
        return [str(one) for one in connection.execute(text("SELECT event FROM audit_events ORDER BY n")).scalars()]
