"""The township gets a recovery key: its public half, the private one is printed and never here."""

from __future__ import annotations

import base64
import binascii
import uuid

from server.domain.problems import Problem
from server.store.audit import add_audit
from server.store.townships import insert_recovery_key
from server.store.transaction import transaction

RAW_P256_BYTES = 65


def store_recovery_key(township_id: str, public_key: str, now_ms: int) -> None:
    """Replicas enrolled from now on wrap their data key for this one, too.

    Shape:  `public_key` base64 of the raw uncompressed P-256 point (65 bytes).
    Raises: not-found, malformed-request
    """
    try:
        raw = base64.b64decode(public_key, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != RAW_P256_BYTES or raw[:1] != b"\x04":
        raise Problem("malformed-request", "a recovery key is a raw P-256 point, 65 bytes in base64", [("", "is none")])
    with transaction(township_id) as tx:
        insert_recovery_key(tx.connection, township_id, str(uuid.uuid4()), public_key, now_ms)
        add_audit(tx.connection, township_id, "office", "recovery-key", {}, now_ms)
