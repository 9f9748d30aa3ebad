"""Handing in: a sheet signed blindly, or a numbered paper form; one channel a person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response

from server.api.front import Front, Parser
from server.api.identity import current_identity, now_ms
from server.api.wire import body_json, json_answer
from server.commands.ballot.issue_sheet import issue_sheet
from server.commands.ballot.look_paper import forms_of
from server.commands.ballot.paper_forms import collect_forms, give_form, replace_spoiled, take_back_forms
from server.domain.ballot.shapes import to_base64
from server.schemas.ballot_box import (
    MOST_FORM,
    MOST_SUBJECTS,
    BallotDoneSchema,
    CollectedSchema,
    FormListSchema,
    FormsSchema,
    GiveFormSchema,
    IssuedSchema,
    SheetSchema,
    SpoilSchema,
)

CLERK = ("pbo",)
MOST_BODY_BYTES = MOST_SUBJECTS * 512
_TOKEN: list[dict[str, list[str]]] = [{"replica": []}]


class _Parser(Parser):
    """A sheet of two hundred subjects is larger than what other requests carry."""

    def load_json(self, req: Any, schema: Any) -> Any:
        return body_json(MOST_BODY_BYTES)


class _Sheets(Front):
    ARGUMENTS_PARSER = _Parser()


bp = _Sheets("ballot-sheets", prefix="/ballots/v1", about="Who hands in, on the phone or on paper; never what.")


@bp.post("/rounds/<uuid:ballot>/issuances")
@bp.doc(security=_TOKEN)
@bp.arguments(SheetSchema)
@bp.response(200, IssuedSchema)
@bp.problems(
    "unknown-replica", "replica-revoked", "not-found", "not-on-roll", "round-state", "round-guard", "sheet-rows",
    "round-delegated", "already-issued", "other-channel", "batch-too-large", "unsupported-media-type",
)  # fmt: skip
def issuances(given: dict[str, Any], ballot: UUID) -> Response:
    """Sign a whole sheet through its envelopes, once; the same bytes get the same signatures."""
    identity = current_identity()
    asked = [(one["subject"], one["blinded"]) for one in given["sheet"]]
    done = issue_sheet(identity.tenant.id, identity.actor.account, str(ballot), asked, now_ms())
    signed = [{"subject": one, "signature": to_base64(signature)} for one, signature in done.signatures.items()]
    return json_answer({"sheet": signed, "window": done.window})


@bp.post("/rounds/<uuid:ballot>/paper-forms")
@bp.doc(security=_TOKEN)
@bp.arguments(GiveFormSchema)
@bp.response(200, BallotDoneSchema)
@bp.problems(
    "unknown-replica", "not-allowed", "replica-revoked", "not-found", "round-state", "round-guard", "other-channel",
    "round-delegated", "form-number", "batch-too-large", "unsupported-media-type",
)  # fmt: skip
def paper_forms(given: dict[str, Any], ballot: UUID) -> Response:
    """Give a numbered form to somebody on the roll, who then hands in no sheet."""
    identity = current_identity(CLERK)
    give_form(identity.tenant.id, identity.actor.account, str(ballot), given["roll_id"], given["form_no"], now_ms())
    return json_answer({"done": True})


@bp.get("/rounds/<uuid:ballot>/paper-forms")
@bp.doc(security=_TOKEN)
@bp.response(200, FormListSchema)
@bp.problems("unknown-replica", "not-allowed", "replica-revoked", "not-found", "round-state")
def forms(ballot: UUID) -> Response:
    """Who holds which form, which are back and which were spoiled; never beside a grade."""
    return json_answer(forms_of(current_identity(CLERK).tenant.id, str(ballot)))


@bp.post(f"/rounds/<uuid:ballot>/paper-forms/<int(max={MOST_FORM}):form>/spoil")
@bp.doc(security=_TOKEN)
@bp.arguments(SpoilSchema)
@bp.response(200, BallotDoneSchema)
@bp.problems(
    "unknown-replica", "not-allowed", "replica-revoked", "not-found", "round-state", "round-guard", "form-number",
    "round-delegated", "batch-too-large", "unsupported-media-type",
)  # fmt: skip
def spoil(given: dict[str, Any], ballot: UUID, form: int) -> Response:
    """Replace a spoiled form; its holder counts once."""
    identity = current_identity(CLERK)
    replace_spoiled(identity.tenant.id, identity.actor.account, str(ballot), form, given["form_no"], now_ms())
    return json_answer({"done": True})


@bp.post("/rounds/<uuid:ballot>/paper-forms/collected")
@bp.doc(security=_TOKEN)
@bp.arguments(CollectedSchema)
@bp.response(200, FormsSchema)
@bp.problems(
    "unknown-replica", "not-allowed", "replica-revoked", "not-found", "round-state", "form-number", "batch-too-large",
    "round-delegated", "unsupported-media-type",
)  # fmt: skip
def collected(given: dict[str, Any], ballot: UUID) -> Response:
    """Note which forms came back, all or nothing."""
    identity = current_identity(CLERK)
    number = collect_forms(identity.tenant.id, identity.actor.account, str(ballot), given["numbers"], now_ms())
    return json_answer({"collected": number})


@bp.post("/rounds/<uuid:ballot>/paper-forms/not-collected")
@bp.doc(security=_TOKEN)
@bp.arguments(CollectedSchema)
@bp.response(200, FormsSchema)
@bp.problems(
    "unknown-replica", "not-allowed", "replica-revoked", "not-found", "round-state", "form-number", "batch-too-large",
    "unsupported-media-type",
)  # fmt: skip
def not_collected(given: dict[str, Any], ballot: UUID) -> Response:
    """Take back what was noted by mistake, all or nothing."""
    identity = current_identity(CLERK)
    number = take_back_forms(identity.tenant.id, identity.actor.account, str(ballot), given["numbers"], now_ms())
    return json_answer({"collected": number})
