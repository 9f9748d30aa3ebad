"""The blind signer of one subject and group (RFC 9474 over gmpy2), and the check of what it signed (stock PSS)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import gmpy2
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA384

from server.domain.ballot.shapes import Malformed

E = 65537
SALT_BYTES = 48


class SignerFault(RuntimeError):
    """The machine computed wrongly; nothing was answered, because a wrong signature would give the key away."""


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """One private key, loaded once. Shape: `p`, `q` the primes, `dp`, `dq` the exponent by each, `q_inverse` mod p."""

    n: gmpy2.mpz
    p: gmpy2.mpz
    q: gmpy2.mpz
    dp: gmpy2.mpz
    dq: gmpy2.mpz
    q_inverse: gmpy2.mpz
    size_bytes: int

    def blind_sign(self, blinded: bytes) -> bytes:
        """The blinded message raised to the private exponent; the same bytes give the same answer for ever.

        Raises: Malformed, SignerFault
        Source: RFC 9474 4.3; vectors in tests/vectors/blind-rsa.json
        """
        message = gmpy2.mpz.from_bytes(blinded, "big")
        if len(blinded) != self.size_bytes or not 0 < message < self.n:
            raise Malformed(f"a blinded message is a number below the modulus, in {self.size_bytes} bytes")
        if gmpy2.gcd(message, self.n) != 1:
            raise Malformed("a blinded message shares no factor with the modulus")
        with gmpy2.context(gmpy2.get_context(), allow_release_gil=True):  # a millisecond in which others go on
            signed = self._raised(message)
        if gmpy2.powmod(signed, E, self.n) != message:
            raise SignerFault("s^e is not the message")
        return int(signed).to_bytes(self.size_bytes, "big")

    def _raised(self, message: gmpy2.mpz) -> gmpy2.mpz:
        """By primes, each in constant time: four times as fast as by the modulus."""
        by_p = gmpy2.powmod_sec(message % self.p, self.dp, self.p)
        by_q = gmpy2.powmod_sec(message % self.q, self.dq, self.q)
        return by_q + self.q * ((by_p - by_q) * self.q_inverse % self.p)


def signer_of(p: int, q: int) -> Signer:
    """The signer of two primes, with the exponent 65537."""
    return Signer(
        n=gmpy2.mpz(p) * q,
        p=gmpy2.mpz(p),
        q=gmpy2.mpz(q),
        dp=gmpy2.invert(E, p - 1),
        dq=gmpy2.invert(E, q - 1),
        q_inverse=gmpy2.invert(q, p),
        size_bytes=((p * q).bit_length() + 7) // 8,
    )


def is_signed(n: int, message: bytes, signature: bytes, salt_bytes: int = SALT_BYTES) -> bool:
    """Whether the signature is one of this key over the message: RSASSA-PSS with SHA-384 and MGF1-SHA-384.

    Source: RFC 8017 8.1.2
    """
    scheme = padding.PSS(padding.MGF1(SHA384()), salt_length=salt_bytes)
    try:
        _public(n).verify(signature, message, scheme, SHA384())
    except (InvalidSignature, ValueError):
        return False
    return True


@lru_cache(maxsize=512)
def _public(n: int) -> rsa.RSAPublicKey:
    return rsa.RSAPublicNumbers(E, n).public_key()
