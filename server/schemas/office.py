"""The office's online shapes: a roster to import, the phones of the township, the delivery log."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validates_schema

from server.schemas.roster_file import MAX_FILE_BYTES, read_roster_file, read_roster_text
from server.schemas.roster_table import RosterFile
from server.schemas.sync import short_text

MOST_BASE64 = MAX_FILE_BYTES * 4 // 3 + 4
MOST_TEXT = 1_000_000


@dataclass(frozen=True, slots=True)
class RosterUpload:
    """A read roster and whether it is only to be looked at."""

    file: RosterFile
    dry_run: bool


class RosterUploadSchema(Schema):
    """A table pasted as text, or a .csv or .xlsx file in base64."""

    class Meta:
        unknown = RAISE

    text = short_text(MOST_TEXT)
    file_base64 = short_text(MOST_BASE64)
    filename = short_text(255, load_default="")
    dry_run = fields.Boolean(load_default=False, truthy={True}, falsy={False})

    @validates_schema
    def _one_source(self, data: dict[str, Any], **_more: Any) -> None:
        if ("text" in data) == ("file_base64" in data):
            raise ValidationError("takes either a pasted table or a file", "text")

    @post_load
    def _read(self, data: dict[str, Any], **_more: Any) -> RosterUpload:
        if "text" in data:
            return RosterUpload(read_roster_text(data["text"]), data["dry_run"])
        return RosterUpload(read_roster_file(_bytes(data["file_base64"]), data["filename"]), data["dry_run"])


class FaultSchema(Schema):
    """One thing wrong with a file; `reason` in Chinese. Rows count from 1, row 0 is the whole file."""

    row = fields.Integer(required=True)
    column = fields.String(required=True)
    reason = fields.String(required=True)
    reason_en = fields.String(required=True)
    level = fields.String(required=True)


class OtherTownSchema(Schema):
    """A township of the file that is not ours; its rows are reported, never imported."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    rows = fields.Integer(required=True)


class RosterRowSchema(Schema):
    """One row that creates or updates a village. Shape: changes: name, secretary, branch → the new text."""

    row = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    category = fields.String(required=True)
    action = fields.String(required=True)
    changes = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class RosterAnswerSchema(Schema):
    """What an import did, or in a dry run would do; with an error among the faults nothing was done."""

    importable = fields.Boolean(required=True)
    applied = fields.Boolean(required=True)
    creates = fields.Integer(required=True)
    updates = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    communities = fields.Integer(required=True)
    records = fields.Integer(required=True)
    cycle = fields.String(required=True, allow_none=True)
    faults = fields.List(fields.Nested(FaultSchema), required=True)
    others = fields.List(fields.Nested(OtherTownSchema), required=True)
    absent = fields.List(fields.String(), required=True)
    rows = fields.List(fields.Nested(RosterRowSchema), required=True)


class PhoneSchema(Schema):
    """One install as the office sees it."""

    replica = fields.String(required=True)
    label = fields.String(required=True)
    person = fields.String(required=True)
    account = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    platform = fields.String(required=True)
    app_version = fields.String(required=True, allow_none=True)
    created_at_ms = fields.Integer(required=True)
    last_contact_ms = fields.Integer(required=True)
    pending = fields.Integer(required=True, allow_none=True)
    storage = fields.Dict(required=True)
    persisted = fields.Boolean(required=True, allow_none=True)
    revoked_at_ms = fields.Integer(required=True, allow_none=True)
    in_use = fields.Boolean(required=True)
    silent = fields.Boolean(required=True)


class FleetSchema(Schema):
    """Every install of the township, the longest silence first."""

    replicas = fields.List(fields.Nested(PhoneSchema), required=True)
    server_time_ms = fields.Integer(required=True)


class DeliverySchema(Schema):
    """One digest, or one "nothing to report"."""

    key = fields.String(required=True)
    kind = fields.String(required=True)
    account = fields.String(required=True)
    person = fields.String(required=True)
    period = fields.String(required=True)
    outcome = fields.String(required=True)
    record = fields.String(required=True, allow_none=True)
    delivered_at_ms = fields.Integer(required=True)


class DeadEffectSchema(Schema):
    """Work that failed too often; nobody tries it again by himself."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    tries = fields.Integer(required=True)
    error = fields.String(required=True, allow_none=True)
    created_at_ms = fields.Integer(required=True)


class EffectsSchema(Schema):
    """The night shift's list in numbers."""

    waiting = fields.Integer(required=True)
    dead = fields.List(fields.Nested(DeadEffectSchema), required=True)


class DeliveryLogSchema(Schema):
    """What was delivered to whom, newest first, and what the night shift still has to do."""

    deliveries = fields.List(fields.Nested(DeliverySchema), required=True)
    effects = fields.Nested(EffectsSchema, required=True)
    server_time_ms = fields.Integer(required=True)


class AskedSchema(Schema):
    """Whether the night shift was asked now (true) or before (false)."""

    asked = fields.Boolean(required=True)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValidationError("is not base64", "file_base64") from error
