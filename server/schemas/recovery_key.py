"""The township's recovery key at work: what phones sealed for it is opened here, and nowhere on the way.

Source: pwa/src/store/seal.ts (`sealTo`): ECDH on P-256 with a fresh key, HKDF-SHA-256 (salt both points, info the
        label), AES-256-GCM (the label is bound to the box)
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from server.domain.problems import Problem

KEY_BYTES = 32
CURVE = ec.SECP256R1()


@dataclass(frozen=True, slots=True)
class SealedChange:
    """A change as its phone numbered it. Shape: `raw` its members without `n` and `hash`."""

    gen: int
    n: int
    hash: str
    raw: Mapping[str, Any]
    size_bytes: int


@dataclass(frozen=True, slots=True)
class OpenedParcel:
    """What was in a parcel.

    Shape:  `changes` in their author's order; `notes` what never became a change, {kind: draft | capture, …};
            `unreadable` rows that are damaged.
    """

    gen: int
    changes: tuple[SealedChange, ...]
    notes: tuple[dict[str, Any], ...]
    unreadable: int


def read_recovery_key(text: str) -> ec.EllipticCurvePrivateKey:
    """The private key as it stands on the printed sheet: base64 of 32 bytes.

    Raises: malformed-request
    """
    try:
        raw = base64.b64decode("".join(text.split()), validate=True)
        number = int.from_bytes(raw, "big")
        return _private(number) if len(raw) == KEY_BYTES else _no_key()
    except (binascii.Error, ValueError):
        return _no_key()


def open_parcel(key: ec.EllipticCurvePrivateKey, body: str) -> OpenedParcel:
    """Every row that this key opens.

    Raises: not-allowed (the parcel was sealed for another recovery key)
    """
    parcel = json.loads(body)
    vault = parcel["vault"]
    try:
        data_key = AESGCM(open_box(key, f"zoufang/recovery/{vault['id']}", vault["recovery"]))
    except (InvalidTag, ValueError) as error:
        raise Problem("not-allowed", "this parcel was sealed for another recovery key") from error
    changes = [_change(data_key, row) for row in parcel["outbox"]]
    drafts = [_draft(data_key, row) for row in parcel["drafts"]]
    captures = list(_captures(data_key, vault, parcel["captures"]))
    notes = [*drafts, *captures]
    readable = sorted((change for change in changes if change), key=lambda change: (change.gen, change.n))
    lost = [*changes, *notes].count(None)
    return OpenedParcel(parcel["gen"], tuple(readable), tuple(note for note in notes if note), lost)


def push_body(changes: list[tuple[int, SealedChange]]) -> bytes:
    """The changes under these numbers as a phone would push them."""
    return json.dumps({"changes": [{**change.raw, "n": n, "hash": change.hash} for n, change in changes]}).encode()


def open_box(key: ec.EllipticCurvePrivateKey, label: str, box: Mapping[str, str]) -> bytes:
    """What was sealed for this key's public half under this label.

    Raises: InvalidTag, ValueError
    """
    epk, iv, ct = (base64.b64decode(box[name]) for name in ("epk", "iv", "ct"))
    own = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, epk))
    cipher = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=epk + own, info=label.encode()).derive(shared)
    return AESGCM(cipher).decrypt(iv, ct, label.encode())


def _change(data_key: AESGCM, row: Mapping[str, Any]) -> SealedChange | None:
    found = _json(data_key, f"outbox/{row['change']}/1", row)
    try:
        text, raw = str(found["text"]), json.loads(found["text"])
        return SealedChange(row["gen"], row["n"], str(found["hash"]), dict(raw), len(text) * 3 + 80)
    except (KeyError, TypeError, ValueError, RecursionError):
        return None


def _draft(data_key: AESGCM, row: Mapping[str, Any]) -> dict[str, Any] | None:
    found = _json(data_key, f"drafts/{row['id']}/{row['v']}", row)
    return {"kind": "draft", **found} if isinstance(found, dict) else None


def _captures(
    data_key: AESGCM, vault: Mapping[str, Any], rows: list[Mapping[str, Any]]
) -> Iterator[dict[str, Any] | None]:
    if not rows:
        return
    try:
        device = load_der_private_key(_plain(data_key, f"zoufang/device/{vault['id']}", vault["device"]), None)
    except (InvalidTag, ValueError):
        device = None
    for row in rows:
        found: Any = None
        if isinstance(device, ec.EllipticCurvePrivateKey):
            with suppress(InvalidTag, ValueError):
                found = json.loads(open_box(device, f"captures/{row['id']}/1", row))
        yield {"kind": "capture", **found, "id": row["id"]} if isinstance(found, dict) else None


def _json(data_key: AESGCM, label: str, box: Mapping[str, str]) -> Any:
    try:
        return json.loads(_plain(data_key, label, box))
    except (InvalidTag, ValueError):
        return None


def _plain(data_key: AESGCM, label: str, box: Mapping[str, str]) -> bytes:
    return data_key.decrypt(base64.b64decode(box["iv"]), base64.b64decode(box["ct"]), label.encode())


def _private(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, CURVE)


def _no_key() -> ec.EllipticCurvePrivateKey:
    raise Problem("malformed-request", "a recovery key is 32 bytes in base64, as printed; this file holds none")
