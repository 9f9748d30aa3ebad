"""What the server writes for one person or about one record: conflicts, quarantine notices, digests."""

from __future__ import annotations

from marshmallow import fields

from server.schemas.kinds.base import FIXED, PLAIN, Choice, Flag, KindSchema, Ref, Text, Whole, millis


class ConflictSchema(KindSchema):
    """Two edits a person must settle; the only change a phone makes to it is `settle`."""

    kind = "conflict"
    scope = "of_record"
    parent_field = "record"
    offline = False
    record = Ref("", FIXED)
    record_kind = Text(40, FIXED)
    field = Text(80, FIXED)
    sides = fields.List(fields.Dict(), metadata=PLAIN)
    status = Choice(("open", "settled"), PLAIN)
    reason = Text(80, PLAIN)
    settled_by = Ref("account", PLAIN)
    settled_value = fields.Raw(metadata=PLAIN, allow_none=True)


class QuarantineSchema(KindSchema):
    """What became of a quarantined change of this person."""

    kind = "quarantine"
    scope = "own"
    offline = False
    replica = Ref("replica", FIXED)
    n = Whole(FIXED)
    change = Ref("change", FIXED)
    change_kind = Text(40, FIXED)
    record = Ref("", FIXED)
    status = Choice(("released", "rejected"), PLAIN)
    reason = Text(500, PLAIN)
    outcome = Text(20, PLAIN)
    corrected = fields.List(fields.String(), metadata=PLAIN)


class DigestSchema(KindSchema):
    """One digest of one person and period: codes and data, the phone has the words."""

    kind = "digest"
    scope = "own"
    offline = False
    role = Text(40, FIXED)
    period = Text(20, FIXED)
    period_start_ms = millis(FIXED)
    made_at_ms = millis(FIXED)
    late = Flag(FIXED)
    lines = fields.List(fields.Dict(), metadata=FIXED)
    text_zh = Text(4000, FIXED)
