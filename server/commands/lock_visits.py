"""The meeting begins: the visits made before it are locked, and each branch gets the extracts of its own."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from server.commands.save_online import save_online_in
from server.domain.kinds import Kinds
from server.domain.locking import lock_writes, lockable
from server.domain.problems import Problem
from server.store.audit import add_audit
from server.store.records import load_kind
from server.store.transaction import transaction


@dataclass(frozen=True, slots=True)
class Locked:
    """What locking did. Shape: `locked` how many visits; `disputed` ids of those with an open conflict."""

    locked: int
    disputed: tuple[str, ...]


def lock_visits(kinds: Kinds, township_id: str, start_ms: int, now_ms: int, by: str = "office") -> Locked:
    """Every completed visit that began before the meeting is locked and has its extract; a second time changes nothing.

    What is completed from now on and began before that meeting is flagged `late`, and locked at the next one.

    Shape:  a visit with an open conflict stays as it is until a person has settled that
    Raises: not-found (township), malformed-request (a meeting that has not begun)
    """
    if start_ms > now_ms:
        raise Problem("malformed-request", "the meeting has not begun yet", [("/meeting_start", "lies ahead")])
    with transaction(township_id) as tx:
        before_ms = tx.tenant.locked_before_ms
        visits = lockable(load_kind(tx.connection, township_id, "visit"), start_ms, before_ms)
        conflicts = load_kind(tx.connection, township_id, "conflict")
        disputed = {str(one.fields["record"]) for one in conflicts if one.fields.get("status") == "open"}
        writes = lock_writes(visits, disputed, ZoneInfo(tx.tenant.time_zone))
        locked = sum(write.kind == "visit" for write in writes)
        if writes:
            save_online_in(tx, kinds, by, writes, now_ms)
            detail = {"meeting_start_ms": start_ms, "locked": locked}
            add_audit(tx.connection, township_id, by, "visits-locked", detail, now_ms)
        if before_ms is None or before_ms < start_ms:
            tx.save_settings({**tx.tenant.settings, "locked_before_ms": start_ms})
    return Locked(locked, tuple(visit.id for visit in visits if visit.id in disputed))
