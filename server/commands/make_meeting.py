"""A meeting of the open cycle, with the code that its hall will show."""

from __future__ import annotations

import secrets
import uuid

from server.commands.ballot_records import open_cycle_of
from server.commands.save_online import save_online_in
from server.domain.judging.verdicts import OnlineWrite
from server.domain.kinds import Kinds
from server.domain.records import Json, Record
from server.store.audit import add_audit
from server.store.roll import insert_meeting
from server.store.transaction import transaction

CODE_DIGITS = 6


def make_meeting(
    kinds: Kinds, township_id: str, account: str, title: str, place: str, starts_at_ms: int | None, now_ms: int
) -> Record:
    """Everybody sees when and where the meeting is; its hall has a code that only the office reads.

    Raises: round-guard (open-cycle)
    """
    meeting = str(uuid.uuid4())
    with transaction(township_id) as tx:
        fields: dict[str, Json] = {
            "cycle_id": open_cycle_of(tx),
            "title": title,
            "place": place,
            "starts_at_ms": starts_at_ms,
            "state": "planned",
        }
        save_online_in(tx, kinds, account, [OnlineWrite(meeting, "meeting", fields)], now_ms)
        code = "".join(str(secrets.randbelow(10)) for _ in range(CODE_DIGITS))
        insert_meeting(tx.connection, township_id, meeting, code)
        add_audit(tx.connection, township_id, account, "meeting-made", {"meeting": meeting}, now_ms)
        return tx.load_records([meeting])[meeting]
