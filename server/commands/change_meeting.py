"""A meeting gets its time, another hall or name; everybody reads the new one."""

from __future__ import annotations

from server.commands.ballot_records import find_meeting
from server.commands.save_online import save_online_in
from server.domain.judging.verdicts import OnlineWrite
from server.domain.kinds import Kinds
from server.domain.records import Json, Record
from server.store.audit import add_audit
from server.store.transaction import transaction


def change_meeting(
    kinds: Kinds,
    township_id: str,
    account: str,
    meeting_id: str,
    title: str,
    place: str,
    starts_at_ms: int | None,
    now_ms: int,
) -> Record:
    """The meeting is called so, there and then; its roll, rounds and hall code stay as they are.

    Raises: not-found
    """
    with transaction(township_id) as tx:
        find_meeting(tx, meeting_id)
        fields: dict[str, Json] = {"title": title, "place": place, "starts_at_ms": starts_at_ms}
        save_online_in(tx, kinds, account, [OnlineWrite(meeting_id, "meeting", fields)], now_ms)
        add_audit(tx.connection, township_id, account, "meeting-changed", {"meeting": meeting_id}, now_ms)
        return find_meeting(tx, meeting_id)[0]
