"""The recovery key has opened a parcel: what was in it is judged as if its author's phone had pushed it."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from server.commands.push_changes import push_changes
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.domain.records import Change, Json, Refused
from server.domain.replicas import Identity
from server.domain.trust import token_hash
from server.store.audit import add_audit
from server.store.database import reading
from server.store.parcels import Parcel, insert_stand_in, load_parcels, load_stand_in, mark_opened
from server.store.replicas import insert_replica, load_replica, mark_revoked
from server.store.transaction import Transaction, transaction

Items = Sequence[Change | Refused]
Reader = Callable[[str, int | None], Sequence[Items]]
"""Customs, handed in: replica id and first number (None: as the phone numbered them) in, batches of changes out."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Shape: `replica` under whose numbers the changes stand now; `outcomes` as a phone would have got them."""

    replica: str
    outcomes: list[dict[str, Json]]


def list_parcels(township_id: str, unopened: bool = False) -> list[Parcel]:
    """What phones of the township handed in sealed, in the order it came."""
    with reading() as connection:
        return load_parcels(connection, township_id, unopened)


def judge_parcel(
    kinds: Kinds, township_id: str, parcel: Parcel, numbered: bool, read: Reader, now_ms: int, by: str
) -> Judged:
    """Every change of the parcel has an outcome; a phone that pushes it later gets the same one.

    Shape:  `numbered` says that the numbers in the parcel are those of its replica
    Laws:   L5, L6
    Raises: busy, storage-full
    """
    with reading() as connection:
        identity = load_replica(connection, parcel.replica_id, now_ms)
    if identity is None:
        raise Problem("not-found", "the replica of this parcel is gone")
    judged = _as_numbered(kinds, identity, read, now_ms) if numbered else None
    if judged is None:
        judged = _as_stand_in(kinds, identity, read, now_ms)
    with transaction(township_id) as tx:
        mark_opened(tx.connection, township_id, parcel, by, now_ms)
        detail = {"replica": parcel.replica_id, "parcel": parcel.hash[:16], "changes": len(judged.outcomes)}
        add_audit(tx.connection, township_id, by, "parcel-opened", detail, now_ms)
    return judged


def _as_numbered(kinds: Kinds, identity: Identity, read: Reader, now_ms: int) -> Judged | None:
    """Under the phone's own numbers, so that his edits stay one writer's; None where they do not fit any more."""
    outcomes: list[dict[str, Json]] = []
    try:
        for items in read(identity.replica.id, None):
            outcomes += push_changes(kinds, identity.replica, items, now_ms).outcomes
    except Problem as problem:
        if problem.entry.slug not in ("change-gap", "replica-forked"):
            raise
        return None
    return Judged(identity.replica.id, outcomes)


def _as_stand_in(kinds: Kinds, identity: Identity, read: Reader, now_ms: int) -> Judged:
    """Under numbers of the server's own; the change ids say which are known (L5)."""
    with transaction(identity.tenant.id) as tx:
        stand_in = _stand_in(tx, identity, now_ms)
    outcomes: list[dict[str, Json]] = []
    for items in read(stand_in.replica.id, stand_in.replica.last_n + 1):
        outcomes += push_changes(kinds, stand_in.replica, items, now_ms).outcomes
    return Judged(stand_in.replica.id, outcomes)


def _stand_in(tx: Transaction, identity: Identity, now_ms: int) -> Identity:
    """A replica of the same account whose token nobody has, as trusted as the phone it speaks for."""
    found = load_stand_in(tx.connection, tx.township_id, identity.replica.id)
    if found is None:
        found = str(uuid.uuid4())
        values = {
            "id": found,
            "township_id": tx.township_id,
            "account_id": identity.replica.account,
            "label": "",
            "platform": "stand-in",
            "schema_version": 1,
            "continues": None,
            "token_hash": token_hash(secrets.token_urlsafe(32)),
            "drop_token_hash": token_hash(secrets.token_urlsafe(32)),
            "now": now_ms,
            "lease_until_ms": now_ms,
        }
        insert_replica(tx.connection, values)
        insert_stand_in(tx.connection, tx.township_id, identity.replica.id, found)
    if identity.replica.revoked:
        mark_revoked(tx.connection, found, now_ms)
    stand_in = load_replica(tx.connection, found, now_ms)
    if stand_in is None:
        raise RuntimeError("a replica just written cannot be read")
    return stand_in
