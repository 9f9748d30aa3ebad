"""After a withdrawal the history keeps nothing of what was said: the one audited erasure (DESIGN.md 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.domain.kinds import Kinds
from server.domain.records import Change, Record, Refused
from server.domain.withdrawal import emptied_change, emptied_payload, family, withdrawn_behind
from server.store.audit import add_audit
from server.store.erasing import erase_texts
from server.store.transaction import Transaction


def erase_taken_back(
    kinds: Kinds,
    tx: Transaction,
    account: str,
    items: Iterable[Change | Refused],
    met: Mapping[str, Record],
    now_ms: int,
) -> None:
    """No stored copy of these changes, or of earlier ones, holds content that was taken back, however late they came.

    Shape:  `met` are the records as they stand after the changes were judged
    Laws:   L5
    """
    given = list(items)
    unread = {item.record for item in given if isinstance(item, Refused) and item.record} - set(met)
    known = {**tx.load_records(unread), **met} if unread else met
    behind = {item.record: withdrawn_behind(kinds, item, known.get) for item in given if item.record}
    withdrawn = {one.id: one for one in behind.values() if one is not None}
    if not withdrawn:
        return
    ids = {record for record, one in behind.items() if one is not None and not _is_conflict(known.get(record))}
    ids = ids.union(*(family(kinds, one, known.values()) for one in withdrawn.values()))
    emptied = erase_texts(tx.connection, tx.township_id, ids, lambda sent: emptied_change(kinds, sent), emptied_payload)
    if emptied:
        detail = {"records": sorted(withdrawn), "emptied": emptied}
        add_audit(tx.connection, tx.township_id, account, "consent-withdrawn", detail, now_ms)


def _is_conflict(record: Record | None) -> bool:
    """A conflict is emptied with its family only where it is about what was taken back."""
    return record is not None and record.kind == "conflict"
