"""The quarantine desk: see what is held, release it, put it right, or reject it; its author is told each time."""

from __future__ import annotations

import json
from typing import Any

from flask import Response

from server.api.front import Front
from server.api.identity import current_identity, now_ms
from server.api.wire import json_answer
from server.commands.correct_quarantined import correct
from server.commands.quarantine import reject, release
from server.domain.records import Change, Refused
from server.feed.quarantine import quarantine_of, quarantined_change
from server.schemas.changes import read_change
from server.schemas.envelope import SAFE_INTEGER
from server.schemas.kinds.registry import KINDS
from server.schemas.quarantine import (
    CorrectionSchema,
    DecidedSchema,
    QuarantinedChangeSchema,
    QuarantineListSchema,
    QuarantineQuerySchema,
    ReasonSchema,
)

CLERK = ("pbo",)
bp = Front("quarantine", prefix="/office/v1/quarantine", about="For the office's desk: changes that wait for it.")
_TOKEN: list[dict[str, list[str]]] = [{"replica": []}]
_ONE = f"/<replica>/<int(max={SAFE_INTEGER}):n>"


@bp.get("")
@bp.doc(security=_TOKEN)
@bp.arguments(QuarantineQuerySchema, location="query")
@bp.response(200, QuarantineListSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked")
def held(asked: dict[str, str]) -> Response:
    """What is, or was, in quarantine: kind, reason and author, never content."""
    identity = current_identity(CLERK)
    status = None if asked["status"] == "all" else asked["status"]
    return json_answer({"changes": quarantine_of(identity.tenant.id, status), "server_time_ms": now_ms()})


@bp.get(_ONE)
@bp.doc(security=_TOKEN)
@bp.response(200, QuarantinedChangeSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked", "not-found")
def one(replica: str, n: int) -> Response:
    """One change; its content only where the office would see the record, too (L15)."""
    return json_answer(quarantined_change(KINDS, current_identity(CLERK), replica, n))


@bp.post(f"{_ONE}/release")
@bp.doc(security=_TOKEN)
@bp.response(200, DecidedSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked", "not-found", "already-decided")
def release_change(replica: str, n: int) -> Response:
    """Judge it once more, with every role its author ever had."""
    identity = current_identity(CLERK)
    done = release(KINDS, replica, n, _read, now_ms(), identity.actor.account, identity.tenant.id)
    return json_answer(_decided(done.status, done.outcome, done.slug))


@bp.post(f"{_ONE}/reject")
@bp.doc(security=_TOKEN)
@bp.arguments(ReasonSchema)
@bp.response(200, DecidedSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked", "not-found", "already-decided")
def reject_change(asked: dict[str, str], replica: str, n: int) -> Response:
    """It stays unapplied for good; its author reads the reason."""
    identity = current_identity(CLERK)
    done = reject(KINDS, replica, n, asked["reason"], now_ms(), identity.actor.account, identity.tenant.id)
    return json_answer(_decided(done.status, done.outcome, done.slug))


@bp.post(f"{_ONE}/correct")
@bp.doc(security=_TOKEN)
@bp.arguments(CorrectionSchema)
@bp.response(200, DecidedSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked", "not-found", "already-decided")
def correct_change(asked: dict[str, Any], replica: str, n: int) -> Response:
    """Apply it with the office's values in place of its author's, who reads which fields and why."""
    identity, now = current_identity(CLERK), now_ms()
    done, errors = correct(
        KINDS, identity.actor, identity.tenant.id, replica, n, asked["fields_"], asked["reason"], _read, now
    )
    return json_answer(_decided(done.status, done.outcome, done.slug, [pointer for pointer, _detail in errors]))


def _read(replica: str, payload: str) -> Change | Refused:
    return read_change(replica, json.loads(payload))


def _decided(status: str, outcome: str | None, slug: str, places: list[str] | None = None) -> dict[str, Any]:
    return {"status": status, "outcome": outcome, "slug": slug, "places": places or []}
