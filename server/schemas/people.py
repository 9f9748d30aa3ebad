"""The shapes of people at the office's desk: accounts and roles, invitations, the revocation of a phone."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, Range

from server.domain.invitations import MOST_AT_ONCE, VALID_S, Wanted
from server.schemas.envelope import SAFE_INTEGER
from server.schemas.sync import short_text, storable


def moment(**more: Any) -> fields.Integer:
    """A time in UTC milliseconds."""
    return fields.Integer(strict=True, validate=Range(0, SAFE_INTEGER), **more)


class HeldSchema(Schema):
    """One role of an account; `when` is now, later or ended."""

    assignment = fields.String(required=True)
    role = fields.String(required=True)
    village = fields.String(required=True, allow_none=True)
    from_ms = fields.Integer(required=True)
    to_ms = fields.Integer(required=True, allow_none=True)
    when = fields.String(required=True)


class AccountSchema(Schema):
    """Somebody who signs in."""

    account = fields.String(required=True)
    person = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    post = fields.String(required=True)
    has_password = fields.Boolean(required=True)
    phones = fields.Integer(required=True)
    last_contact_ms = fields.Integer(required=True, allow_none=True)
    roles = fields.List(fields.Nested(HeldSchema), required=True)


class AccountsSchema(Schema):
    """Everybody who signs in."""

    accounts = fields.List(fields.Nested(AccountSchema), required=True)
    server_time_ms = fields.Integer(required=True)


class GiveRoleSchema(Schema):
    """A role for a person of the roster; without times from now on and without end."""

    person = short_text(36, required=True)
    role = short_text(40, required=True)
    village = short_text(36)
    from_ms = moment()
    to_ms = moment()


class GivenRoleSchema(Schema):
    """The role stands; `given` is false where it stood before."""

    account = fields.String(required=True)
    assignment = fields.String(required=True)
    given = fields.Boolean(required=True)


class EndRoleSchema(Schema):
    """When the role ends; without a time now."""

    at_ms = moment()


class DoneSchema(Schema):
    """Whether anything was done; false where it was so before."""

    done = fields.Boolean(required=True)


class WantedSchema(Schema):
    """One person to let in: of the roster, or new to it by name."""

    role = short_text(40, required=True)
    village = short_text(36)
    person = short_text(36)
    name = fields.String(validate=[Length(1, 60), storable])

    @validates_schema
    def _somebody(self, data: dict[str, Any], **_more: Any) -> None:
        if ("person" in data) == ("name" in data):
            raise ValidationError("takes a person of the roster or a name", "person")

    @post_load
    def _wanted(self, data: dict[str, Any], **_more: Any) -> Wanted:
        return Wanted(**data)


class InviteSchema(Schema):
    """Whom to let in, all or nobody."""

    invitations = fields.List(fields.Nested(WantedSchema), required=True, validate=Length(1, MOST_AT_ONCE))
    valid_s = fields.Integer(strict=True, load_default=VALID_S)


class InvitedSchema(Schema):
    """One invitation; the code stands here once and nowhere else."""

    id = fields.String(required=True)
    code = fields.String(required=True)
    account = fields.String(required=True)
    person = fields.String(required=True, allow_none=True)
    role = fields.String(required=True)
    village = fields.String(required=True, allow_none=True)
    expires_at_ms = fields.Integer(required=True)


class InvitedListSchema(Schema):
    """The invitations in the order they were asked for. Shape: `address` is where phones reach the server, if known."""

    invitations = fields.List(fields.Nested(InvitedSchema), required=True)
    address = fields.String(required=True, allow_none=True)
    server_time_ms = fields.Integer(required=True)


class InvitationLineSchema(Schema):
    """One invitation in the list; `state` is open, used, closed, expired or withdrawn."""

    id = fields.String(required=True)
    account = fields.String(required=True)
    person = fields.String(required=True)
    role = fields.String(required=True)
    village = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)
    created_at_ms = fields.Integer(required=True)
    expires_at_ms = fields.Integer(required=True)
    invited_by = fields.String(required=True)
    used_at_ms = fields.Integer(required=True, allow_none=True)
    used_label = fields.String(required=True, allow_none=True)


class InvitationLinesSchema(Schema):
    """The newest invitations, newest first."""

    invitations = fields.List(fields.Nested(InvitationLineSchema), required=True)
    server_time_ms = fields.Integer(required=True)
