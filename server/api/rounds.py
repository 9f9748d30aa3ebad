"""Rounds: prepared, keyed, issued, opened, closed or void, and the few numbers that may be known while one runs."""

from __future__ import annotations

from typing import Any

from flask import Response

from server.api.front import Front
from server.api.identity import current_identity, now_ms, proved_identity
from server.api.wire import json_answer
from server.commands.prepare_round import prepare_round
from server.commands.round_steps import close_round, issue_round, open_round, void_round
from server.commands.take_tally_key import take_tally_key
from server.domain.problems import Problem
from server.domain.records import Record
from server.feed.meetings import numbers_of, round_json
from server.schemas.kinds.registry import KINDS
from server.schemas.meetings import (
    KnownSchema,
    NumbersSchema,
    PrepareRoundSchema,
    RoundAnswerSchema,
    TallyKeySchema,
    VoidSchema,
)

CLERK = ("pbo",)
RUNNING = ("committee_secretary", "pbo", "scrutineer")
bp = Front("rounds", prefix="/ballots/v1", about="Rounds of a meeting, from their preparation to their close.")
_TOKEN: list[dict[str, list[str]]] = [{"replica": []}]
_PROVED = ("unknown-replica", "not-allowed", "replica-revoked", "step-up-needed", "not-found")


@bp.post("/meetings/<uuid:meeting>/rounds")
@bp.doc(security=_TOKEN)
@bp.arguments(PrepareRoundSchema)
@bp.response(201, RoundAnswerSchema)
@bp.problems(*_PROVED, "round-guard")
def prepare(asked: dict[str, Any], meeting: Any) -> Response:
    """A round with the open cycle's subjects, the groups of the roll and a signing key for each place."""
    identity = proved_identity(CLERK)
    made = prepare_round(KINDS, identity.tenant.id, identity.actor.account, str(meeting), **asked, now_ms=now_ms())
    return _answer(made, 201)


@bp.put("/rounds/<uuid:ballot>/tally-key")
@bp.doc(security=_TOKEN)
@bp.arguments(TallyKeySchema)
@bp.response(200, KnownSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked", "not-found", "round-state")
def tally_key(asked: dict[str, Any], ballot: Any) -> Response:
    """The public half of a scrutineer's key; nobody keeps the roll and holds the key."""
    identity = current_identity(("scrutineer",))
    if identity.actor.holds(CLERK):
        raise Problem("not-allowed", "a scrutineer who is not of the office hands in the tally key")
    account = identity.actor.account
    return json_answer({"known": take_tally_key(identity.tenant.id, account, str(ballot), asked["public"], now_ms())})


@bp.post("/rounds/<uuid:ballot>/issue")
@bp.doc(security=_TOKEN)
@bp.response(200, RoundAnswerSchema)
@bp.problems(*_PROVED, "round-state", "round-guard")
def issue(ballot: Any) -> Response:
    """Everybody has the sheet; the roll is frozen."""
    identity = proved_identity(CLERK)
    return _answer(issue_round(KINDS, identity.tenant.id, identity.actor.account, str(ballot), now_ms()))


@bp.post("/rounds/<uuid:ballot>/open")
@bp.doc(security=_TOKEN)
@bp.response(200, RoundAnswerSchema)
@bp.problems(*_PROVED, "round-state", "round-delegated", "round-guard")
def begin(ballot: Any) -> Response:
    """With a quorum in the hall, handing in begins."""
    identity = proved_identity(CLERK)
    return _answer(open_round(KINDS, identity.tenant.id, identity.actor.account, str(ballot), now_ms()))


@bp.post("/rounds/<uuid:ballot>/close")
@bp.doc(security=_TOKEN)
@bp.response(200, RoundAnswerSchema)
@bp.problems(*_PROVED, "round-state", "round-delegated")
def close(ballot: Any) -> Response:
    """The host has closed the ballot; phones go on bringing what is filled in until the deadline."""
    identity = proved_identity(CLERK)
    return _answer(close_round(KINDS, identity.tenant.id, identity.actor.account, str(ballot), now_ms()))


@bp.post("/rounds/<uuid:ballot>/void")
@bp.doc(security=_TOKEN)
@bp.arguments(VoidSchema)
@bp.response(200, RoundAnswerSchema)
@bp.problems(*_PROVED, "round-state", "round-delegated")
def void(asked: dict[str, Any], ballot: Any) -> Response:
    """Nothing of the round counts; the meeting may have another."""
    identity = proved_identity(CLERK)
    account, reason = identity.actor.account, asked["reason"]
    return _answer(void_round(KINDS, identity.tenant.id, account, str(ballot), reason, now_ms()))


@bp.get("/rounds/<uuid:ballot>/numbers")
@bp.doc(security=_TOKEN)
@bp.response(200, NumbersSchema)
@bp.problems("unknown-replica", "replica-revoked", "not-found", "not-on-roll")
def numbers(ballot: Any) -> Response:
    """How many are entitled, present, have handed in and have arrived, by group; nothing finer."""
    identity, now = current_identity(), now_ms()
    told = numbers_of(identity.tenant.id, identity.actor, str(ballot), (*RUNNING, "teller"))
    return json_answer({**told, "server_time_ms": now})


def _answer(record: Record, status: int = 200) -> Response:
    return json_answer({"round": round_json(record)}, status)
