"""The shape of a record's history."""

from __future__ import annotations

from marshmallow import Schema, fields


class DeedSchema(Schema):
    """One change to the record, or a choice in one of its conflicts."""

    n = fields.Integer(required=True)
    replica = fields.String(required=True)
    label = fields.String(required=True, metadata={"description": "what the phone is called"})
    account = fields.String(required=True)
    person = fields.String(required=True, metadata={"description": "a name, empty where nobody knows it"})
    action = fields.String(required=True)
    command = fields.String(required=True, allow_none=True)
    fields_ = fields.Dict(data_key="fields", required=True, metadata={"description": "flat, as the author wrote them"})
    outcome = fields.String(required=True, metadata={"description": "applied, merged, conflict, quarantined"})
    seq = fields.Integer(required=True, allow_none=True)
    captured_at_ms = fields.Integer(required=True, metadata={"description": "the device's clock; shown only"})
    moment_ms = fields.Integer(required=True, metadata={"description": "when it reached the record, by the server"})
    erased = fields.Boolean(required=True, metadata={"description": "emptied because consent was taken back"})
    withheld = fields.Boolean(required=True, metadata={"description": "made where this reader may not look"})
    conflict = fields.String(required=True, allow_none=True)


class HistorySchema(Schema):
    """Who changed what of a record; the newest 200, oldest first."""

    record = fields.String(required=True)
    kind = fields.String(required=True)
    entries = fields.List(fields.Nested(DeedSchema), required=True)
    more = fields.Boolean(required=True)
