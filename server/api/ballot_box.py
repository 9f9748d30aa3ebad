"""The box's slot: what is asked without a name. No token is read here, no line is logged, no address is counted."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from server.api.front import Front
from server.api.identity import now_ms
from server.api.limiter import anonymous
from server.api.wire import json_answer
from server.commands.ballot.post_slip import post_slip
from server.commands.ballot.windows import posting_windows
from server.schemas.ballot_box import PostedSchema, SlipSchema, WindowQuerySchema, WindowsSchema

bp = Front("box", prefix="/ballots/v1", about="Without a name: slips into the box, and when they may be posted.")


@bp.post("/rounds/<uuid:ballot>/slips")
@anonymous
@bp.arguments(SlipSchema)
@bp.response(200, PostedSchema)
@bp.problems(
    "not-found", "round-state", "slip-refused", "batch-too-large", "unsupported-media-type", "too-many-requests"
)
def slips(posted: dict[str, str], ballot: UUID) -> Response:
    """One slip; 200 with its tracker once it is on disk, again and again the same."""
    kept = post_slip(posted["township"], str(ballot), posted["subject"], posted["group"], posted["slip"], now_ms())
    return json_answer({"tracker": kept.tracker, "box": kept.box})


@bp.get("/rounds/<uuid:ballot>/window")
@anonymous
@bp.arguments(WindowQuerySchema, location="query")
@bp.response(200, WindowsSchema)
@bp.problems("not-found", "round-state", "too-many-requests")
def window(asked: dict[str, Any], ballot: UUID) -> Response:
    """How far each group's posting windows are full."""
    found = posting_windows(asked["township"], str(ballot))
    return json_answer({"windows": dict(found.full), "closes_ms": found.closes_ms, "server_time_ms": now_ms()})
