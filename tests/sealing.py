"""A phone's sealing in Python: rows as they lie on its disk, and its data key for the township's recovery key."""

from __future__ import annotations

import base64
import json
import os
import uuid
from dataclasses import dataclass, field
from typing import Any

import rfc8785
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

Json = dict[str, Any]


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def printed(key: ec.EllipticCurvePrivateKey) -> str:
    """The private key as `zoufang recovery-key` prints it."""
    return b64(key.private_numbers().private_value.to_bytes(32, "big"))


def seal_to(recipient: bytes, label: str, plain: bytes) -> Json:
    fresh = ec.generate_private_key(ec.SECP256R1())
    epk, iv = point(fresh), os.urandom(12)
    other = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), recipient)
    shared = fresh.exchange(ec.ECDH(), other)
    key = HKDF(algorithm=SHA256(), length=32, salt=epk + recipient, info=label.encode()).derive(shared)
    return {"epk": b64(epk), "iv": b64(iv), "ct": b64(AESGCM(key).encrypt(iv, plain, label.encode()))}


@dataclass
class Vault:
    """A data key of a phone. Shape: `recovery` the raw public point it is wrapped for."""

    recovery: bytes
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    data_key: bytes = field(default_factory=lambda: os.urandom(32))

    def __post_init__(self) -> None:
        self.device = ec.generate_private_key(ec.SECP256R1())
        self.wrap = seal_to(self.recovery, f"zoufang/recovery/{self.id}", self.data_key)

    def box(self, label: str, plain: bytes) -> Json:
        iv = os.urandom(12)
        return {"iv": b64(iv), "ct": b64(AESGCM(self.data_key).encrypt(iv, plain, label.encode()))}

    def sealed_change(self, change: Json, gen: int = 1) -> Json:
        body = {name: value for name, value in change.items() if name not in ("n", "hash")}
        kept = json.dumps({"hash": change["hash"], "text": rfc8785.dumps(body).decode()}).encode()
        row = {"gen": gen, "n": change["n"], "change": change["change"]}
        return row | self.box(f"outbox/{change['change']}/1", kept)

    def sealed_draft(self, key: str, value: Any) -> Json:
        name = uuid.uuid4().hex
        plain = json.dumps({"key": key, "value": value, "at_ms": 1}).encode()
        return {"id": name, "v": 1, **self.box(f"drafts/{name}/1", plain)}

    def sealed_capture(self, text: str) -> Json:
        name = str(uuid.uuid4())
        return {"id": name, **seal_to(point(self.device), f"captures/{name}/1", json.dumps({"text": text}).encode())}

    def parcel(self, *changes: Json, drafts: list[Json] | None = None, captures: list[Json] | None = None) -> Json:
        pkcs8 = self.device.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        device = {"publicRaw": b64(point(self.device)), **self.box(f"zoufang/device/{self.id}", pkcs8)}
        vault = {"id": self.id, "recovery": self.wrap, "device": device}
        outbox = [self.sealed_change(change) for change in changes]
        return {
            "v": 1, "gen": 1, "vault": vault, "outbox": outbox, "drafts": drafts or [], "captures": captures or [],
        }  # fmt: skip
