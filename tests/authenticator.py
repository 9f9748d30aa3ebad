"""An authenticator in software: makes passkeys and signs with them as a security key would."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

Json = dict[str, Any]
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def to_text(raw: bytes) -> str:
    """Base64url as a browser writes it."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def to_bytes(text: str) -> bytes:
    """The same, the other way."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass(slots=True)
class Authenticator:
    """One passkey. Shape: `steps` how far it counts with each signature; `verifies` whether it asks its person."""

    origin: str = "http://localhost"
    steps: int = 1
    verifies: bool = True
    count: int = 0
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, question: Json, label: str = "U盾", packed: bool = False, **changed: Any) -> Json:
        """A passkey for this question."""
        self.user = to_bytes(question["user"])
        client_data = self._client_data("webauthn.create", question | changed)
        length = len(self.credential).to_bytes(2, "big")
        data = self._data(question["site"], ATTESTED) + bytes(16) + length + self.credential + self._public()
        signed = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        statement = {"alg": -7, "sig": signed} if packed else {}
        attestation = {"fmt": "packed" if packed else "none", "attStmt": statement, "authData": data}
        return {
            "label": label,
            "credential": to_text(self.credential),
            "client_data": to_text(client_data),
            "attestation": to_text(cbor2.dumps(attestation)),
        }

    def sign(self, question: Json, **changed: Any) -> Json:
        """The answer to this question."""
        self.count += self.steps
        client_data = self._client_data("webauthn.get", question | changed)
        data = self._data(question["site"])
        signature = self.key.sign(data + hashlib.sha256(client_data).digest(), ec.ECDSA(SHA256()))
        return {
            "credential": to_text(self.credential),
            "client_data": to_text(client_data),
            "authenticator_data": to_text(data),
            "signature": to_text(signature),
            "user_handle": to_text(self.user),
        }

    def _client_data(self, what: str, question: Json) -> bytes:
        said = {"type": what, "challenge": question["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _data(self, site: str, more: int = 0) -> bytes:
        flags = PRESENT | more | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(site.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _public(self) -> bytes:
        point = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})
