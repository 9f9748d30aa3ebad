"""The shape of a problem, RFC 9457, for the OpenAPI document."""

from __future__ import annotations

from marshmallow import Schema, fields


class ProblemErrorSchema(Schema):
    """One place of a request with what is wrong there."""

    pointer = fields.String(required=True, metadata={"description": "JSON pointer"})
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """Why it failed, and what an offline queue does next."""

    type = fields.String(required=True, metadata={"description": "/docs/problems#slug"})
    title = fields.String(required=True)
    status = fields.Integer()
    detail = fields.String()
    instance = fields.String()
    device_action = fields.String(required=True)
    errors = fields.List(fields.Nested(ProblemErrorSchema))
    expected = fields.Integer(metadata={"description": "with change-gap: the number to go on from"})
    n = fields.Integer(metadata={"description": "with replica-forked: the number that was another change before"})
    how = fields.String(metadata={"description": "with step-up-needed: what proves it"})
    passkey = fields.Boolean(metadata={"description": "with step-up-needed: a passkey proves it too"})
