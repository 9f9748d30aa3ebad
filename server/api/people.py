"""Who may be in: accounts and roles, invitations, phones that are not trusted any more."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from server.api.front import Front
from server.api.identity import current_identity, now_ms, proved_identity
from server.api.wire import json_answer
from server.commands.appoint import appoint, dismiss
from server.commands.invite_many import invite_many, withdraw
from server.commands.passwords import clear_password
from server.commands.revoke import revoke
from server.feed.people import accounts_of, invitations_of
from server.schemas.kinds.registry import KINDS
from server.schemas.people import (
    AccountsSchema,
    DoneSchema,
    EndRoleSchema,
    GivenRoleSchema,
    GiveRoleSchema,
    InvitationLinesSchema,
    InvitedListSchema,
    InviteSchema,
)

READERS = ("committee_secretary", "pbo", "admin")
KEEPERS = ("pbo", "admin")
bp = Front("people", prefix="/office/v1", about="For the office's desk: who may be in.")
_TOKEN: list[dict[str, list[str]]] = [{"replica": []}]


@bp.get("/accounts")
@bp.doc(security=_TOKEN)
@bp.response(200, AccountsSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked")
def accounts() -> Response:
    """Everybody who signs in, with every role he holds, held or will hold."""
    identity, now = current_identity(READERS), now_ms()
    return json_answer({"accounts": accounts_of(identity.tenant.id, now), "server_time_ms": now})


@bp.post("/roles")
@bp.doc(security=_TOKEN)
@bp.arguments(GiveRoleSchema)
@bp.response(201, GivenRoleSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked", "step-up-needed", "not-found")
def give(asked: dict[str, Any]) -> Response:
    """A person of the roster holds a role, from a day on and perhaps until another."""
    identity = proved_identity(KEEPERS)
    account, assignment, given = appoint(identity.tenant.id, now_ms=now_ms(), by=identity.actor.account, **asked)
    return json_answer({"account": account, "assignment": assignment, "given": given}, 201)


@bp.post("/roles/<assignment>/end")
@bp.doc(security=_TOKEN)
@bp.arguments(EndRoleSchema)
@bp.response(200, DoneSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked", "step-up-needed", "not-found", "last-office-holder")
def end(asked: dict[str, Any], assignment: str) -> Response:
    """A role ends; what its holder has not sent yet still goes up."""
    identity = proved_identity(KEEPERS)
    done = dismiss(identity.tenant.id, assignment, now_ms(), asked.get("at_ms"), identity.actor.account)
    return json_answer({"done": done})


@bp.post("/accounts/<account>/password/clear")
@bp.doc(security=_TOKEN)
@bp.response(200, DoneSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked", "step-up-needed", "not-found")
def clear(account: str) -> Response:
    """Somebody forgot his password: he has none any more and sets a new one at a browser that is signed in."""
    identity = proved_identity(KEEPERS)
    return json_answer({"done": clear_password(identity.tenant.id, account, now_ms(), identity.actor.account)})


@bp.get("/invitations")
@bp.doc(security=_TOKEN)
@bp.response(200, InvitationLinesSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked")
def invitations() -> Response:
    """The newest invitations, with who used which."""
    identity, now = current_identity(READERS), now_ms()
    return json_answer({"invitations": invitations_of(identity.tenant.id, now), "server_time_ms": now})


@bp.post("/invitations")
@bp.doc(security=_TOKEN)
@bp.arguments(InviteSchema)
@bp.response(201, InvitedListSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked", "step-up-needed")
def invite(asked: dict[str, Any]) -> Response:
    """One code each, or with a single fault in the list none; a code opens one browser, once."""
    identity, now = proved_identity(KEEPERS), now_ms()
    made = invite_many(KINDS, identity.tenant.id, asked["invitations"], now, asked["valid_s"], identity.actor.account)
    told = [
        {
            "id": one.id,
            "code": one.code,
            "account": one.account,
            "person": one.person,
            "role": one.role,
            "village": one.village,
            "expires_at_ms": one.expires_at_ms,
        }
        for one in made
    ]
    address = current_app.config["ZOUFANG"].address()
    return json_answer({"invitations": told, "address": address, "server_time_ms": now}, 201)


@bp.post("/invitations/<invitation>/withdraw")
@bp.doc(security=_TOKEN)
@bp.response(200, DoneSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked", "not-found")
def withdraw_invitation(invitation: str) -> Response:
    """A printed sheet was lost: the code opens nothing any more."""
    identity = current_identity(KEEPERS)
    return json_answer({"done": withdraw(identity.tenant.id, invitation, now_ms(), identity.actor.account)})


@bp.post("/replicas/<replica>/revoke")
@bp.doc(security=_TOKEN)
@bp.response(200, DoneSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked", "step-up-needed", "not-found")
def revoke_replica(replica: str) -> Response:
    """A phone is lost: it reads nothing more, and what it still sends goes to quarantine."""
    identity = proved_identity(KEEPERS)
    return json_answer({"done": revoke(replica, now_ms(), identity.actor.account, identity.tenant.id)})
