"""The shapes of /auth/v1."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, Range

from server.domain.passwords import LONGEST
from server.schemas.envelope import SAFE_INTEGER
from server.schemas.sync import RoleSchema, short_text, storable


class EnrolSchema(Schema):
    """An install that joins: by invitation, or as the successor (`continues`) of a replica whose token it still has.

    Shape: `enrolment` is made by the install before it asks, so that a lost answer can be asked for again.
    """

    invitation_code = short_text(40)
    continues = short_text(36)
    enrolment = fields.String(validate=[Length(16, 64), storable])
    label = short_text(80, required=True)
    platform = short_text(200, required=True)
    schema_version = fields.Integer(required=True, strict=True, validate=Range(1, SAFE_INTEGER))

    @validates_schema
    def one_way_in(self, data: dict[str, Any], **kwargs: object) -> None:
        """Exactly one of the two ways."""
        if ("invitation_code" in data) == ("continues" in data):
            raise ValidationError("give either invitation_code or continues", "invitation_code")


class SignInSchema(Schema):
    """A desk that signs in with the name and the password of an office holder."""

    login = short_text(80, required=True)
    password = short_text(LONGEST, required=True)
    enrolment = fields.String(validate=[Length(16, 64), storable])
    label = short_text(80, required=True)
    platform = short_text(200, required=True)
    schema_version = fields.Integer(required=True, strict=True, validate=Range(1, SAFE_INTEGER))


class PasswordSchema(Schema):
    """The name and password this account signs in with at desks from now on."""

    login = short_text(80, required=True)
    password = short_text(LONGEST, required=True)


class ProofSchema(Schema):
    """The password, before something that cannot be taken back."""

    password = short_text(LONGEST, required=True)


class ProvedSchema(Schema):
    """Until when nobody asks again."""

    proved_until_ms = fields.Integer(required=True)
    server_time_ms = fields.Integer(required=True)


class TownshipShapeSchema(Schema):
    """The township as the app names it; `at_hub` where a laptop in the hall answers, which holds one round."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    region_code = fields.String(required=True)
    is_demo = fields.Boolean(required=True)
    time_zone = fields.String(required=True)
    at_hub = fields.Boolean(required=True)


class EnrolledSchema(Schema):
    """The new replica; both tokens are shown here once and kept by nobody but the phone."""

    replica = fields.String(required=True)
    account = fields.String(required=True)
    person = fields.String(required=True, allow_none=True)
    roles = fields.List(fields.Nested(RoleSchema), required=True)
    scopes = fields.List(fields.String(), required=True)
    token = fields.String(required=True)
    drop_token = fields.String(required=True)
    epoch = fields.String(required=True)
    next_n = fields.Integer(required=True)
    limits = fields.Dict(required=True)
    server_time_ms = fields.Integer(required=True)
    township = fields.Nested(TownshipShapeSchema, required=True)
    recovery_key = fields.String(required=True, allow_none=True)
