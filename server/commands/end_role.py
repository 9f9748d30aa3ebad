"""Somebody leaves office: the roles of an account end."""

from __future__ import annotations

from server.domain.problems import Problem
from server.store.accounts import end_roles
from server.store.audit import add_audit
from server.store.database import reading
from server.store.replicas import load_replica
from server.store.transaction import transaction


def end_role(replica_id: str, now_ms: int, by: str = "office") -> int:
    """The account of this replica holds no role any more; how many ended. Its outbox still goes up, into quarantine.

    Raises: not-found
    """
    with reading() as connection:
        identity = load_replica(connection, replica_id, now_ms)
    if identity is None:
        raise Problem("not-found", "there is no such replica")
    account = identity.replica.account
    with transaction(identity.tenant.id) as tx:
        ended = end_roles(tx.connection, tx.township_id, account, now_ms)
        if ended:
            add_audit(tx.connection, tx.township_id, by, "roles-ended", {"account": account, "roles": ended}, now_ms)
    return ended
