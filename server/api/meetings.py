"""Meetings: when and where, who may vote, who has come, whose phone is ready."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from server.api.front import Front, Parser
from server.api.identity import current_identity, now_ms
from server.api.limiter import guesses
from server.api.wire import body_json, json_answer
from server.commands.change_meeting import change_meeting
from server.commands.make_meeting import make_meeting
from server.commands.set_roll import set_roll
from server.commands.take_attendance import report_present, take_attendance
from server.domain.permissions import Actor
from server.feed.meetings import meeting_of, readiness_of, row_json
from server.schemas.kinds.registry import KINDS
from server.schemas.meetings import (
    AttendanceSchema,
    HallCodeSchema,
    MadeMeetingSchema,
    MakeMeetingSchema,
    MeetingSchema,
    PresentSchema,
    ReadinessSchema,
    RollSchema,
    SetRollSchema,
)

CLERK = ("pbo",)
RUNNING = ("committee_secretary", "pbo", "scrutineer")
MOST_ROLL_BYTES = 1_048_576


class _Parser(Parser):
    """A roll is larger than what other requests carry."""

    def load_json(self, req: Any, schema: Any) -> Any:
        return body_json(MOST_ROLL_BYTES)


class _Hall(Front):
    ARGUMENTS_PARSER = _Parser()


bp = _Hall("meetings", prefix="/ballots/v1", about="Meetings: the roll, attendance, whose phone is ready.")
_TOKEN: list[dict[str, list[str]]] = [{"replica": []}]
_SIGNED_IN = ("unknown-replica", "not-allowed", "replica-revoked")


@bp.post("/meetings")
@bp.doc(security=_TOKEN)
@bp.arguments(MakeMeetingSchema)
@bp.response(201, MadeMeetingSchema)
@bp.problems(*_SIGNED_IN, "round-guard")
def make(asked: dict[str, Any]) -> Response:
    """A meeting of the open cycle."""
    identity = current_identity(CLERK)
    made = make_meeting(KINDS, identity.tenant.id, identity.actor.account, **asked, now_ms=now_ms())
    return json_answer({"meeting": made.id}, 201)


@bp.get("/meetings/<uuid:meeting>")
@bp.doc(security=_TOKEN)
@bp.response(200, MeetingSchema)
@bp.problems(*_SIGNED_IN, "not-found")
def read(meeting: Any) -> Response:
    """The meeting with its roll and its rounds."""
    identity = current_identity(RUNNING)
    return json_answer({**meeting_of(identity.tenant.id, identity.actor, str(meeting)), **_addresses(identity.actor)})


def _addresses(actor: Actor) -> dict[str, str | None]:
    """Where the app of the phones lives, and at a hub where the hub is; for the office alone."""
    settings = current_app.config["ZOUFANG"]
    if not actor.holds(CLERK):
        return {"address": None, "hub": None}
    own = settings.address()
    return {"address": settings.hub_origin, "hub": own} if settings.hub_origin else {"address": own, "hub": None}


@bp.put("/meetings/<uuid:meeting>")
@bp.doc(security=_TOKEN)
@bp.arguments(MakeMeetingSchema)
@bp.response(200, MadeMeetingSchema)
@bp.problems(*_SIGNED_IN, "not-found")
def change(asked: dict[str, Any], meeting: Any) -> Response:
    """Another name, hall or time."""
    identity = current_identity(CLERK)
    made = change_meeting(KINDS, identity.tenant.id, identity.actor.account, str(meeting), **asked, now_ms=now_ms())
    return json_answer({"meeting": made.id})


@bp.put("/meetings/<uuid:meeting>/roll")
@bp.doc(security=_TOKEN)
@bp.arguments(SetRollSchema)
@bp.response(200, RollSchema)
@bp.problems(*_SIGNED_IN, "not-found", "roll-frozen")
def roll(asked: dict[str, Any], meeting: Any) -> Response:
    """The roll is these rows; with one fault among them nothing is taken."""
    identity = current_identity(CLERK)
    rows = set_roll(KINDS, identity.tenant.id, identity.actor.account, str(meeting), asked["rows"], now_ms())
    return json_answer({"roll": [row_json(row) for row in rows]})


@bp.put("/meetings/<uuid:meeting>/attendance")
@bp.doc(security=_TOKEN)
@bp.arguments(AttendanceSchema)
@bp.response(200, RollSchema)
@bp.problems(*_SIGNED_IN, "not-found", "round-state", "round-delegated")
def attendance(asked: dict[str, Any], meeting: Any) -> Response:
    """These rows have come, or have not."""
    identity = current_identity(CLERK)
    pairs = [(row["id"], row["status"]) for row in asked["rows"]]
    rows = take_attendance(KINDS, identity.tenant.id, identity.actor.account, str(meeting), pairs, now_ms())
    return json_answer({"roll": [row_json(row) for row in rows]})


@bp.post("/meetings/<uuid:meeting>/attendance/self")
@guesses
@bp.doc(security=_TOKEN)
@bp.arguments(HallCodeSchema)
@bp.response(200, PresentSchema)
@bp.problems(
    *_SIGNED_IN, "not-found", "not-on-roll", "hall-code-wrong", "round-state", "round-delegated", "too-many-requests"
)
def present(asked: dict[str, Any], meeting: Any) -> Response:
    """Whoever stands on the roll and types the code of the hall is present."""
    identity = current_identity()
    account, code = identity.actor.account, asked["hall_code"]
    return json_answer({"status": report_present(KINDS, identity.tenant.id, account, str(meeting), code, now_ms())})


@bp.get("/meetings/<uuid:meeting>/readiness")
@bp.doc(security=_TOKEN)
@bp.response(200, ReadinessSchema)
@bp.problems(*_SIGNED_IN, "not-found")
def readiness(meeting: Any) -> Response:
    """Whose phone is enrolled, was heard of lately, and has the sheet."""
    identity, now = current_identity(CLERK), now_ms()
    return json_answer({"rows": readiness_of(identity.tenant.id, str(meeting), now), "server_time_ms": now})
