"""A phone that cannot be unlocked hands in what it holds, sealed: it is kept for its author or the recovery key."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.problems import Problem
from server.domain.replicas import Identity
from server.domain.trust import token_hash
from server.store.database import reading
from server.store.parcels import Parcel, has_parcel, insert_parcel, kept_bytes
from server.store.replicas import load_by_drop_token
from server.store.transaction import writing_in

MOST_KEPT_BYTES = 64 * 1_048_576
"""Of one replica: a year of texts is a hundredth of it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Shape: `hash` of the parcel kept, `kept` its rows; `revoked` if the office no longer trusts the replica."""

    hash: str
    kept: int
    revoked: bool


def behind_drop_token(token: str, now_ms: int) -> Identity:
    """Whose drop token this is. It outlives lease, roles and trust, for work is handed in whatever became of them (L6).

    Raises: unknown-replica
    """
    with reading() as connection:
        identity = load_by_drop_token(connection, token_hash(token), now_ms)
    if identity is None:
        raise Problem("unknown-replica", "there is no replica with this drop token")
    return identity


def receive_parcel(identity: Identity, body: str, body_hash: str, changes: int, notes: int, now_ms: int) -> Receipt:
    """The sealed rows are on disk here, once, however often they come; an empty parcel leaves nothing.

    Laws:   L5, L6
    Raises: storage-full (more than a replica may hand in), busy
    """
    replica = identity.replica
    receipt = Receipt(body_hash, changes + notes, replica.revoked)
    if receipt.kept == 0:
        return receipt
    with writing_in(replica.township_id) as connection:
        known = has_parcel(connection, replica.township_id, replica.id, body_hash)
        if not known and kept_bytes(connection, replica.township_id, replica.id) + len(body) > MOST_KEPT_BYTES:
            raise Problem("storage-full", "this replica has handed in as much as fits; the office has to look at it")
        parcel = Parcel(replica.id, body_hash, body, changes, notes, now_ms)
        insert_parcel(connection, replica.township_id, parcel)
    return receipt
