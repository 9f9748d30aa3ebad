"""What an evaluator's phone does, in Python: the other side of server/domain/ballot, and of pwa/src/domain/ballot."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

E = 65537
NUMBER = {"abstain": 0, "poor": 1, "average": 2, "fairly_good": 3, "good": 4}


def plain(grade: str) -> bytes:
    return bytes([1, NUMBER[grade]]) + bytes(14)


def sealed(tally_key: bytes, label: bytes, content: bytes, scalar: int | None = None) -> bytes:
    """The content for the tally key alone."""
    curve = ec.SECP256R1()
    own = ec.derive_private_key(scalar, curve) if scalar else ec.generate_private_key(curve)
    numbers = own.public_key().public_numbers()
    point = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(curve, tally_key))
    key = HKDF(algorithm=SHA256(), length=32, salt=point + tally_key, info=label).derive(shared)
    return point + AESGCM(key).encrypt(bytes(12), content, label)


@dataclass(frozen=True)
class Blinded:
    """A message on its way to the signer. Shape: `inverse` takes the blinding off again."""

    message: bytes
    encoded: bytes
    blinded: bytes
    inverse: int
    n: int

    def finalized(self, answer: bytes) -> bytes:
        size = len(self.blinded)
        return (int.from_bytes(answer, "big") * self.inverse % self.n).to_bytes(size, "big")


def blinded(n: int, message: bytes, salt: bytes | None = None, factor: int | None = None) -> Blinded:
    size = (n.bit_length() + 7) // 8
    salt = secrets.token_bytes(48) if salt is None else salt
    factor = factor or 2 + secrets.randbelow(n - 2)
    encoded = pss_encoded(message, n.bit_length() - 1, salt)
    hidden = int.from_bytes(encoded, "big") * pow(factor, E, n) % n
    return Blinded(message, encoded, hidden.to_bytes(size, "big"), pow(factor, -1, n), n)


def signed_slip(n: int, content: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """Prefix, sealed grade, signature: one whole way to the server and back."""
    message = secrets.token_bytes(32) + content
    hidden = blinded(n, message)
    return message + hidden.finalized(sign(hidden.blinded))


def pss_encoded(message: bytes, bits: int, salt: bytes) -> bytes:
    """EMSA-PSS-ENCODE with SHA-384 (RFC 8017 9.1.1)."""
    size = (bits + 7) // 8
    digest = _sha384(bytes(8) + _sha384(message) + salt)
    block = bytes(size - len(salt) - 48 - 2) + b"\x01" + salt
    masked = bytearray(one ^ two for one, two in zip(block, _mask(digest, len(block)), strict=True))
    masked[0] &= 0xFF >> (8 * size - bits)
    return bytes(masked) + digest + b"\xbc"


def _mask(seed: bytes, size: int) -> bytes:
    blocks = [_sha384(seed + at.to_bytes(4, "big")) for at in range(-(-size // 48))]
    return b"".join(blocks)[:size]


def _sha384(message: bytes) -> bytes:
    return hashlib.sha384(message).digest()
