"""A passphrase is forgotten: the phone asks for its data key, the office answers; the key passes here only sealed."""

from __future__ import annotations

from server.domain.ids import derived_id
from server.domain.problems import Problem
from server.domain.replicas import Identity
from server.store.audit import add_audit
from server.store.database import reading
from server.store.recoveries import Box, Recovery, insert_recovery, load_recovery, save_answer
from server.store.replicas import load_replica
from server.store.transaction import transaction


def ask_for_key(identity: Identity, vault: str, wrap: Box, public_key: str, now_ms: int) -> str:
    """The request is with the office; the same one again is the same. Its id asks for the answer.

    Raises: replica-revoked (a lost phone gets no key), busy
    """
    replica = identity.replica
    if replica.revoked:
        raise Problem("replica-revoked", "a revoked replica is given no key")
    recovery_id = derived_id("recovery", replica.id, public_key)
    with transaction(replica.township_id) as tx:
        if load_recovery(tx.connection, tx.township_id, recovery_id) is None:
            asked = Recovery(recovery_id, replica.id, vault, wrap, public_key, now_ms)
            insert_recovery(tx.connection, tx.township_id, asked)
            detail = {"replica": replica.id, "recovery": recovery_id}
            add_audit(tx.connection, tx.township_id, replica.account, "recovery-asked", detail, now_ms)
    return recovery_id


def answer_of(identity: Identity, recovery_id: str) -> Box | None:
    """The answer to a request of this replica, None while there is none.

    Raises: not-found, replica-revoked
    """
    replica = identity.replica
    if replica.revoked:
        raise Problem("replica-revoked", "a revoked replica is given no key")
    with reading() as connection:
        found = load_recovery(connection, replica.township_id, recovery_id)
    if found is None or found.replica_id != replica.id:
        raise Problem("not-found", "this replica made no such request")
    return found.answer


def answer_recovery(identity: Identity, recovery_id: str, answer: Box, now_ms: int) -> None:
    """The phone that asked finds its data key, sealed to it; who answered is in the audit chain.

    Raises: not-found, replica-revoked
    """
    account = identity.actor.account
    with transaction(identity.tenant.id) as tx:
        found = load_recovery(tx.connection, tx.township_id, recovery_id)
        if found is None:
            raise Problem("not-found", "there is no such request; the phone may have made a newer one")
        asking = load_replica(tx.connection, found.replica_id, now_ms)
        if asking is None or asking.replica.revoked:
            raise Problem("replica-revoked", "the phone that asks was revoked")
        save_answer(tx.connection, tx.township_id, recovery_id, answer, account, now_ms)
        detail = {"replica": found.replica_id, "recovery": recovery_id}
        add_audit(tx.connection, tx.township_id, account, "recovery-answered", detail, now_ms)
