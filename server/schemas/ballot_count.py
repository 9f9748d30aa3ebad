"""The shapes of what is read of a round from its opening on."""

from __future__ import annotations

from marshmallow import Schema, fields

from server.schemas.ballot_box import EnteredSchema, MarkSchema, PlaceSchema


def text_or_none() -> fields.String:
    """A text, null where nothing may be said."""
    return fields.String(required=True, allow_none=True)


class OpenedSchema(Schema):
    """The head of the board and its four words."""

    head = fields.String(required=True)
    words = fields.String(required=True)


class BoardEntrySchema(PlaceSchema):
    """One opened slip."""

    slip = fields.String(required=True)
    key = fields.String(required=True)
    link = fields.String(required=True)


class LateSchema(PlaceSchema):
    """A slip that came late, by its hash."""

    hash = fields.String(required=True)


class BoardSchema(OpenedSchema):
    """The whole board."""

    board = fields.List(fields.Nested(BoardEntrySchema), required=True)
    late = fields.List(fields.Nested(LateSchema), required=True)


class ReconciledSchema(PlaceSchema):
    """One place of the reconciliation."""

    entitled = fields.Integer(required=True)
    present = fields.Integer(required=True)
    issued_e = fields.Integer(required=True)
    issued_p = fields.Integer(required=True)
    received_e = fields.Integer(required=True)
    collected_p = fields.Integer(required=True)
    late = fields.Integer(required=True)
    lost = fields.Integer(required=True)
    spoiled = fields.Integer(required=True)
    duplicate_attempts = fields.Integer(required=True)


class BrokenSchema(PlaceSchema):
    """An identity that does not hold."""

    what = fields.String(required=True)


class SignerSchema(Schema):
    """Somebody who has signed. Shape: `name` empty where his account has no person"""

    name = fields.String(required=True)
    mine = fields.Boolean(required=True)


class ClerkSchema(SignerSchema):
    """Who made entry a or b."""

    entry = fields.String(required=True)


class PileSchema(PlaceSchema):
    """How many forms of a place came back."""

    collected = fields.Integer(required=True)


class EntriesSchema(EnteredSchema):
    """How far the two clerks are; nobody's numbers."""

    state = fields.String(required=True)
    entries = fields.List(fields.Nested(ClerkSchema), required=True)
    forms = fields.List(fields.Nested(PileSchema), required=True)


class MarksStandSchema(Schema):
    """The marks as entered. Shape: `weighs`: the profile needs them"""

    state = fields.String(required=True)
    weighs = fields.Boolean(required=True)
    complete = fields.Boolean(required=True)
    marks = fields.List(fields.Nested(MarkSchema), required=True)


class ReconciliationSchema(Schema):
    """The numbers, what does not hold, and how many scrutineers have signed what."""

    state = fields.String(required=True)
    rows = fields.List(fields.Nested(ReconciledSchema), required=True)
    broken = fields.List(fields.Nested(BrokenSchema), required=True)
    paper_agrees = fields.Boolean(required=True)
    signed = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    signers = fields.Dict(keys=fields.String(), values=fields.List(fields.Nested(SignerSchema)), required=True)


class MovedSchema(Schema):
    """Where the round stands now."""

    state = fields.String(required=True)


class SignedStateSchema(MovedSchema):
    """The same, with how many have signed."""

    signatures = fields.Integer(required=True)


class CountsSchema(Schema):
    """Rows of each outcome."""

    good = fields.Integer(required=True)
    fairly_good = fields.Integer(required=True)
    average = fields.Integer(required=True)
    poor = fields.Integer(required=True)
    abstain = fields.Integer(required=True)
    invalid = fields.Integer(required=True)


class SubjectResultSchema(Schema):
    """One subject; null where its rows are too few."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    total = fields.Nested(CountsSchema, required=True, allow_none=True)
    groups = fields.Dict(keys=fields.String(), values=fields.Nested(CountsSchema), required=True)
    hidden = fields.Boolean(required=True)
    ballot_score = text_or_none()
    ballot_shown = text_or_none()
    score = text_or_none()
    shown = text_or_none()
    suggested = text_or_none()
    decided = text_or_none()
    reason = text_or_none()
    minute_ref = text_or_none()


class ResultSchema(MovedSchema):
    """The one publication of a round."""

    subjects = fields.List(fields.Nested(SubjectResultSchema), required=True)
    groups = fields.Dict(keys=fields.String(), values=fields.Nested(CountsSchema), required=True)
    total = fields.Nested(CountsSchema, required=True, allow_none=True)


class ResultDecidedSchema(Schema):
    """One subject's grades."""

    suggested = text_or_none()
    decided = text_or_none()
    reason = text_or_none()
    minute_ref = text_or_none()


class BundleSchema(Schema):
    """bundle.json; docs/ballot.md 7."""

    format = fields.String(required=True)
