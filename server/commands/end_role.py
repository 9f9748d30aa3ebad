"""Somebody leaves office: the roles of an account end."""

from __future__ import annotations

from server.domain.problems import Problem
from server.store.accounts import end_assignment, end_roles
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


def end_one_role(township_id: str, assignment: str, now_ms: int, at_ms: int | None = None, by: str = "office") -> bool:
    """This one role ends at `at_ms` (now); False where it ends sooner anyway.

    Shape:  his replicas let go of its scopes at their first contact afterwards, when their work has gone up
    """
    ends = now_ms if at_ms is None else at_ms
    with transaction(township_id) as tx:
        changed = end_assignment(tx.connection, township_id, assignment, ends)
        if changed:
            detail = {"assignment": assignment, "to_ms": ends}
            add_audit(tx.connection, township_id, by, "role-ended", detail, now_ms)
    return bool(changed)
