"""From the opening of the box to the published result: scrutineers, clerks, committee."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from server.api.ballot_sheets import _TOKEN, CLERK, _Sheets
from server.api.identity import current_identity, now_ms, proved_identity
from server.api.wire import answer, json_answer
from server.commands.ballot.count_round import count_round, enter_marks, marks_of_round
from server.commands.ballot.decide_result import Decision, decide_result, publish_round
from server.commands.ballot.enter_paper import enter_paper
from server.commands.ballot.look import board_of, bundle_of, reconciliation_of, result_of
from server.commands.ballot.look_paper import entries_of
from server.commands.ballot.open_box import open_box
from server.commands.ballot.reconcile import sign
from server.domain.problems import Problem
from server.domain.replicas import Identity
from server.schemas.ballot_box import (
    BallotDoneSchema,
    DecisionSchema,
    EnteredSchema,
    MarksSchema,
    PaperSchema,
    ReleaseSchema,
    SignSchema,
)
from server.schemas.ballot_count import (
    BoardSchema,
    BundleSchema,
    EntriesSchema,
    MarksStandSchema,
    MovedSchema,
    OpenedSchema,
    ReconciliationSchema,
    ResultDecidedSchema,
    ResultSchema,
    SignedStateSchema,
)
from server.schemas.kinds.registry import KINDS

SCRUTINEER, SECRETARY = ("scrutineer",), ("committee_secretary",)
COUNTERS, READERS = ("pbo", "teller"), ("pbo", "committee_secretary", "scrutineer")
bp = _Sheets("ballot-count", prefix="/ballots/v1", about="Opening, reconciling, counting, publishing.")
_SIGNED = ("unknown-replica", "replica-revoked", "not-found", "round-state")
_BODY = ("batch-too-large", "unsupported-media-type")


@bp.post("/rounds/<uuid:ballot>/tally-key/release")
@bp.doc(security=_TOKEN)
@bp.arguments(ReleaseSchema)
@bp.response(200, OpenedSchema)
@bp.problems(*_SIGNED, *_BODY, "not-allowed", "step-up-needed", "round-guard")
def release(given: dict[str, Any], ballot: UUID) -> Response:
    """Open the box, once; the key is used and not kept."""
    identity = _scrutineer(proved_identity(SCRUTINEER))
    done = open_box(KINDS, identity.tenant.id, identity.actor.account, str(ballot), given["private"], now_ms())
    return json_answer({"head": done.head, "words": done.words})


@bp.get("/rounds/<uuid:ballot>/board")
@bp.doc(security=_TOKEN)
@bp.response(200, BoardSchema)
@bp.problems(*_SIGNED, "not-on-roll")
def board(ballot: UUID) -> Response:
    """The whole board, for everybody on the roll and the scrutineers."""
    identity = current_identity()
    return json_answer(board_of(identity.tenant.id, str(ballot), _on_roll(identity, SCRUTINEER)))


@bp.put("/rounds/<uuid:ballot>/paper")
@bp.doc(security=_TOKEN)
@bp.arguments(PaperSchema)
@bp.response(200, EnteredSchema)
@bp.problems(*_SIGNED, *_BODY, "not-allowed", "two-clerks")
def paper(given: dict[str, Any], ballot: UUID) -> Response:
    """One clerk's whole count of the paper forms."""
    identity = current_identity(COUNTERS)
    done = enter_paper(identity.tenant.id, identity.actor.account, str(ballot), given["entry"], given["rows"], now_ms())
    places = [{"subject": subject, "group": group} for subject, group in done.differences]
    return json_answer({"agrees": done.agrees, "differences": places})


@bp.get("/rounds/<uuid:ballot>/paper")
@bp.doc(security=_TOKEN)
@bp.response(200, EntriesSchema)
@bp.problems(*_SIGNED, "not-allowed")
def entries(ballot: UUID) -> Response:
    """Which entries are in, by whom, where they differ, and how many forms came back; nobody's numbers."""
    identity = current_identity(COUNTERS)
    return json_answer(entries_of(identity.tenant.id, str(ballot), identity.actor.account))


@bp.get("/rounds/<uuid:ballot>/reconciliation")
@bp.doc(security=_TOKEN)
@bp.response(200, ReconciliationSchema)
@bp.problems(*_SIGNED, "not-allowed")
def reconciliation(ballot: UUID) -> Response:
    """What was issued beside what came back, place by place; for the committee secretary once it is signed."""
    identity = current_identity((*CLERK, *SCRUTINEER, *SECRETARY))
    later = not identity.actor.holds((*CLERK, *SCRUTINEER))
    return json_answer(reconciliation_of(identity.tenant.id, str(ballot), identity.actor.account, later))


@bp.post("/rounds/<uuid:ballot>/signatures")
@bp.doc(security=_TOKEN)
@bp.arguments(SignSchema)
@bp.response(200, SignedStateSchema)
@bp.problems(*_SIGNED, *_BODY, "not-allowed", "step-up-needed", "round-guard")
def signatures(given: dict[str, Any], ballot: UUID) -> Response:
    """Sign the reconciliation or the tally; the second scrutineer's signature moves the round on."""
    identity = _scrutineer(proved_identity(SCRUTINEER))
    state, number = sign(KINDS, identity.tenant.id, identity.actor.account, str(ballot), given["what"], now_ms())
    return json_answer({"state": state, "signatures": number})


@bp.put("/rounds/<uuid:ballot>/marks")
@bp.doc(security=_TOKEN)
@bp.arguments(MarksSchema)
@bp.response(200, BallotDoneSchema)
@bp.problems(*_SIGNED, *_BODY, "not-allowed")
def marks(given: dict[str, Any], ballot: UUID) -> Response:
    """What weighs beside the ballots."""
    identity = current_identity(CLERK)
    rows = [(one["subject"], one["daily"], one["secretary"]) for one in given["marks"]]
    enter_marks(identity.tenant.id, identity.actor.account, str(ballot), rows, now_ms())
    return json_answer({"done": True})


@bp.get("/rounds/<uuid:ballot>/marks")
@bp.doc(security=_TOKEN)
@bp.response(200, MarksStandSchema)
@bp.problems(*_SIGNED, "not-allowed")
def marks_entered(ballot: UUID) -> Response:
    """The marks as they were entered, and whether any are missing."""
    return json_answer(marks_of_round(current_identity((*CLERK, *SECRETARY)).tenant.id, str(ballot)))


@bp.post("/rounds/<uuid:ballot>/count")
@bp.doc(security=_TOKEN)
@bp.response(200, MovedSchema)
@bp.problems(*_SIGNED, "not-allowed", "round-guard")
def count(ballot: UUID) -> Response:
    """Count slips and paper, once."""
    identity = current_identity(CLERK)
    return json_answer({"state": count_round(KINDS, identity.tenant.id, identity.actor.account, str(ballot), now_ms())})


@bp.post("/rounds/<uuid:ballot>/publish")
@bp.doc(security=_TOKEN)
@bp.response(200, MovedSchema)
@bp.problems(*_SIGNED, "not-allowed", "step-up-needed")
def publish(ballot: UUID) -> Response:
    """Everybody on the roll sees the result."""
    identity = proved_identity(SECRETARY)
    return json_answer(
        {"state": publish_round(KINDS, identity.tenant.id, identity.actor.account, str(ballot), now_ms())}
    )


@bp.get("/rounds/<uuid:ballot>/result")
@bp.doc(security=_TOKEN)
@bp.response(200, ResultSchema)
@bp.problems(*_SIGNED, "not-on-roll")
def result(ballot: UUID) -> Response:
    """The one publication: office and scrutineers, who sign it, from the count on; the roll once it is published."""
    identity = current_identity()
    return json_answer(result_of(identity.tenant.id, str(ballot), _on_roll(identity, READERS)))


@bp.put("/rounds/<uuid:ballot>/results/<subject>")
@bp.doc(security=_TOKEN)
@bp.arguments(DecisionSchema)
@bp.response(200, ResultDecidedSchema)
@bp.problems(*_SIGNED, *_BODY, "not-allowed", "step-up-needed")
def decision(given: dict[str, str], ballot: UUID, subject: str) -> Response:
    """Decide one grade; another than the suggested one needs a reason and the minutes."""
    identity = proved_identity(SECRETARY)
    made = Decision(given["decided"], given["reason"], given["minute_ref"])
    done = decide_result(identity.tenant.id, identity.actor.account, str(ballot), subject, made, now_ms())
    return json_answer(
        {
            "suggested": done.suggested,
            "decided": done.decided,
            "reason": done.reason,
            "minute_ref": done.minute_ref,
        }
    )


@bp.get("/rounds/<uuid:ballot>/bundle")
@bp.doc(security=_TOKEN)
@bp.response(200, BundleSchema)
@bp.problems(*_SIGNED, "not-on-roll")
def bundle(ballot: UUID) -> Response:
    """bundle.json, to count again with `python -m server.recount`."""
    identity = current_identity()
    return answer(bundle_of(identity.tenant.id, str(ballot), _on_roll(identity, SCRUTINEER)))


def _scrutineer(identity: Identity) -> Identity:
    """Nobody both keeps the issuances and holds the tally key (DOMAIN.md 11.3)."""
    if identity.actor.holds(CLERK):
        raise Problem("not-allowed", "scrutineers are not of the office")
    return identity


def _on_roll(identity: Identity, roles: tuple[str, ...]) -> str | None:
    """None for who reads by office; else the account, which must stand on the roll."""
    return None if identity.actor.holds(roles) else identity.actor.account
