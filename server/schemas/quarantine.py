"""The shapes of the quarantine desk."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from server.schemas.sync import storable

STATUSES = ("held", "released", "rejected", "all")


class QuarantineQuerySchema(Schema):
    """Which part of the quarantine."""

    status = fields.String(load_default="held", validate=OneOf(STATUSES))


class ReasonSchema(Schema):
    """What the author will read."""

    reason = fields.String(required=True, validate=[Length(1, 500), storable])


class CorrectionSchema(ReasonSchema):
    """Values in place of the author's; null takes a field out."""

    fields_ = fields.Dict(
        keys=fields.String(validate=Length(1, 100)), data_key="fields", required=True, validate=Length(1, 50)
    )


class QuarantinedSchema(Schema):
    """One change of the quarantine, without content."""

    replica = fields.String(required=True)
    n = fields.Integer(required=True)
    account = fields.String(required=True)
    author = fields.String(required=True)
    kind = fields.String(required=True, allow_none=True)
    action = fields.String(required=True, allow_none=True)
    record = fields.String(required=True, allow_none=True)
    slug = fields.String(required=True)
    status = fields.String(required=True)
    reason = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    corrected = fields.List(fields.String(), required=True)
    created_at_ms = fields.Integer(required=True)
    decided_at_ms = fields.Integer(required=True, allow_none=True)
    decided_by = fields.String(required=True)


class QuarantineListSchema(Schema):
    """What is, or was, in quarantine, oldest first."""

    changes = fields.List(fields.Nested(QuarantinedSchema), required=True)
    server_time_ms = fields.Integer(required=True)


class QuarantinedChangeSchema(QuarantinedSchema):
    """The same with the places that are wrong, and with its fields where the reader may see them."""

    places = fields.List(fields.String(), required=True)
    readable = fields.Boolean(required=True)
    fields_ = fields.Dict(data_key="fields", required=True, allow_none=True)


class DecidedSchema(Schema):
    """What became of it: released, rejected, or still held with the reason and the places that are wrong."""

    status = fields.String(required=True)
    outcome = fields.String(required=True, allow_none=True)
    slug = fields.String(required=True)
    places = fields.List(fields.String(), required=True)
