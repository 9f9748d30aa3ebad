"""Content that nobody reads in the database or in a backup: AES-256-GCM, its key beside neither.

Every township has its own key, derived from the installation's; a text opens only in the row it was written for.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import Flask, current_app

from server.store.database import db, reading, writing
from server.store.sealing_keys import load_key_id, note_key_id

MARK = "sealed:"
"""No JSON text begins like this: what lay here before there was a key is read as it is."""
NONCE_BYTES = 12
_EXTENSION = "zoufang-sealing"

KeyOf = Callable[[bool], bytes]
"""The installation's key; True allows to make one where there is none."""

Turn = Callable[[str, tuple[str, ...], str], str]
"""`sealed_text` or `plain_text`: township, place, text."""


class SealingKeyWrong(RuntimeError):
    """The key given is not the one this database was sealed with; the system does not start on it."""


class SealBroken(RuntimeError):
    """A sealed text was altered, moved to another row, or sealed with a key that is not here."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """One installation's key. Shape: `id` tells keys apart and says nothing of them."""

    secret: bytes
    id: str = field(init=False)
    _ciphers: dict[str, AESGCM] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", sha256(self._derived("id")).hexdigest()[:8])

    def seal(self, township_id: str, place: tuple[str, ...], plain: str) -> str:
        """The text for this place only. Shape: `sealed:<key id>:<base64 of nonce and ciphertext>`"""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._cipher(township_id).encrypt(nonce, plain.encode(), _label(township_id, place))
        return f"{MARK}{self.id}:{base64.b64encode(nonce + sealed).decode()}"

    def unseal(self, township_id: str, place: tuple[str, ...], text: str) -> str:
        """What was sealed for this place.

        Raises: SealBroken
        """
        _mark, key_id, body = text.split(":", 2)
        if key_id != self.id:
            raise SealBroken(f"a text was sealed with the key {key_id}; this system has {self.id}")
        try:
            raw = base64.b64decode(body, validate=True)
            opened = self._cipher(township_id).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], _label(township_id, place))
        except (InvalidTag, ValueError) as error:
            raise SealBroken(
                f"a sealed text of {place[0]} cannot be opened; it is damaged or in a wrong row"
            ) from error
        return opened.decode()

    def _cipher(self, township_id: str) -> AESGCM:
        found = self._ciphers.get(township_id)
        if found is None:
            found = self._ciphers[township_id] = AESGCM(self._derived(f"township/{township_id}"))
        return found

    def _derived(self, purpose: str) -> bytes:
        return HKDF(SHA256(), 32, salt=None, info=f"zoufang/sealing/1/{purpose}".encode()).derive(self.secret)


def open_sealing(app: Flask, key_of: KeyOf) -> None:
    """The app (web, command line or worker) seals and opens with the key that its database was sealed with.

    Raises: SealingKeyWrong, and what `key_of` raises when there is none
    """
    with app.app_context():
        try:
            sealer = _agreed(key_of)
        except Exception:
            db.engine.dispose()
            raise
    app.extensions[_EXTENSION] = sealer


def _agreed(key_of: KeyOf) -> Sealer:
    with reading() as connection:
        known = load_key_id(connection)
    sealer = Sealer(key_of(known is None))
    if known is None:
        with writing() as connection:
            known = note_key_id(connection, sealer.id)
    if sealer.id != known:
        raise SealingKeyWrong(
            f"the sealing key {sealer.id} is not the one this database was sealed with, {known}; "
            "put the right sealing.key into VAR_DIR or give it as SEALING_KEY (docs/operations.md, “The sealing key”)"
        )
    return sealer


def sealed_text(township_id: str, place: tuple[str, ...], plain: str) -> str:
    """The text as it may lie in the database; `place` names table, row and column."""
    return _sealer().seal(township_id, place, plain)


def plain_text(township_id: str, place: tuple[str, ...], text: str) -> str:
    """The text as it was written, whether it lay sealed or not.

    Raises: SealBroken
    """
    return _sealer().unseal(township_id, place, text) if text.startswith(MARK) else text


def _sealer() -> Sealer:
    sealer = current_app.extensions.get(_EXTENSION)
    if not isinstance(sealer, Sealer):
        raise SealingKeyWrong("no sealing key is open in this process")  # never written in the open instead
    return sealer


def _label(township_id: str, place: tuple[str, ...]) -> bytes:
    return json.dumps([township_id, *place], separators=(",", ":")).encode()
