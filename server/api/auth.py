"""The door: an install enrols."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from server.api.front import Front
from server.api.identity import bearer_token, now_ms
from server.api.limiter import enrolments, guesses
from server.api.wire import json_answer
from server.commands.enrol import Enrolled, Install, continue_replica, enrol
from server.domain.roles import roles_json
from server.domain.trust import same_again
from server.schemas.auth import EnrolledSchema, EnrolSchema
from server.schemas.changes import CHANGE_BYTES
from server.schemas.envelope import MOST_CHANGES, PUSH_BYTES

bp = Front("auth", prefix="/auth/v1", about="Enrolment by invitation.")

LIMITS = {
    "push_changes": MOST_CHANGES,
    "push_bytes": PUSH_BYTES,
    "change_bytes": CHANGE_BYTES,
    "pull_records": 500,
    "pull_bytes": 524_288,
    "group_changes": 50,
    "group_bytes": 524_288,
}


@bp.post("/replicas")
@bp.arguments(EnrolSchema)
@bp.response(201, EnrolledSchema)
@bp.problems(
    "unknown-replica", "invitation-invalid", "replica-revoked", "too-many-tries", "too-many-requests",
    "batch-too-large", "unsupported-media-type",
)  # fmt: skip
@guesses
@enrolments
def enrol_replica(asked: dict[str, Any]) -> Response:
    """Enrol an install; 201 with its replica id, its tokens (shown once) and what it may hold.

    A lost answer is asked for again with the same `enrolment`: the same replica, the same tokens.
    """
    install = install_of(asked)
    now, lease_ms = now_ms(), current_app.config["LEASE_MS"]
    if "continues" in asked:
        enrolled = continue_replica(asked["continues"], bearer_token(), install, now, lease_ms)
    else:
        enrolled = enrol(asked["invitation_code"], install, now, lease_ms)
    return json_answer(enrolled_json(enrolled, now), 201)


def install_of(asked: dict[str, Any]) -> Install:
    """What an install says of itself, its name for this enrolment made a secret of this server."""
    named = asked.get("enrolment")
    seed = same_again(named, current_app.config["CURSOR_SECRET"]) if named else None
    return Install(asked["label"], asked["platform"], asked["schema_version"], seed)


def enrolled_json(enrolled: Enrolled, now: int) -> dict[str, Any]:
    """The answer to an enrolment, DESIGN.md 5.1."""
    identity = enrolled.identity
    tenant = identity.tenant
    return {
        "replica": identity.replica.id,
        "account": identity.replica.account,
        "person": identity.actor.person,
        "roles": roles_json(identity.actor.roles),
        "scopes": list(enrolled.scopes),
        "token": enrolled.token,
        "drop_token": enrolled.drop_token,
        "epoch": tenant.epoch,
        "next_n": 1,
        "limits": LIMITS,
        "server_time_ms": now,
        "township": {
            "id": tenant.id,
            "name": tenant.name,
            "region_code": tenant.region_code,
            "is_demo": tenant.is_demo,
            "time_zone": tenant.time_zone,
            "at_hub": bool(current_app.config["ZOUFANG"].hub_origin),
        },
        "recovery_key": enrolled.recovery_key,
    }
