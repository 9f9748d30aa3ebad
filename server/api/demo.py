"""One-tap sign-in to the demo township, for a browser on the same machine only."""

from __future__ import annotations

import ipaddress
import time
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request

from server.api.front import Front
from server.api.identity import current_identity
from server.commands.demo_sign_in import demo_invite, demo_roles
from server.commands.step_up import note_proof
from server.domain.problems import Problem
from server.schemas.auth import ProvedSchema
from server.schemas.system import DemoInvitationRequestSchema, DemoInvitationSchema, DemoRolesSchema

bp = Front("demo", prefix="/demo/v1", about="Only with DEMO=1, only from this machine.")

FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


@bp.before_request
def only_from_this_machine() -> None:
    """To anybody else there is nothing here: a proxy in front, another host name, another machine.

    Raises: not-found
    """
    strange = request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}
    if not current_app.config["ZOUFANG"].demo or not came_directly() or strange:
        raise Problem("not-found", "there is nothing at this address")


def came_directly() -> bool:
    """Whether the browser is on this machine, by a name of this machine and through no proxy."""
    near = _is_loopback(request.remote_addr or "") and _is_loopback(_host_name(request.host))
    return near and not any(name in request.headers for name in FORWARDED)


@bp.get("/roles")
@bp.response(200, DemoRolesSchema)
@bp.problems("not-found")
def roles() -> dict[str, Any]:
    """Whom a newcomer may be in the demo township."""
    tenant, offered = demo_roles(_now_ms())
    return {"township": tenant.id, "name": tenant.name, "roles": offered}


@bp.post("/invitations")
@bp.arguments(DemoInvitationRequestSchema)
@bp.response(201, DemoInvitationSchema)
@bp.problems("not-found", "unsupported-media-type", "batch-too-large")
def invitations(wanted: dict[str, str]) -> dict[str, Any]:
    """An invitation to be that person; redeemed like any other."""
    made = demo_invite(wanted["role"], _now_ms())
    return {"code": made.code, "role": made.role, "expires_at_ms": made.expires_at_ms}


@bp.post("/proofs")
@bp.response(200, ProvedSchema)
@bp.problems("not-found", "unknown-replica", "replica-revoked")
def proofs() -> dict[str, Any]:
    """The demo's stand-in for a password, for replicas of the demo township only: one tap is a fresh proof."""
    identity, now = current_identity(), _now_ms()
    if not identity.tenant.is_demo:
        raise Problem("not-found", "there is nothing at this address")
    return {"proved_until_ms": note_proof(identity, now), "server_time_ms": now}


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _host_name(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""


def _is_loopback(name: str) -> bool:
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
