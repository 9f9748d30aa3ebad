"""Is the process alive, and can the system do its work?"""

from __future__ import annotations

from typing import Any

from flask import current_app

from server.api.front import Front
from server.commands.check_health import can_sync, check_health
from server.schemas.system import LiveSchema, ReadySchema

bp = Front("health", prefix="/health", about="For supervisors and load balancers.")


@bp.get("/live")
@bp.response(200, LiveSchema)
def live() -> dict[str, bool]:
    """200 while this process answers at all; nothing else is looked at."""
    return {"live": True}


@bp.get("/ready")
@bp.response(200, ReadySchema)
@bp.alt_response(503, schema=ReadySchema, description="Something is missing; `checks` says what.")
def ready() -> tuple[dict[str, Any], int]:
    """200 when database, guard trigger, revision and Redis are as they must be, 503 with the same body when not."""
    checks = check_health(current_app.config["ZOUFANG"].redis())
    ok = all(checks.values())
    return {"ready": ok, "checks": checks}, 200 if ok else 503


@bp.get("/sync")
@bp.response(200, ReadySchema)
@bp.alt_response(503, schema=ReadySchema, description="Phones cannot sync here; `checks` says why.")
def sync() -> tuple[dict[str, Any], int]:
    """200 while phones can sync through this process, with Redis or without; what a load balancer asks."""
    checks = can_sync()
    ok = all(checks.values())
    return {"ready": ok, "checks": checks}, 200 if ok else 503
