"""The shapes of the decisions that the office reads."""

from __future__ import annotations

from marshmallow import Schema, fields
from marshmallow.validate import Range

MOST_EVENTS = 100


class AuditQuerySchema(Schema):
    """Which page: events below the number `before`, the newest first."""

    before = fields.Integer(load_default=None, validate=Range(min=1, max=2**53))
    limit = fields.Integer(load_default=MOST_EVENTS, validate=Range(min=1, max=MOST_EVENTS))


class AuditEventSchema(Schema):
    """One decision.

    Shape:  `person` the name behind `account`, empty for the system's own; `about` the name of whom it concerns;
            `device` the label of the replica it concerns; `detail` ids, numbers and codes
    """

    n = fields.Integer(required=True)
    at_ms = fields.Integer(required=True)
    account = fields.String(required=True)
    person = fields.String(required=True)
    event = fields.String(required=True)
    about = fields.String(required=True)
    device = fields.String(required=True)
    detail = fields.Dict(keys=fields.String(), required=True)


class AuditPageSchema(Schema):
    """A page of decisions. Shape: `more` whether there are older ones."""

    events = fields.List(fields.Nested(AuditEventSchema), required=True)
    more = fields.Boolean(required=True)
    server_time_ms = fields.Integer(required=True)
