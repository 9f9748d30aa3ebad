"""Desks sign in with a password, and whoever does what cannot be taken back proves first who he is."""

from __future__ import annotations

import hashlib
from contextlib import AbstractContextManager
from typing import Any

from flask import Response, current_app

from server.api.auth import enrolled_json, install_of
from server.api.front import Front
from server.api.identity import current_identity, now_ms
from server.api.limiter import is_refused, limiter
from server.api.wire import json_answer
from server.commands.passwords import PROVING_ROLES, set_password, sign_in
from server.commands.step_up import prove
from server.domain.passwords import STEP_UP_MS, login_key
from server.schemas.auth import EnrolledSchema, PasswordSchema, ProofSchema, ProvedSchema, SignInSchema

bp = Front("desks", prefix="/auth/v1", about="Passwords of desks, and proofs of who one is.")
_TOKEN: list[dict[str, list[str]]] = [{"replica": []}]
LADDER = "5 per 1 minute; 20 per 1 hour; 60 per 1 day"
"""Wrong passwords of one name: after five a minute of waiting, after twenty an hour, after sixty a day."""


@bp.post("/desks")
@bp.arguments(SignInSchema)
@bp.response(201, EnrolledSchema)
@bp.problems("sign-in-refused", "too-many-requests", "batch-too-large", "unsupported-media-type")
@limiter.limit("30 per minute; 200 per day", deduct_when=is_refused)
def sign_in_at_desk(asked: dict[str, Any]) -> Response:
    """Enrol this browser with name and password; the answer is that of an enrolment."""
    install = install_of(asked)
    now, lease_ms = now_ms(), current_app.config["LEASE_MS"]
    with ladder(f"login {login_key(asked['login'])}"):
        return json_answer(enrolled_json(sign_in(asked["login"], asked["password"], install, now, lease_ms), now), 201)


@bp.post("/password")
@bp.doc(security=_TOKEN)
@bp.arguments(PasswordSchema)
@bp.response(200, ProvedSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked", "step-up-needed")
def password(asked: dict[str, Any]) -> Response:
    """Set the name and password of this account; whoever has one already proves it first."""
    identity, now = current_identity(PROVING_ROLES), now_ms()
    set_password(identity, asked["login"], asked["password"], now)
    return json_answer({"proved_until_ms": now + STEP_UP_MS, "server_time_ms": now})


@bp.post("/proof")
@bp.doc(security=_TOKEN)
@bp.arguments(ProofSchema)
@bp.response(200, ProvedSchema)
@bp.problems("unknown-replica", "replica-revoked", "step-up-needed", "sign-in-refused", "too-many-requests")
def proof(asked: dict[str, Any]) -> Response:
    """Prove who one is, for five minutes of this browser."""
    identity, now = current_identity(), now_ms()
    with ladder(f"account {identity.replica.account}"):
        return json_answer({"proved_until_ms": prove(identity, asked["password"], now), "server_time_ms": now})


def ladder(who: str) -> AbstractContextManager[None]:
    """Whoever is guessing waits longer and longer, whether there is such a name or not."""
    key = hashlib.sha256(who.encode()).hexdigest()
    ladder: AbstractContextManager[None] = limiter.limit(LADDER, key_func=lambda: key, deduct_when=is_refused)
    return ladder
