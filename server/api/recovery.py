"""The office's half of a forgotten passphrase; the recovery key itself never comes here. docs/wire.md"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from server.api.front import Front
from server.api.identity import current_identity, now_ms, proved_identity
from server.api.wire import json_answer
from server.commands.recover import answer_recovery
from server.feed.recoveries import recoveries_of
from server.schemas.recovery import AnswerSchema, RecoveriesSchema

DESK = ("committee_secretary", "pbo")
bp = Front("recovery", prefix="/office/v1", about="Forgotten passphrases, answered with the key from the safe.")
_TOKEN: list[dict[str, list[str]]] = [{"replica": []}]


@bp.get("/recoveries")
@bp.doc(security=_TOKEN)
@bp.response(200, RecoveriesSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked")
def recoveries() -> Response:
    """Who asks for his key, and what phones handed in sealed."""
    identity, now = current_identity(DESK), now_ms()
    return json_answer({**recoveries_of(identity.tenant.id, now), "server_time_ms": now})


@bp.post("/recoveries/<uuid:recovery>")
@bp.doc(security=_TOKEN)
@bp.arguments(AnswerSchema)
@bp.response(204)
@bp.problems(
    "unknown-replica", "not-allowed", "replica-revoked", "step-up-needed", "not-found", "batch-too-large",
    "unsupported-media-type",
)  # fmt: skip
def answer(given: dict[str, Any], recovery: UUID) -> Response:
    """Give the phone its data key, sealed to it in the office's browser."""
    answer_recovery(proved_identity(DESK), str(recovery), given["answer"], now_ms())
    return Response(status=204)
