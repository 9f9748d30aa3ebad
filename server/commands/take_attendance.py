"""Who has come: as the office notes it, or as somebody says himself with the code of the hall."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import replace

from server.commands.ballot_records import entry_write, find_meeting, live_round
from server.commands.save_online import save_online_in
from server.domain.ballot.roll import RollRow, present
from server.domain.ballot.rounds import refuse_delegated, state_after
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.domain.records import Record
from server.store.audit import add_audit
from server.store.roll import load_hall_code, load_own_row, load_roll, save_statuses
from server.store.transaction import Transaction, transaction


def take_attendance(
    kinds: Kinds, township_id: str, account: str, meeting_id: str, asked: Sequence[tuple[str, str]], now_ms: int
) -> list[RollRow]:
    """These rows have these statuses; with an unknown row among them nothing has changed.

    Shape:  `asked` pairs of row and status; once the reconciliation is signed attendance stays as it is
    Raises: not-found, round-state, round-delegated, malformed-request
    """
    with transaction(township_id) as tx:
        _meeting, rounds = find_meeting(tx, meeting_id)
        _refuse_after_opening(rounds)
        rows = load_roll(tx.connection, township_id, meeting_id)
        known = {row.id for row in rows}
        faults = [(f"/rows/{at}/id", "is no row of this roll") for at, (row, _) in enumerate(asked) if row not in known]
        if faults:
            raise Problem("malformed-request", "the roll has no such row; nothing was taken", faults)
        return _taken(tx, kinds, account, meeting_id, rows, dict(asked), "attendance-taken", now_ms)


def report_present(kinds: Kinds, township_id: str, account: str, meeting_id: str, hall_code: str, now_ms: int) -> str:
    """Whoever stands on the roll and reads the code in the hall is present; his status.

    Raises: not-found, not-on-roll, hall-code-wrong, round-state, round-delegated
    """
    with transaction(township_id) as tx:
        _meeting, rounds = find_meeting(tx, meeting_id)
        row = load_own_row(tx.connection, township_id, meeting_id, account)
        if row is None:
            raise Problem("not-on-roll", "the account stands in no row of this meeting's roll")
        code = load_hall_code(tx.connection, township_id, meeting_id)
        if code is None or not hmac.compare_digest(code.encode(), hall_code.strip().encode()):
            raise Problem("hall-code-wrong", "this is not the code of the hall")
        _refuse_after_opening(rounds)
        _taken(tx, kinds, account, meeting_id, [row], {row.id: "present"}, "present-reported", now_ms)
        return "present"


def _taken(
    tx: Transaction,
    kinds: Kinds,
    account: str,
    meeting_id: str,
    rows: Sequence[RollRow],
    asked: Mapping[str, str],
    event: str,
    now_ms: int,
) -> list[RollRow]:
    after = [replace(row, status=asked.get(row.id, row.status)) for row in rows]
    changed = [row for row, before in zip(after, rows, strict=True) if row != before]
    if changed:
        save_statuses(tx.connection, tx.township_id, meeting_id, {row.id: row.status for row in changed})
        save_online_in(tx, kinds, account, [entry_write(meeting_id, row) for row in changed if row.account], now_ms)
        detail = {"meeting": meeting_id, "rows": len(changed), "present": sum(present(changed).values())}
        add_audit(tx.connection, tx.township_id, account, event, detail, now_ms)
    return after


def _refuse_after_opening(rounds: list[Record]) -> None:
    live = live_round(rounds)
    if live is not None:
        refuse_delegated(live.fields.get("delegated"), "take_attendance")
        state_after(str(live.fields["state"]), "take_attendance")
