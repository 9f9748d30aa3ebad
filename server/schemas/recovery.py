"""The shapes of a forgotten passphrase: a phone asks for its data key, the office seals it to that phone alone."""

from __future__ import annotations

from marshmallow import RAISE, Schema, fields

from server.schemas.parcel import POINT_BYTES, Base64, PublicBoxSchema
from server.schemas.sync import short_text


class AskSchema(Schema):
    """A phone asks. Shape: `wrap` its data key for the recovery key; `public_key` made for this one request."""

    class Meta:
        unknown = RAISE

    vault = short_text(36, required=True)
    wrap = fields.Nested(PublicBoxSchema, required=True)
    public_key = Base64(POINT_BYTES)


class KeyAskedSchema(Schema):
    """The request is with the office; `id` asks for the answer."""

    id = fields.String(required=True)
    server_time_ms = fields.Integer(required=True)


class AnswerSchema(Schema):
    """The data key, sealed to the phone's public key; the server can read neither."""

    class Meta:
        unknown = RAISE

    answer = fields.Nested(PublicBoxSchema, required=True)


class AnswerStateSchema(Schema):
    """The answer, or null while the office has not given one."""

    answer = fields.Nested(PublicBoxSchema, required=True, allow_none=True)
    server_time_ms = fields.Integer(required=True)


class RecoverySchema(Schema):
    """A request as the office sees it."""

    id = fields.String(required=True)
    replica = fields.String(required=True)
    label = fields.String(required=True)
    person = fields.String(required=True)
    vault = fields.String(required=True)
    wrap = fields.Nested(PublicBoxSchema, required=True)
    public_key = fields.String(required=True)
    asked_at_ms = fields.Integer(required=True)
    answered_at_ms = fields.Integer(required=True, allow_none=True)


class SealedWorkSchema(Schema):
    """What one phone handed in sealed and nobody has opened."""

    replica = fields.String(required=True)
    label = fields.String(required=True)
    person = fields.String(required=True)
    changes = fields.Integer(required=True)
    notes = fields.Integer(required=True)
    received_at_ms = fields.Integer(required=True)


class RecoveriesSchema(Schema):
    """Who asks for his key, newest first, and what lies sealed."""

    recoveries = fields.List(fields.Nested(RecoverySchema), required=True)
    sealed = fields.List(fields.Nested(SealedWorkSchema), required=True)
    has_recovery_key = fields.Boolean(required=True)
    server_time_ms = fields.Integer(required=True)
