"""One-tap sign-in to the demo township, for a browser on the same machine only."""

from __future__ import annotations

import ipaddress
import time
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, request

from server.api.front import Front
from server.commands.demo_sign_in import demo_invite, demo_roles
from server.domain.problems import Problem
from server.schemas.system import DemoInvitationRequestSchema, DemoInvitationSchema, DemoRolesSchema

bp = Front("demo", prefix="/demo/v1", about="Only with DEMO=1, only from this machine.")

FORWARDED = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


@bp.before_request
def only_from_this_machine() -> None:
    """To anybody else there is nothing here: a proxy in front, another host name, another machine.

    Raises: not-found
    """
    near = _is_loopback(request.remote_addr or "") and _is_loopback(_host_name(request.host))
    came_through = any(name in request.headers for name in FORWARDED)
    strange = request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}
    if not current_app.config["ZOUFANG"].demo or not near or came_through or strange:
        raise Problem("not-found", "there is nothing at this address")


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
