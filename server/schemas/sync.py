"""The shapes of /sync/v1: what goes in is checked here or by customs (changes.py), what goes out is described here."""

from __future__ import annotations

import json
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, Range

from server.schemas.envelope import MOST_CHANGES, SAFE_INTEGER
from server.schemas.problems import ProblemSchema

STORAGE_BYTES = 4096


def storable(text: str) -> None:
    """A text every database can keep: no NUL, no half surrogate pairs."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValidationError("holds half of a surrogate pair") from error
    if "\0" in text:
        raise ValidationError("holds a NUL character")


def short_text(most: int, **more: Any) -> fields.String:
    """A text of at most `most` characters."""
    return fields.String(validate=[Length(max=most), storable], **more)


class ChangeSchema(Schema):
    """One change as it is sent; only `n` concerns the request, whatever else is wrong becomes this change's outcome."""

    n = fields.Integer(required=True, validate=Range(1, SAFE_INTEGER))
    change = fields.String(metadata={"description": "UUIDv7, immutable, unique per township"})
    hash = fields.String(metadata={"description": "96 bits of SHA-256 over the RFC 8785 form without n and hash"})
    schema_version = fields.Integer()
    record = fields.String()
    kind = fields.String()
    action = fields.String(metadata={"description": "create, patch, delete, restore, add, remove, command, settle"})
    command = fields.String()
    base = fields.Integer()
    fields_ = fields.Dict(data_key="fields")
    captured_at_ms = fields.Integer()
    clock_offset_ms = fields.Integer()
    group = fields.String()
    erased = fields.Boolean(metadata={"description": "a withdrawal emptied it; the hash is the one it was known by"})


class PushSchema(Schema):
    """A batch of changes with dense, rising numbers."""

    epoch = fields.String(metadata={"description": "of the last hello, whole or its first 12 digits; optional"})
    changes = fields.List(fields.Nested(ChangeSchema), required=True, validate=Length(max=MOST_CHANGES))


class OutcomeSchema(Schema):
    """What became of one change."""

    n = fields.Integer(required=True)
    outcome = fields.String(required=True, metadata={"description": "applied, merged, conflict, quarantined"})
    seq = fields.Integer()
    conflicts = fields.List(fields.String())
    problem = fields.Nested(ProblemSchema)


class PushAnswerSchema(Schema):
    """One outcome per change, in order."""

    last_n = fields.Integer(required=True)
    server_time_ms = fields.Integer(required=True)
    outcomes = fields.List(fields.Nested(OutcomeSchema), required=True)


class PullQuerySchema(Schema):
    """Where the replica is, and how much it takes; `refetch` names one scope to begin anew, beside the cursor kept."""

    cursor = fields.String(validate=Length(max=2000))
    refetch = fields.String(validate=Length(max=200))
    limit = fields.Integer(load_default=500, validate=Range(1, 500))
    sums = fields.Integer(load_default=0, validate=Range(0, 1))
    schema_version = fields.Integer(load_default=None, validate=Range(0, SAFE_INTEGER))


class RoleSchema(Schema):
    """A role, with its village where it has one."""

    role = fields.String(required=True)
    village = fields.String()


class RowSchema(Schema):
    """One row of the feed: a record, its end (`deleted`), or its leaving a scope (`gone`)."""

    seq = fields.Integer(required=True)
    record = fields.String(required=True)
    kind = fields.String()
    scope = fields.String()
    fields_ = fields.Dict(data_key="fields")
    deleted = fields.Boolean()
    gone = fields.String()
    unreadable = fields.Boolean(metadata={"description": "what lies sealed on the server cannot be opened; no fields"})
    created_by = fields.String()
    created_at_ms = fields.Integer()
    updated_by = fields.String()
    updated_at_ms = fields.Integer()


class ScopesSchema(Schema):
    """Scopes the replica gains (their records come from the beginning) and loses (it purges them)."""

    added = fields.List(fields.String(), required=True)
    dropped = fields.List(fields.String(), required=True)


class PullAnswerSchema(Schema):
    """One page of the feed."""

    changes = fields.List(fields.Nested(RowSchema), required=True)
    scopes = fields.Nested(ScopesSchema, required=True)
    roles = fields.List(fields.Nested(RoleSchema), metadata={"description": "with a page that changes the scopes"})
    acked = fields.Integer(required=True)
    durable_seq = fields.Integer(required=True, allow_none=True)
    sums = fields.Dict(metadata={"description": "scope → {count, sum}; see docs/wire.md"})
    cursor = fields.String(required=True)
    more = fields.Boolean(required=True)


class HelloSchema(Schema):
    """What the server knows of the replica; the first call of each session."""

    epoch = fields.String(required=True)
    last_n = fields.Integer(required=True)
    last_hash = fields.String(required=True, allow_none=True)
    durable_seq = fields.Integer(required=True, allow_none=True)
    policy = fields.String(required=True)
    roles = fields.List(fields.Nested(RoleSchema), required=True)
    min_schema_version = fields.Integer(required=True)
    recovery_key = fields.String(required=True, allow_none=True)
    server_time_ms = fields.Integer(required=True)


class HealthSchema(Schema):
    """How the phone is; shown to the office, decides nothing."""

    storage = fields.Dict(required=True)
    app_version = short_text(80, required=True)
    pending = fields.Integer(required=True, strict=True, validate=Range(0, SAFE_INTEGER))
    clock_offset_ms = fields.Integer(
        required=True, strict=True, allow_none=True, validate=Range(-SAFE_INTEGER, SAFE_INTEGER)
    )

    @validates_schema
    def storage_is_small(self, data: dict[str, Any], **kwargs: object) -> None:
        """The report is a handful of numbers."""
        if len(json.dumps(data.get("storage"))) > STORAGE_BYTES:
            raise ValidationError(f"has more than {STORAGE_BYTES} bytes", "storage")
