"""Passkeys: an office holder adds and removes his, signs in at a desk with one, and proves himself anew."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Response, current_app, request

from server.api.auth import enrolled_json, install_of
from server.api.demo import came_directly
from server.api.desks import ladder
from server.api.front import Front
from server.api.identity import current_identity, now_ms
from server.api.limiter import is_refused, limiter
from server.api.wire import json_answer
from server.commands.passkey_check import bytes_to_text
from server.commands.passkey_sign_in import prove_by_passkey, sign_in_by_passkey
from server.commands.passkeys import add_passkey, may_add, passkeys_of, remove_passkey
from server.commands.passwords import PROVING_ROLES
from server.domain.passkeys import (
    ALGORITHMS,
    CHALLENGE_MS,
    NONCE_BYTES,
    Assertion,
    NewPasskey,
    Purpose,
    Site,
    challenge_of,
    site_of,
    user_handle,
)
from server.domain.passwords import STEP_UP_MS
from server.domain.problems import Problem
from server.schemas.auth import EnrolledSchema, ProvedSchema
from server.schemas.passkeys import (
    AddedSchema,
    AssertionSchema,
    NewPasskeySchema,
    PasskeySignInSchema,
    PasskeysSchema,
    QuestionSchema,
)
from server.schemas.people import DoneSchema

bp = Front("passkeys", prefix="/auth/v1", about="Passkeys of desks; questions are valid for five minutes, once.")
_TOKEN: list[dict[str, list[str]]] = [{"replica": []}]
_KNOWN = ("unknown-replica", "replica-revoked")


@bp.get("/passkeys")
@bp.doc(security=_TOKEN)
@bp.response(200, PasskeysSchema)
@bp.problems(*_KNOWN, "not-allowed")
def passkeys() -> Response:
    """The passkeys of this account."""
    identity = current_identity(PROVING_ROLES)
    site = _site_or_none()
    lines = [
        {
            "id": one.id,
            "label": one.label,
            "site": one.site,
            "here": site is not None and one.site == site.name,
            "created_at_ms": one.created_at_ms,
            "last_used_at_ms": one.last_used_at_ms,
        }
        for one in passkeys_of(identity)
    ]
    return json_answer({"passkeys": lines, "possible": site is not None, "server_time_ms": now_ms()})


@bp.post("/passkeys/question")
@bp.doc(security=_TOKEN)
@bp.response(200, QuestionSchema)
@bp.problems(*_KNOWN, "not-allowed", "step-up-needed", "no-passkeys-here")
def ask_to_add() -> Response:
    """What a browser needs to make one more passkey; whoever has a password or passkey proves himself first."""
    identity, now, site = current_identity(PROVING_ROLES), now_ms(), _site()
    kept = may_add(identity, now)
    told = {
        "passkeys": [one.credential for one in kept if one.site == site.name],
        "user": bytes_to_text(user_handle(identity.tenant.id, identity.replica.account)),
        "name": identity.tenant.name,
        "algorithms": list(ALGORITHMS),
    }
    return json_answer(_question(site, "add", identity.replica.id, now) | told)


@bp.post("/passkeys")
@bp.doc(security=_TOKEN)
@bp.arguments(NewPasskeySchema)
@bp.response(201, AddedSchema)
@bp.problems(*_KNOWN, "not-allowed", "step-up-needed", "passkey-refused", "no-passkeys-here", "too-many-requests")
@limiter.limit("30 per minute", deduct_when=is_refused)
def add(asked: dict[str, Any]) -> Response:
    """Keep the passkey that was made; 201 with its id."""
    identity, now, site = current_identity(PROVING_ROLES), now_ms(), _site()
    sent = NewPasskey(asked["credential"], asked["client_data"], asked["attestation"])
    made = add_passkey(identity, site, asked["label"], sent, now)
    return json_answer({"id": made, "proved_until_ms": now + STEP_UP_MS, "server_time_ms": now}, 201)


@bp.post("/passkeys/<passkey>/remove")
@bp.doc(security=_TOKEN)
@bp.response(200, DoneSchema)
@bp.problems(*_KNOWN, "not-allowed", "step-up-needed", "not-found")
def remove(passkey: str) -> Response:
    """One of one's own passkeys opens nothing any more."""
    return json_answer({"done": remove_passkey(current_identity(PROVING_ROLES), passkey, now_ms())})


@bp.post("/desks/question")
@bp.response(200, QuestionSchema)
@bp.problems("no-passkeys-here", "too-many-requests")
@limiter.limit("60 per minute")
def ask_to_sign_in() -> Response:
    """The question that any passkey of this address may answer; it tells nobody which there are."""
    return json_answer(_question(_site(), "sign-in", "", now_ms()))


@bp.post("/desks/passkey")
@bp.arguments(PasskeySignInSchema)
@bp.response(201, EnrolledSchema)
@bp.problems("passkey-refused", "no-passkeys-here", "too-many-requests", "batch-too-large", "unsupported-media-type")
@limiter.limit("30 per minute; 200 per day", deduct_when=is_refused)
def sign_in_by_key(asked: dict[str, Any]) -> Response:
    """Enrol this browser with a passkey; the answer is that of an enrolment."""
    now, lease_ms, site, sent = now_ms(), current_app.config["LEASE_MS"], _site(), _assertion(asked["passkey"])
    with ladder(f"passkey {bytes_to_text(sent.credential)}"):
        return json_answer(enrolled_json(sign_in_by_passkey(site, sent, install_of(asked), now, lease_ms), now), 201)


@bp.post("/proof/question")
@bp.doc(security=_TOKEN)
@bp.response(200, QuestionSchema)
@bp.problems(*_KNOWN, "no-passkeys-here")
def ask_to_prove() -> Response:
    """The question for this replica's person; he has a passkey of this address."""
    identity, site = current_identity(), _site()
    mine = [one.credential for one in passkeys_of(identity) if one.site == site.name]
    if not mine:
        raise Problem("no-passkeys-here", "the account has no passkey of this address")
    return json_answer(_question(site, "step-up", identity.replica.id, now_ms()) | {"passkeys": mine})


@bp.post("/proof/passkey")
@bp.doc(security=_TOKEN)
@bp.arguments(AssertionSchema)
@bp.response(200, ProvedSchema)
@bp.problems(*_KNOWN, "passkey-refused", "no-passkeys-here", "too-many-requests")
def prove_by_key(asked: dict[str, Any]) -> Response:
    """Prove with a passkey who one is, for five minutes of this browser."""
    identity, now, site = current_identity(), now_ms(), _site()
    with ladder(f"account {identity.replica.account}"):
        until = prove_by_passkey(identity, site, _assertion(asked), now)
        return json_answer({"proved_until_ms": until, "server_time_ms": now})


def _question(site: Site, purpose: Purpose, asked: str, now: int) -> dict[str, Any]:
    challenge = challenge_of(site, purpose, asked, secrets.token_bytes(NONCE_BYTES), now)
    told = {"challenge": bytes_to_text(challenge), "site": site.name}
    return told | {"valid_ms": CHALLENGE_MS, "server_time_ms": now}


def _assertion(asked: dict[str, Any]) -> Assertion:
    return Assertion(
        asked["credential"],
        asked["client_data"],
        asked["authenticator_data"],
        asked["signature"],
        asked.get("user_handle", b""),
    )


def _site() -> Site:
    """Where the browser is: PUBLIC_URL, or localhost for whoever sits at the machine itself.

    Raises: no-passkeys-here
    """
    here = request.host_url.rstrip("/")
    asked = request.headers.get("Origin", here)
    public = current_app.config["ZOUFANG"].address()
    allowed = [public] if public else []
    if came_directly() and request.host.partition(":")[0] == "localhost":
        allowed.append(here)
    return site_of(asked, allowed, current_app.config["CURSOR_SECRET"])


def _site_or_none() -> Site | None:
    try:
        return _site()
    except Problem:
        return None
