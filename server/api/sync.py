"""The sync protocol: hello, push, pull, and how the phone is. DESIGN.md 5, docs/wire.md."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from server.api.front import Front
from server.api.identity import bearer_token, current_identity, now_ms
from server.api.limiter import guesses, readings
from server.api.wire import answer, body_bytes, json_answer
from server.commands.greet import greet
from server.commands.mint_epoch import mint_epoch
from server.commands.note_contact import note_contact
from server.commands.push_changes import push_changes
from server.commands.report_health import report_health
from server.domain.problems import Problem
from server.domain.roles import roles_json
from server.feed.history import history_of
from server.feed.pages import Page, Query, read_page
from server.feed.start import FromTheFuture
from server.schemas.changes import read_changes
from server.schemas.envelope import ONE_CHANGE_BYTES, read_push
from server.schemas.history import HistorySchema
from server.schemas.kinds.registry import KINDS, MIN_SCHEMA_VERSION
from server.schemas.sync import (
    HealthSchema,
    HelloSchema,
    PullAnswerSchema,
    PullQuerySchema,
    PushAnswerSchema,
    PushSchema,
)

bp = Front("sync", prefix="/sync/v1", about="Offline changes up, the feed down.")
_TOKEN: list[dict[str, list[str]]] = [{"replica": []}]


@bp.get("/hello")
@bp.doc(security=_TOKEN)
@bp.response(200, HelloSchema)
@bp.problems("unknown-replica", "replica-revoked")
def hello() -> Response:
    """What the server knows of this replica; the first call of each session."""
    now = now_ms()
    greeting = greet(bearer_token(), now)
    note_contact(greeting.identity, now, current_app.config["LEASE_MS"])
    replica, tenant = greeting.identity.replica, greeting.identity.tenant
    return json_answer(
        {
            "epoch": tenant.epoch,
            "last_n": replica.last_n,
            "last_hash": replica.last_hash,
            "durable_seq": tenant.durable_seq,
            "policy": greeting.policy,
            "roles": roles_json(greeting.identity.actor.roles),
            "min_schema_version": MIN_SCHEMA_VERSION,
            "recovery_key": greeting.recovery_key,
            "server_time_ms": now,
        }
    )


@bp.post("/push")
@bp.doc(
    security=_TOKEN,
    requestBody={"required": True, "content": {"application/json": {"schema": PushSchema}}},
)
@bp.response(200, PushAnswerSchema)
@bp.problems(
    *("unknown-replica", "epoch-changed", "change-gap", "replica-forked", "batch-too-large", "unsupported-media-type")
)
def push() -> Response:
    """Apply a batch of offline changes; 200 with one outcome per change, in order."""
    identity = current_identity(revoked_too=True)
    raw = read_push(body_bytes(ONE_CHANGE_BYTES))
    items = read_changes(identity.replica.id, raw)
    now = now_ms()
    pushed = push_changes(KINDS, identity.replica, items, now, raw.epoch)
    if not identity.replica.revoked:
        note_contact(identity, now, current_app.config["LEASE_MS"])
    return json_answer({"last_n": pushed.last_n, "server_time_ms": now, "outcomes": pushed.outcomes})


@bp.get("/pull")
@bp.doc(security=_TOKEN)
@bp.arguments(PullQuerySchema(), location="query")
@bp.response(200, PullAnswerSchema)
@bp.alt_response(204, description="Nothing is new.", success=True)
@bp.problems("unknown-replica", "replica-revoked", "epoch-changed", "upgrade-required")
def pull(asked: dict[str, Any]) -> Response:
    """The next page of the feed after the cursor; without one, the first page of everything the replica may hold."""
    if asked["schema_version"] is not None and asked["schema_version"] < MIN_SCHEMA_VERSION:
        raise Problem("upgrade-required", "this app is too old to read; push on and update")
    now = now_ms()
    query = Query(asked.get("cursor"), asked["limit"], bool(asked["sums"]), asked.get("refetch"))
    page = _page(query, now)
    note_contact(page.identity, now, current_app.config["LEASE_MS"], page.seq, page.policy, page.scopes)
    return Response(status=204) if page.body is None else answer(page.body)


@bp.get("/records/<record>/history")
@guesses
@readings
@bp.doc(security=_TOKEN)
@bp.response(200, HistorySchema)
@bp.problems("unknown-replica", "replica-revoked", "not-found", "too-many-requests")
def history(record: str) -> Response:
    """Who changed what of one record, when, on which phone; only for whoever may read the record."""
    return json_answer(history_of(bearer_token(), record, now_ms()))


@bp.put("/replica")
@bp.doc(security=_TOKEN)
@bp.arguments(HealthSchema())
@bp.response(204)
@bp.problems("unknown-replica", "replica-revoked", "batch-too-large", "unsupported-media-type")
def report(health: dict[str, Any]) -> Response:
    """How the phone is: storage, version, pending changes, clock."""
    report_health(current_identity().replica, health, now_ms())
    return Response(status=204)


def _page(query: Query, now: int) -> Page:
    """A cursor from the future means that this database lost time: a new epoch begins, and the phone rebuilds."""
    try:
        return read_page(bearer_token(), query, current_app.config["CURSOR_SECRET"], now)
    except FromTheFuture as ahead:
        tenant = ahead.identity.tenant
        mint_epoch(tenant.id, tenant.epoch, ahead.reached, now)
        raise Problem("epoch-changed", "the server lost time; rebuild the mirror, keep the outbox") from ahead
