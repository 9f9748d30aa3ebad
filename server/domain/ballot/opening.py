"""A sealed grade opened with the tally key, once, after the deadline."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from server.domain.ballot.manifest import POINT_BYTES
from server.domain.ballot.shapes import Malformed

KEY_BYTES = 32
NO_KEY = bytes(KEY_BYTES)
NONCE = bytes(12)
CURVE = ec.SECP256R1()
_GRADE = {0: "abstain", 1: "poor", 2: "average", 3: "fairly_good", 4: "good"}
_PLAIN = {bytes([1, number]) + bytes(14): grade for number, grade in _GRADE.items()}


def tally_key(scalar: bytes) -> ec.EllipticCurvePrivateKey:
    """The private tally key from its 32 bytes, as it stands on the printed copy.

    Raises: Malformed
    """
    try:
        return ec.derive_private_key(int.from_bytes(scalar, "big") if len(scalar) == KEY_BYTES else 0, CURVE)
    except ValueError as error:
        raise Malformed("a tally key is 32 bytes, a number of the curve") from error


def public_point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def slip_key(key: ec.EllipticCurvePrivateKey, sealed: bytes, label: bytes) -> bytes:
    """The AES key of one seal, published on the board; NO_KEY where the slip names no point of the curve.

    Source: docs/ballot.md 4
    """
    point = sealed[:POINT_BYTES]
    try:
        shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point))
    except ValueError:
        return NO_KEY
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=point + public_point(key), info=label).derive(shared)


def outcome(key: bytes, sealed: bytes, label: bytes) -> str:
    """The grade, `abstain`, or `invalid` for whatever does not open to one of them."""
    try:
        plain = AESGCM(key).decrypt(NONCE, sealed[POINT_BYTES:], label)
    except InvalidTag:
        return "invalid"
    return _PLAIN.get(plain, "invalid")
