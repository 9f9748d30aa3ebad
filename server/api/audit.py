"""What was decided in the township, for those who may look into the books (DOMAIN.md 11.3)."""

from __future__ import annotations

from typing import Any

from flask import Response

from server.api.front import Front
from server.api.identity import current_identity, now_ms
from server.api.wire import json_answer
from server.feed.audit import audit_page
from server.schemas.audit import AuditPageSchema, AuditQuerySchema

READERS = ("committee_secretary", "pbo", "county_observer", "admin")

bp = Front("audit", prefix="/office/v1", about="What was decided, by whom and when; never content.")
_TOKEN: list[dict[str, list[str]]] = [{"replica": []}]


@bp.get("/audit")
@bp.doc(security=_TOKEN)
@bp.arguments(AuditQuerySchema, location="query")
@bp.response(200, AuditPageSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked")
def audit(asked: dict[str, Any]) -> Response:
    """A page of the audit chain, newest first."""
    identity = current_identity(READERS)
    return json_answer({**audit_page(identity.tenant.id, asked["before"], asked["limit"]), "server_time_ms": now_ms()})
