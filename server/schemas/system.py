"""Shapes of the answers about the system itself and of the demo's sign-in."""

from __future__ import annotations

from marshmallow import Schema, fields


class LiveSchema(Schema):
    """Whether the process answers."""

    live = fields.Boolean(required=True)


class ReadySchema(Schema):
    """Whether the system can do its work, and what of it works."""

    ready = fields.Boolean(required=True)
    checks = fields.Dict(keys=fields.String(), values=fields.Boolean(), required=True)


class DemoRoleSchema(Schema):
    """Somebody of the demo township that a newcomer may be."""

    role = fields.String(required=True)
    person = fields.String(required=True)
    name = fields.String(required=True)
    post = fields.String(required=True)
    village = fields.String(attribute="village_name", required=True, allow_none=True)


class DemoRolesSchema(Schema):
    """Who is on offer."""

    township = fields.String(required=True)
    name = fields.String(required=True)
    roles = fields.List(fields.Nested(DemoRoleSchema), required=True)


class DemoInvitationRequestSchema(Schema):
    """Whom the newcomer wants to be."""

    role = fields.String(required=True)


class DemoInvitationSchema(Schema):
    """A code that enrols this browser, once."""

    code = fields.String(required=True)
    role = fields.String(required=True)
    expires_at_ms = fields.Integer(required=True)
