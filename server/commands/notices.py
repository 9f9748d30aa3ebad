"""The author of a quarantined change learns what became of it: a record in his own scope."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence

from server.domain.ids import derived_id
from server.domain.judge import write_online
from server.domain.judging.verdicts import OnlineWrite, Township
from server.domain.kinds import Kinds
from server.store.quarantine import Quarantined
from server.store.transaction import Transaction


def write_notices(kinds: Kinds, tx: Transaction, decided: Sequence[Quarantined], now_ms: int) -> None:
    """Each of these decisions is a record of kind `quarantine` that its author's replicas pull (L6)."""
    if not decided:
        return
    township = Township(tx.township_id, tx.tenant.is_demo, None, tx.head, tx.tenant.gaps)
    writes = [_notice(change) for change in decided]
    known = tx.load_records(write.record for write in writes)
    writer = f"cmd:{uuid.uuid4()}"
    judged = write_online(kinds, township, writer, decided[0].account_id, writes, known, now_ms)
    tx.save(judged.records, judged.departures, judged.head)


def _notice(change: Quarantined) -> OnlineWrite:
    fields = {
        "replica": change.replica_id,
        "n": change.n,
        "change": change.change_id,
        "change_kind": change.kind,
        "record": change.record,
        "status": change.status,
        "reason": change.reason,
        "outcome": change.outcome,
        "corrected": json.loads(change.corrected) if change.corrected else None,
    }
    present = {name: value for name, value in fields.items() if value is not None}
    # One notice per quarantined change, whatever is decided about it and however often.
    notice = derived_id("notice", change.replica_id, change.n)
    return OnlineWrite(notice, "quarantine", present, author=change.account_id)
