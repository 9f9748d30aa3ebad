"""The phone's half of a forgotten passphrase: it asks with its drop token, and finds the answer. docs/wire.md"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from server.api.front import Front
from server.api.identity import bearer_token, now_ms
from server.api.limiter import is_refused, limiter
from server.api.wire import json_answer
from server.commands.receive_parcel import behind_drop_token
from server.commands.recover import answer_of, ask_for_key
from server.schemas.recovery import AnswerStateSchema, AskSchema, KeyAskedSchema

bp = Front("forgotten", prefix="/sync/v1", about="For the drop token of a phone whose passphrase is forgotten.")
DROP_TOKEN: list[dict[str, list[str]]] = [{"replica": []}]


@bp.post("/recoveries")
@bp.doc(security=DROP_TOKEN)
@bp.arguments(AskSchema)
@bp.response(200, KeyAskedSchema)
@bp.problems("unknown-replica", "replica-revoked", "too-many-requests", "batch-too-large", "unsupported-media-type")
@limiter.limit("30 per minute", deduct_when=is_refused)
@limiter.limit("20 per minute")
def ask(asked: dict[str, Any]) -> Response:
    """Ask the office for the data key of a phone whose passphrase is forgotten."""
    now = now_ms()
    identity = behind_drop_token(bearer_token(), now)
    recovery = ask_for_key(identity, asked["vault"], asked["wrap"], asked["public_key"], now)
    return json_answer({"id": recovery, "server_time_ms": now})


@bp.get("/recoveries/<uuid:recovery>")
@bp.doc(security=DROP_TOKEN)
@bp.response(200, AnswerStateSchema)
@bp.problems("unknown-replica", "replica-revoked", "not-found", "too-many-requests")
@limiter.limit("30 per minute", deduct_when=is_refused)
def answered(recovery: UUID) -> Response:
    """The answer, sealed to the phone that asked; null while there is none."""
    now = now_ms()
    answer = answer_of(behind_drop_token(bearer_token(), now), str(recovery))
    return json_answer({"answer": answer, "server_time_ms": now})
