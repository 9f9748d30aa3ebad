"""A phone is lost: its replica is not trusted any more."""

from __future__ import annotations

from server.commands.passkeys import end_passkeys
from server.domain.problems import Problem
from server.store.audit import add_audit
from server.store.database import reading
from server.store.passkeys import made_at
from server.store.replicas import load_replica, mark_revoked
from server.store.transaction import transaction


def revoke(replica_id: str, now_ms: int, by: str = "office", township_id: str | None = None) -> bool:
    """The replica reads nothing more, and what it still pushes goes to quarantine; False where it was so before.

    Shape:  the passkeys that were added at it, which may lie in it, end with it; with a township only a
            replica of that one is known
    Raises: not-found
    """
    with reading() as connection:
        identity = load_replica(connection, replica_id, now_ms)
    if identity is None or township_id not in (None, identity.tenant.id):
        raise Problem("not-found", "there is no such replica")
    with transaction(identity.tenant.id) as tx:
        again = load_replica(tx.connection, replica_id, now_ms)
        if again is None or again.replica.revoked:
            return False
        mark_revoked(tx.connection, replica_id, now_ms)
        add_audit(tx.connection, tx.township_id, by, "revoked", {"replica": replica_id}, now_ms)
        end_passkeys(tx, made_at(tx.connection, tx.township_id, replica_id), now_ms, by)
    return True
