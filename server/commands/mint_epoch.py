"""The database is older than what a phone has seen: a new history begins."""

from __future__ import annotations

import uuid

from server.domain.epochs import new_epoch
from server.domain.replicas import Tenant
from server.store.audit import add_audit
from server.store.townships import save_epoch
from server.store.transaction import transaction


def mint_epoch(township_id: str, epoch: str, reached: int, now_ms: int) -> Tenant:
    """The township has a new epoch and its head clears `reached`; nothing changes if its epoch is not `epoch` any more.

    Laws:   L2, L4
    """
    with transaction(township_id) as tx:
        if tx.tenant.epoch != epoch or tx.head >= reached:
            return tx.tenant
        tenant = new_epoch(tx.tenant, uuid.uuid4().hex, reached)
        save_epoch(tx.connection, tenant)
        detail = {"head": tx.head, "reached": reached}
        add_audit(tx.connection, township_id, "server", "epoch-minted", detail, now_ms)
    return tenant
