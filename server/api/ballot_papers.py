"""The papers of a round, as PDF."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Response

from server.api.ballot_count import READERS, SECRETARY
from server.api.ballot_sheets import _TOKEN, CLERK
from server.api.front import Front
from server.api.identity import current_identity, now_ms
from server.commands.ballot.letters import letter_of
from server.commands.ballot.papers import forms_of, tally_of
from server.documents.ballot_papers import forms_pdf, letter_pdf, tally_pdf
from server.domain.ballot.papers import day_and_minute
from server.schemas.ballot_box import FormsQuerySchema

bp = Front("ballot-papers", prefix="/ballots/v1", about="What is printed of a round; nothing of it is kept.")
PDF = "application/pdf"
_FILE = {"type": "string", "format": "binary"}
_PRINTED = ("no-chinese-font", "unprintable-character")


@bp.get("/rounds/<uuid:ballot>/forms.pdf")
@bp.doc(security=_TOKEN)
@bp.arguments(FormsQuerySchema, location="query")
@bp.response(200, _FILE, content_type=PDF)
@bp.problems("unknown-replica", "replica-revoked", "not-allowed", "not-found", "round-state", *_PRINTED)
def forms(asked: dict[str, Any], ballot: UUID) -> Response:
    """Empty numbered forms of one group; to print them gives none of them out."""
    identity = current_identity(CLERK)
    found = forms_of(identity.tenant, str(ballot), asked["group"], asked["first"], asked["count"])
    return _pdf(forms_pdf(found, now_ms()), f"{found.heading.title} 纸质票 {found.group} {found.numbers[0]}")


@bp.get("/rounds/<uuid:ballot>/tally.pdf")
@bp.doc(security=_TOKEN)
@bp.response(200, _FILE, content_type=PDF)
@bp.problems("unknown-replica", "replica-revoked", "not-allowed", "not-found", "round-state", *_PRINTED)
def tally(ballot: UUID) -> Response:
    """The counted round with its reconciliation, for two scrutineers to sign by hand."""
    identity, now = current_identity(READERS), now_ms()
    found = tally_of(identity.tenant, str(ballot))
    printed_on = day_and_minute(now, identity.tenant.time_zone)
    return _pdf(tally_pdf(found, printed_on, now), f"{found.heading.title} 计票结果 第{found.heading.no}轮")


@bp.get("/rounds/<uuid:ballot>/letters/<uuid:subject>.pdf")
@bp.doc(security=_TOKEN)
@bp.response(200, _FILE, content_type=PDF)
@bp.problems("unknown-replica", "replica-revoked", "not-allowed", "not-found", "round-state", *_PRINTED)
def letters(ballot: UUID, subject: UUID) -> Response:
    """A draft of the feedback to one subject and his branch; the office fills in what people have to say."""
    identity = current_identity((*CLERK, *SECRETARY))
    found = letter_of(identity.tenant, str(ballot), str(subject))
    return _pdf(letter_pdf(found, now_ms()), f"反馈（草稿） {found.addressee.village or found.addressee.person}")


def _pdf(body: bytes, name: str) -> Response:
    """A file to save, under a name that a person can find again."""
    answer = Response(body, mimetype=PDF)
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}.pdf"
    return answer
