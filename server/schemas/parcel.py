"""The shape of a parcel: sealed rows as they lie on a phone, and the data key for the township's recovery key."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range

from server.domain.problems import Problem
from server.schemas.envelope import MOST_CHANGES, ONE_CHANGE_BYTES, SAFE_INTEGER
from server.schemas.sync import short_text

MOST_ROWS = MOST_CHANGES
PARCEL_BYTES = 1_048_576
ONE_ROW_BYTES = ONE_CHANGE_BYTES
"""A single sealed row is read up to this size: base64 of what was at most 1 MiB when it was sealed."""

POINT_BYTES, NONCE_BYTES, TAG_BYTES = 65, 12, 16


class Base64(fields.String):
    """Bytes in base64; `exact` how many, else at least a tag."""

    def __init__(self, exact: int | None = None, **more: Any) -> None:
        super().__init__(required=True, **more)
        self.exact = exact

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        try:
            size = len(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError) as error:
            raise ValidationError("is not base64") from error
        if size != self.exact if self.exact is not None else size < TAG_BYTES:
            raise ValidationError(f"takes {self.exact or f'at least {TAG_BYTES}'} bytes")
        return text


class _Strict(Schema):
    class Meta:
        unknown = RAISE


class BoxSchema(_Strict):
    """A box under the data key."""

    iv = Base64(NONCE_BYTES)
    ct = Base64()


class PublicBoxSchema(BoxSchema):
    """A box for a public key; `epk` is the raw ephemeral P-256 point."""

    epk = Base64(POINT_BYTES)


class DeviceSchema(BoxSchema):
    """The phone's own key pair: the public half, and the private one in a box."""

    publicRaw = Base64(POINT_BYTES)


class VaultSchema(_Strict):
    """What opens the rows: the data key, for the recovery key only; never the copy that a passphrase opens."""

    id = short_text(36, required=True)
    recovery = fields.Nested(PublicBoxSchema, required=True)
    device = fields.Nested(DeviceSchema, required=True)


class SealedChangeSchema(BoxSchema):
    """One change of the outbox."""

    gen = fields.Integer(required=True, strict=True, validate=Range(0, SAFE_INTEGER))
    n = fields.Integer(required=True, strict=True, validate=Range(1, SAFE_INTEGER))
    change = short_text(36, required=True)


class SealedDraftSchema(BoxSchema):
    """Something half typed."""

    id = short_text(64, required=True)
    v = fields.Integer(required=True, strict=True, validate=Range(1, SAFE_INTEGER))


class SealedCaptureSchema(PublicBoxSchema):
    """A note taken without the passphrase."""

    id = short_text(64, required=True)


@dataclass(frozen=True, slots=True)
class ReadParcel:
    """A parcel that has the right shape. Shape: `hash` of the body as it came; `changes`, `notes` rows in it."""

    body: str
    hash: str
    changes: int
    notes: int


class ParcelSchema(_Strict):
    """Sealed rows of one phone; without any row it only asks whether the phone is still trusted."""

    v = fields.Integer(required=True, strict=True, validate=OneOf([1]))
    gen = fields.Integer(required=True, strict=True, validate=Range(0, SAFE_INTEGER))
    vault = fields.Nested(VaultSchema)
    outbox = fields.List(fields.Nested(SealedChangeSchema), required=True, validate=Length(max=MOST_ROWS))
    drafts = fields.List(fields.Nested(SealedDraftSchema), required=True, validate=Length(max=MOST_ROWS))
    captures = fields.List(fields.Nested(SealedCaptureSchema), required=True, validate=Length(max=MOST_ROWS))

    @validates_schema
    def _fits(self, data: dict[str, Any], **_more: Any) -> None:
        rows = sum(len(data.get(name, [])) for name in ("outbox", "drafts", "captures"))
        if rows > MOST_ROWS:
            raise ValidationError(f"holds more than {MOST_ROWS} rows", "outbox")
        if rows and "vault" not in data:
            raise ValidationError("is needed to open the rows", "vault")

    @post_load
    def _counted(self, data: dict[str, Any], **_more: Any) -> tuple[int, int]:
        return len(data["outbox"]), len(data["drafts"]) + len(data["captures"])


class ReceiptSchema(Schema):
    """The parcel is on the server's disk, sealed; `revoked` tells a phone that is not trusted any more."""

    hash = fields.String(required=True, metadata={"description": "SHA-256 of the body, in hex"})
    kept = fields.Integer(required=True, metadata={"description": "rows of this parcel that the server keeps"})
    revoked = fields.Boolean(required=True)
    server_time_ms = fields.Integer(required=True)


def read_parcel(body: bytes) -> ReadParcel:
    """The parcel behind a body.

    Raises: malformed-request, batch-too-large
    """
    try:
        text = body.decode()
        changes, notes = ParcelSchema().load(json.loads(text))
    except ValidationError as error:
        raise Problem("malformed-request", "this is no parcel", _pointers("", error.messages)[:20]) from error
    except (ValueError, RecursionError) as error:
        raise Problem("malformed-request", "the body is not JSON", [("", "is not JSON")]) from error
    if changes + notes > 1 and len(body) > PARCEL_BYTES:
        raise Problem("batch-too-large", f"{len(body)} bytes; at most {PARCEL_BYTES} go in a parcel of several rows")
    return ReadParcel(text, sha256(body).hexdigest(), changes, notes)


def _pointers(path: str, detail: Any) -> list[tuple[str, str]]:
    if isinstance(detail, dict):
        return [pair for name, inner in detail.items() for pair in _pointers(f"{path}/{name}", inner)]
    lines = detail if isinstance(detail, list) else [detail]
    return [(path.removesuffix("/_schema"), str(line)) for line in lines]
