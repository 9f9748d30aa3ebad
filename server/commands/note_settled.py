"""Who decides between the values of other people is written down, without the values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server.domain.conflicts import settled_for_others
from server.domain.records import Record
from server.store.audit import add_audit
from server.store.transaction import Transaction


def note_settled(
    tx: Transaction, account: str, known: Mapping[str, Record], after: Iterable[Record], now_ms: int
) -> None:
    """Each conflict that the account settled now without having a side in it is in the audit chain.

    Shape:  `known` the records as they were, `after` those that were written
    """
    for conflict in settled_for_others(account, known, after):
        detail = {"conflict": conflict.id, "record": conflict.fields["record"], "field": conflict.fields["field"]}
        add_audit(tx.connection, tx.township_id, account, "settled", detail, now_ms)
