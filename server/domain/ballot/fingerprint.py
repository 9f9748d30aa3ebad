"""How people compare a manifest or a board without reading it: four words, dear to forge."""

from __future__ import annotations

import hashlib

from server.domain.ballot.words import WORDS

ROUNDS = 100_000
SALT = b"zoufang-ballot-1/words"


def four_words(digest: bytes) -> str:
    """The four words of a hash, with spaces between.

    Shape:  `digest` 32 bytes; every look-alike a forger tries costs him ROUNDS hashes
    Source: docs/ballot.md 3; vectors in tests/vectors/ballot.json, also run by the PWA
    """
    numbers = hashlib.pbkdf2_hmac("sha256", digest, SALT, ROUNDS, 4)
    return " ".join(WORDS[number] for number in numbers)
