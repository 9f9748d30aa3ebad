"""The shapes of passkeys on the wire: questions, and what an authenticator answers."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, Range

from server.domain.passkeys import LONGEST_LABEL
from server.schemas.envelope import SAFE_INTEGER
from server.schemas.sync import short_text, storable

_BASE64URL = re.compile(r"[A-Za-z0-9_-]+\Z")


class Base64Url(fields.String):
    """Bytes as base64url without padding, as browsers write them. Shape: at most `most` bytes."""

    def __init__(self, most: int, **more: Any) -> None:
        super().__init__(**more)
        self._most = most

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        if not _BASE64URL.match(text) or len(text) % 4 == 1:
            raise ValidationError("is not base64url")
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if len(raw) > self._most:
            raise ValidationError(f"takes {self._most} bytes")
        return raw

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else urlsafe_b64encode(value).rstrip(b"=").decode()


class QuestionSchema(Schema):
    """What a browser hands to `navigator.credentials`: the question, the site, the passkeys that may answer.

    Shape: without `passkeys` whichever the person picks; `user` and `algorithms` only where one is to be made
    """

    challenge = fields.String(required=True)
    site = fields.String(required=True, metadata={"description": "the relying party's id"})
    passkeys = fields.List(fields.String(), metadata={"description": "credential ids, base64url"})
    user = fields.String(metadata={"description": "the user handle, base64url; holds no name"})
    name = fields.String(metadata={"description": "what the authenticator shows beside the passkey"})
    algorithms = fields.List(fields.Integer())
    valid_ms = fields.Integer(required=True)
    server_time_ms = fields.Integer(required=True)


class NewPasskeySchema(Schema):
    """A passkey that was just made, and what its person calls it."""

    label = short_text(LONGEST_LABEL, required=True)
    credential = Base64Url(1023, required=True)
    client_data = Base64Url(4096, required=True)
    attestation = Base64Url(16384, required=True)


class AssertionSchema(Schema):
    """What a passkey signed."""

    credential = Base64Url(1023, required=True)
    client_data = Base64Url(4096, required=True)
    authenticator_data = Base64Url(4096, required=True)
    signature = Base64Url(2048, required=True)
    user_handle = Base64Url(64)


class PasskeySignInSchema(Schema):
    """A desk that signs in with a passkey."""

    passkey = fields.Nested(AssertionSchema, required=True)
    enrolment = fields.String(validate=[Length(16, 64), storable])
    label = short_text(80, required=True)
    platform = short_text(200, required=True)
    schema_version = fields.Integer(required=True, strict=True, validate=Range(1, SAFE_INTEGER))


class PasskeyLineSchema(Schema):
    """One passkey as its person sees it. Shape: `here` whether it was made for the address he is at."""

    id = fields.String(required=True)
    label = fields.String(required=True)
    site = fields.String(required=True)
    here = fields.Boolean(required=True)
    created_at_ms = fields.Integer(required=True)
    last_used_at_ms = fields.Integer(required=True, allow_none=True)


class PasskeysSchema(Schema):
    """The passkeys of one account. Shape: `possible` whether this address can have any."""

    passkeys = fields.List(fields.Nested(PasskeyLineSchema), required=True)
    possible = fields.Boolean(required=True)
    server_time_ms = fields.Integer(required=True)


class AddedSchema(Schema):
    """The new passkey, and until when nobody asks again who one is."""

    id = fields.String(required=True)
    proved_until_ms = fields.Integer(required=True)
    server_time_ms = fields.Integer(required=True)
