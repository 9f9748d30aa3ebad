"""A phone is lost: its replica is not trusted any more."""

from __future__ import annotations

from server.domain.problems import Problem
from server.store.audit import add_audit
from server.store.database import reading
from server.store.replicas import load_replica, mark_revoked
from server.store.transaction import transaction


def revoke(replica_id: str, now_ms: int, by: str = "office") -> None:
    """The replica reads nothing more, and what it still pushes goes to quarantine; a second time changes nothing.

    Raises: not-found
    """
    with reading() as connection:
        identity = load_replica(connection, replica_id, now_ms)
    if identity is None:
        raise Problem("not-found", "there is no such replica")
    with transaction(identity.tenant.id) as tx:
        again = load_replica(tx.connection, replica_id, now_ms)
        if again is not None and not again.replica.revoked:
            mark_revoked(tx.connection, replica_id, now_ms)
            add_audit(tx.connection, tx.township_id, by, "revoked", {"replica": replica_id}, now_ms)
