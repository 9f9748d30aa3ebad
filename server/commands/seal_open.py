"""What was written in the open before its kind was sealed lies sealed from now on."""

from __future__ import annotations

from dataclasses import dataclass

from server.domain.kinds import Kinds
from server.store.audit import add_audit
from server.store.database import reading, writing
from server.store.open_texts import as_sealed, load_open_records, seal_open_texts
from server.store.sealing_keys import is_all_sealed, note_all_sealed
from server.store.townships import load_tenants
from server.store.transaction import transaction


@dataclass(frozen=True, slots=True)
class Mended:
    """Shape: rows of each table that lay open and do no longer."""

    records: int = 0
    changes: int = 0
    quarantined: int = 0


def seal_open_once(kinds: Kinds, now_ms: int) -> None:
    """Everything of before the key lies sealed; after the first time this costs one look."""
    with reading() as connection:
        done = is_all_sealed(connection)
    if not done:
        seal_open(kinds, now_ms)


def seal_open(kinds: Kinds, now_ms: int) -> Mended:
    """No content of a sealed kind lies open in any township. A record gets a new number, so phones pull it once more.

    Laws:   L4
    Raises: busy, storage-full
    """
    with reading() as connection:
        townships = [tenant.id for tenant in load_tenants(connection)]
    found = [_seal_township(kinds, township_id, now_ms) for township_id in townships]
    with writing() as connection:
        note_all_sealed(connection, now_ms)
    return Mended(
        sum(one.records for one in found), sum(one.changes for one in found), sum(one.quarantined for one in found)
    )


def _seal_township(kinds: Kinds, township_id: str, now_ms: int) -> Mended:
    sealed = [kind.name for kind in kinds.values() if kind.sealed]
    with transaction(township_id) as tx:
        lying = load_open_records(tx.connection, township_id, sealed)
        if lying:
            tx.save(as_sealed(lying, tx.head), [], tx.head + len(lying))
        texts = seal_open_texts(tx.connection, township_id, sealed, list(kinds))
        mended = Mended(len(lying), texts["changes"], texts["quarantined_changes"])
        if mended != Mended():
            detail = {"records": mended.records, "changes": mended.changes, "quarantined": mended.quarantined}
            add_audit(tx.connection, township_id, "server", "names-sealed", detail, now_ms)
    return mended
