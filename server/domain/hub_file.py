"""The file in which a round goes to a hub and back: locked with a passphrase, opened whole or not at all."""

from __future__ import annotations

import gzip
import zlib

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.domain.problems import Problem

MAGIC = b"zoufang-hub-1\n"
SALT_BYTES, NONCE_BYTES = 16, 12
SHORTEST_PASSPHRASE = 12
MEMORY_KIB, PASSES = 47_104, 3
MOST_BYTES = 64 * 1024 * 1024


def locked(content: bytes, passphrase: str, salt: bytes, nonce: bytes) -> bytes:
    """The content for whoever has the passphrase.

    Shape:  magic, salt 16, nonce 12, AES-256-GCM of the gzipped content under Argon2id, magic as AAD
    Raises: malformed-request (the passphrase is too short)
    """
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise Problem("malformed-request", f"the passphrase takes at least {SHORTEST_PASSPHRASE} characters")
    body = AESGCM(_key(passphrase, salt)).encrypt(nonce, gzip.compress(content, mtime=0), MAGIC)
    return MAGIC + salt + nonce + body


def unlocked(blob: bytes, passphrase: str) -> bytes:
    """What was locked.

    Raises: hub-file (form, passphrase)
    """
    if not blob.startswith(MAGIC) or not len(MAGIC) + SALT_BYTES + NONCE_BYTES < len(blob) <= MOST_BYTES:
        raise Problem("hub-file", "this is no file of a hub", why="form")
    rest = blob[len(MAGIC) :]
    salt, nonce, body = rest[:SALT_BYTES], rest[SALT_BYTES:][:NONCE_BYTES], rest[SALT_BYTES + NONCE_BYTES :]
    try:
        return gzip.decompress(AESGCM(_key(passphrase, salt)).decrypt(nonce, body, MAGIC))
    except InvalidTag as error:
        raise Problem("hub-file", "the passphrase is wrong, or the file was changed", why="passphrase") from error
    except (OSError, EOFError, zlib.error) as error:
        raise Problem("hub-file", "the file cannot be unpacked", why="form") from error


def _key(passphrase: str, salt: bytes) -> bytes:
    return hash_secret_raw(passphrase.encode(), salt, PASSES, MEMORY_KIB, 1, 32, Type.ID)
