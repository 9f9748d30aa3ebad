"""The shapes of handing in, of the box, and of paper."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range

from server.domain.ballot.manifest import RSA_BYTES
from server.domain.ballot.shapes import OUTCOMES, Malformed, from_base64
from server.domain.ballot.tally import Counts
from server.schemas.sync import short_text, storable

MOST_SUBJECTS = 200
MOST_PLACES = 1600
MOST_FORM = 999_999
MOST_PRINTED = 100


class Base64(fields.String):
    """So many bytes in their one spelling of base64."""

    def __init__(self, size: int, **more: Any) -> None:
        super().__init__(metadata={"description": f"base64 of {size} bytes"}, **more)
        self.size = size

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> bytes:  # type: ignore[override]
        try:
            return from_base64(value, self.size, where=str(attr))
        except Malformed as error:
            raise self.make_error("invalid") from error


def place_id(**more: Any) -> fields.String:
    return short_text(36, required=True, **more)


def form_no(**more: Any) -> fields.Integer:
    """The number printed on a paper form."""
    return fields.Integer(strict=True, validate=Range(1, MOST_FORM), **more)


class BlindedSchema(Schema):
    """One subject of a sheet."""

    subject = place_id()
    blinded = Base64(RSA_BYTES, required=True)


class SheetSchema(Schema):
    """A whole sheet, blinded."""

    sheet = fields.List(fields.Nested(BlindedSchema), required=True, validate=Length(1, MOST_SUBJECTS))


class SignedSchema(Schema):
    """One subject, signed under its blinding."""

    subject = fields.String(required=True)
    signature = fields.String(required=True)


class IssuedSchema(Schema):
    """The sheet signed; `window` is the posting window of the evaluator's group."""

    sheet = fields.List(fields.Nested(SignedSchema), required=True)
    window = fields.Integer(required=True)


class SlipSchema(Schema):
    """One anonymous slip; what is wrong with place or slip is refused and counted."""

    township = short_text(36, required=True)
    subject = short_text(200, required=True)
    group = short_text(200, required=True)
    slip = short_text(60_000, required=True)


class PostedSchema(Schema):
    """The receipt of a slip; `box` is in or late."""

    tracker = fields.String(required=True)
    box = fields.String(required=True)


class FormsQuerySchema(Schema):
    """Which paper forms to print: so many from this number on, for one group."""

    group = short_text(32, required=True)
    first = fields.Integer(required=True, validate=Range(1, MOST_FORM))
    count = fields.Integer(required=True, validate=Range(1, MOST_PRINTED))

    @validates_schema
    def within(self, asked: dict[str, int], **_more: Any) -> None:
        if asked["first"] + asked["count"] - 1 > MOST_FORM:
            raise ValidationError("goes beyond the last number", "count")


class WindowQuerySchema(Schema):
    """Whose round it is; asked without a name."""

    township = short_text(36, required=True)


class WindowsSchema(Schema):
    """The highest full posting window of each group."""

    windows = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    closes_ms = fields.Integer(required=True)
    server_time_ms = fields.Integer(required=True)


class GiveFormSchema(Schema):
    """A form for somebody on the roll."""

    roll_id = short_text(36, required=True)
    form_no = form_no(required=True)


class SpoilSchema(Schema):
    """The form that replaces a spoiled one."""

    form_no = form_no(required=True)


class CollectedSchema(Schema):
    """Forms that came back."""

    numbers = fields.List(form_no(), required=True, validate=Length(1, 2000))


class FormsSchema(Schema):
    """How many forms came back so far."""

    collected = fields.Integer(required=True)


class FormSchema(Schema):
    """One paper form. Shape: `roll_id` of whoever holds it, null for a spoiled one"""

    form_no = fields.Integer(required=True)
    group = fields.String(required=True)
    state = fields.String(required=True)
    roll_id = fields.String(required=True, allow_none=True)


class FormListSchema(Schema):
    """Every form that was given out."""

    state = fields.String(required=True)
    deadline_ms = fields.Integer(required=True)
    forms = fields.List(fields.Nested(FormSchema), required=True)


class BallotDoneSchema(Schema):
    """It is done."""

    done = fields.Boolean(required=True)


class PaperRowSchema(Schema):
    """What one clerk counted in one place."""

    subject = place_id()
    group = short_text(32, required=True)
    good = fields.Integer(strict=True, required=True, validate=Range(0, 10_000))
    fairly_good = fields.Integer(strict=True, required=True, validate=Range(0, 10_000))
    average = fields.Integer(strict=True, required=True, validate=Range(0, 10_000))
    poor = fields.Integer(strict=True, required=True, validate=Range(0, 10_000))
    abstain = fields.Integer(strict=True, required=True, validate=Range(0, 10_000))
    invalid = fields.Integer(strict=True, required=True, validate=Range(0, 10_000))

    @post_load
    def counted(self, row: dict[str, Any], **_more: Any) -> tuple[tuple[str, str], Counts]:
        return (row["subject"], row["group"]), Counts(**{name: row[name] for name in OUTCOMES})


class PaperSchema(Schema):
    """One clerk's whole entry; a place that is left out has no paper."""

    entry = fields.String(required=True, validate=OneOf(("a", "b")))
    rows = fields.List(fields.Nested(PaperRowSchema), required=True, validate=Length(max=MOST_PLACES))


class PlaceSchema(Schema):
    """A subject and a group."""

    subject = fields.String(required=True)
    group = fields.String(required=True)


class EnteredSchema(Schema):
    """Whether both clerks say the same; where they differ, and never what the other one said."""

    agrees = fields.Boolean(required=True)
    differences = fields.List(fields.Nested(PlaceSchema), required=True)


class ReleaseSchema(Schema):
    """The private tally key."""

    private = Base64(32, required=True)


class MarkSchema(Schema):
    """What weighs beside the ballots, as texts."""

    subject = place_id()
    daily = short_text(6, required=True)
    secretary = short_text(6, required=True)


class MarksSchema(Schema):
    """Marks of some subjects."""

    marks = fields.List(fields.Nested(MarkSchema), required=True, validate=Length(1, MOST_SUBJECTS))


class SignSchema(Schema):
    """What a scrutineer signs."""

    what = fields.String(required=True, validate=OneOf(("reconciliation", "tally")))


class DecisionSchema(Schema):
    """What the committee decided."""

    decided = fields.String(required=True, validate=OneOf(OUTCOMES[:4]))
    reason = fields.String(load_default="", validate=[Length(max=500), storable])
    minute_ref = fields.String(load_default="", validate=[Length(max=80), storable])
