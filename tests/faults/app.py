"""The real server inside a rig: requests can be cut at chosen points, townships are made and read back whole.

Only the fault run starts this; nothing of it is in the product.
"""

from __future__ import annotations

import json
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, jsonify
from sqlalchemy import Connection, event, text

from server.api.limiter import limiter
from server.app import create_app
from server.settings import Settings
from server.store.database import db
from server.store.emptied import load_content, place_in
from server.store.records import plain_fields
from server.store.sealing import plain_text
from tests.faults.township import make_township

_request = threading.local()


class CutBeforeCommit(ConnectionError):
    """The seed asked for a crash just before the commit."""


class Cuts:
    """Obeys `X-Fault`: fails at commit, or answers into a socket that is closed."""

    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self.inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        fault = environ.get("HTTP_X_FAULT", "")
        _request.fault = fault
        try:
            answer = b"".join(self.inner(environ, start_response))
        except CutBeforeCommit:
            answer = b""
        finally:
            _request.fault = ""
        if fault:
            self._close(environ, answer if fault == "mid-answer" else b"")
        return [answer]

    def _close(self, environ: dict[str, Any], answer: bytes) -> None:
        peer: socket.socket = environ["gunicorn.socket"]
        if len(answer) > 1:
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ")
            peer.sendall(str(len(answer)).encode() + b"\r\n\r\n" + answer[: len(answer) // 2])
        peer.shutdown(socket.SHUT_RDWR)


def rigged() -> Flask:
    """The app with the rig's three extra routes and the crash before commit."""
    app = create_app(Settings.from_environment())
    limiter.enabled = False  # thousands of phones enrol from one address here
    app.wsgi_app = Cuts(app.wsgi_app)
    app.add_url_rule("/_rig/townships", "rig_make", make, methods=["POST"])
    app.add_url_rule("/_rig/townships/<township>", "rig_read", read)
    with app.app_context():
        event.listen(db.engine, "commit", _maybe_crash)
        event.listen(db.engine, "connect", _forget_power_loss)
        db.engine.dispose()
    return app


def _forget_power_loss(connection: Any, _record: object) -> None:
    """What is killed here is a process: whatever it wrote is the kernel's already, and need not be on the disk."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")


def _maybe_crash(connection: Any) -> None:
    if getattr(_request, "fault", "") == "before-commit":
        raise CutBeforeCommit


def make() -> Response:
    return jsonify(make_township())


def read(township: str) -> Response:
    with db.engine.connect() as connection:
        changes = connection.execute(text(CHANGES), {"township": township}).mappings().all()
        records = connection.execute(text(RECORDS), {"township": township}).mappings().all()
        told = [_record(connection, dict(row)) for row in records]
    return jsonify(changes=[_change(dict(row)) for row in changes], records=told)


CHANGES = "SELECT * FROM changes WHERE township_id = :township ORDER BY received_at_ms, replica_id, n"
RECORDS = "SELECT township_id, id, kind, scope, seq, deleted, fields FROM records WHERE township_id = :township"


def _change(row: dict[str, Any]) -> dict[str, Any]:
    place = ("changes", row["replica_id"], str(row["n"]), "canonical")
    sent = json.loads(plain_text(row["township_id"], place, row["canonical"] or "{}"))
    problem = json.loads(row["more"] or "{}").get("problem", {}).get("type", "").partition("#")[2]
    return {
        **{name: row[name] for name in ("n", "record", "action", "base", "outcome", "seq")},
        "change": row["change_id"],
        "replica": row["replica_id"],
        "fields": sent.get("fields", {}),
        "problem": problem or None,
    }


def _record(connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    """The record; what a deleted one said lies in the history, from where a restore brings it back."""
    township = row.pop("township_id")
    kept = place_in(row["fields"])
    said = plain_fields(township, row["id"], row["fields"])
    fields = load_content(connection, township, kept)[0] if kept else json.loads(said)
    return {**row, "deleted": bool(row["deleted"]), "fields": fields}
