"""What a phone may do without its passphrase: hand in what it holds, sealed. docs/wire.md, DESIGN.md 6."""

from __future__ import annotations

from flask import Response

from server.api.front import Front
from server.api.identity import bearer_token, now_ms
from server.api.limiter import guesses, parcels
from server.api.wire import body_bytes, json_answer
from server.commands.receive_parcel import behind_drop_token, receive_parcel
from server.schemas.parcel import ONE_ROW_BYTES, ParcelSchema, ReceiptSchema, read_parcel

bp = Front("sealed", prefix="/sync/v1", about="For the drop token of a locked, shared, revoked or forgotten phone.")
DROP_TOKEN: list[dict[str, list[str]]] = [{"replica": []}]


@bp.post("/sealed")
@bp.doc(
    security=DROP_TOKEN,
    requestBody={"required": True, "content": {"application/json": {"schema": ParcelSchema}}},
)
@bp.response(200, ReceiptSchema)
@bp.problems("unknown-replica", "too-many-requests", "batch-too-large", "unsupported-media-type")
@guesses
@parcels
def sealed() -> Response:
    """Keep sealed rows as they are; 200 with a receipt once they are on disk."""
    now = now_ms()
    identity = behind_drop_token(bearer_token(), now)
    parcel = read_parcel(body_bytes(ONE_ROW_BYTES))
    kept = receive_parcel(identity, parcel.body, parcel.hash, parcel.changes, parcel.notes, now)
    return json_answer({"hash": kept.hash, "kept": kept.kept, "revoked": kept.revoked, "server_time_ms": now})
