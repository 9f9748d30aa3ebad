"""The shapes of meetings and rounds under /ballots/v1: what the office hands in, what it and the hall read."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load
from marshmallow.validate import Length, OneOf, Range

from server.domain.ballot.roll import AskedRow
from server.domain.ballot.rounds import ATTENDANCE
from server.domain.ballot.shapes import Malformed, text
from server.schemas.kinds.base import is_uuid
from server.schemas.people import moment
from server.schemas.sync import short_text, storable

MOST_ROWS = 500


def line(most: int, **more: Any) -> fields.String:
    """A text of one to so many characters on one line; it may come to stand in a manifest."""

    def check(value: str) -> None:
        storable(value)
        try:
            text(value, most, where="text")
        except Malformed as error:
            raise ValidationError(f"takes one line of 1 to {most} characters") from error
        if not value.strip():
            raise ValidationError("is empty")

    return fields.String(required=True, validate=check, **more)


def an_id(**more: Any) -> fields.String:
    """An id in canonical form."""

    def check(value: str | None) -> None:
        if value is not None and not is_uuid(value):
            raise ValidationError("takes an id: 36 characters, lower case")

    return fields.String(validate=check, **more)


class MakeMeetingSchema(Schema):
    """A meeting; without a time it is not yet fixed."""

    title = line(80)
    place = line(80)
    starts_at_ms = moment(load_default=None, allow_none=True)


class AskedRowSchema(Schema):
    """One evaluator as the office gives him; without `id` he is new."""

    id = an_id(load_default=None, allow_none=True)
    name = line(40)
    group = short_text(32, required=True)
    account = an_id(load_default=None, allow_none=True)
    recusals = fields.List(an_id(), load_default=list, validate=Length(max=200))

    @post_load
    def _row(self, data: dict[str, Any], **_more: Any) -> AskedRow:
        return AskedRow(**{**data, "recusals": tuple(data["recusals"])})


class SetRollSchema(Schema):
    """The whole roll."""

    rows = fields.List(fields.Nested(AskedRowSchema), required=True, validate=Length(max=MOST_ROWS))


class StatusSchema(Schema):
    """One row's attendance."""

    id = an_id(required=True)
    status = fields.String(required=True, validate=OneOf(ATTENDANCE))


class AttendanceSchema(Schema):
    """Attendance of some rows."""

    rows = fields.List(fields.Nested(StatusSchema), required=True, validate=Length(max=MOST_ROWS))


class HallCodeSchema(Schema):
    """The code that is shown in the hall."""

    hall_code = short_text(12, required=True)


class PresentSchema(Schema):
    """One's own attendance now."""

    status = fields.String(required=True)


class PrepareRoundSchema(Schema):
    """A round and when its box closes."""

    title = line(200)
    deadline_ms = moment(required=True)


class TallyKeySchema(Schema):
    """The public half of the tally key: an uncompressed point of P-256 in base64."""

    public = short_text(88, required=True)


class VoidSchema(Schema):
    """Why a round does not count."""

    reason = line(200)


class RollRowSchema(Schema):
    """One evaluator of the roll."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    group = fields.String(required=True)
    account = fields.String(required=True, allow_none=True)
    recusals = fields.List(fields.String(), required=True)
    status = fields.String(required=True)


class RollSchema(Schema):
    """The roll as it stands."""

    roll = fields.List(fields.Nested(RollRowSchema), required=True)


class RoundSchema(Schema):
    """One round, without its manifest."""

    id = fields.String(required=True)
    meeting_id = fields.String(required=True)
    no = fields.Integer(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    words = fields.String(required=True, allow_none=True)
    deadline_ms = fields.Integer(required=True)
    void_reason = fields.String(required=True, allow_none=True)


class RoundAnswerSchema(Schema):
    """The round as it stands now."""

    round = fields.Nested(RoundSchema, required=True)


class MeetingRoundSchema(RoundSchema):
    """One round of a meeting, and whether a scrutineer has handed in its tally key."""

    has_tally_key = fields.Boolean(required=True)


class MeetingSchema(Schema):
    """A meeting for those who run it; the hall's code, the app's address and a hub's own are the office's alone."""

    id = fields.String(required=True)
    title = fields.String(required=True)
    place = fields.String(required=True)
    starts_at_ms = fields.Integer(required=True, allow_none=True)
    state = fields.String(required=True)
    hall_code = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    hub = fields.String(required=True, allow_none=True)
    roll = fields.List(fields.Nested(RollRowSchema), required=True)
    rounds = fields.List(fields.Nested(MeetingRoundSchema), required=True)


class MadeMeetingSchema(Schema):
    """The id of the new meeting."""

    meeting = fields.String(required=True)


class ReadyRowSchema(Schema):
    """One evaluator: whether his phone is there and has the sheet."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    group = fields.String(required=True)
    account = fields.String(required=True, allow_none=True)
    enrolled = fields.Boolean(required=True)
    last_contact_ms = fields.Integer(required=True, allow_none=True)
    has_sheet = fields.Boolean(required=True)


class ReadinessSchema(Schema):
    """The roll by readiness."""

    rows = fields.List(fields.Nested(ReadyRowSchema), required=True)
    server_time_ms = fields.Integer(required=True)


class GroupNumbersSchema(Schema):
    """How far one group is."""

    group = fields.String(required=True)
    entitled = fields.Integer(required=True)
    present = fields.Integer(required=True)
    issued_e = fields.Integer(required=True)
    issued_p = fields.Integer(required=True)
    received = fields.Integer(required=True, validate=Range(0))


class NumbersSchema(Schema):
    """How far a round is; nothing finer than a group."""

    state = fields.String(required=True)
    deadline_ms = fields.Integer(required=True)
    server_time_ms = fields.Integer(required=True)
    groups = fields.List(fields.Nested(GroupNumbersSchema), required=True)


class KnownSchema(Schema):
    """Whether it was so before."""

    known = fields.Boolean(required=True)
