"""The office hands in the roll of a meeting, whole, until a round has been issued to it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from server.commands.ballot_records import entry_id, entry_write, find_meeting, refuse_frozen, voters_of
from server.commands.save_online import save_online_in
from server.domain.ballot.preparing import appraised
from server.domain.ballot.roll import AskedRow, RollRow, roll_faults, sizes, with_own_recusals
from server.domain.judging.verdicts import OnlineWrite
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.store.audit import add_audit
from server.store.records import load_kind
from server.store.roll import load_roll, replace_roll
from server.store.transaction import Transaction, transaction

MOST_FAULTS = 100


def set_roll(
    kinds: Kinds, township_id: str, account: str, meeting_id: str, asked: Sequence[AskedRow], now_ms: int
) -> list[RollRow]:
    """The roll is these rows, or nothing has changed; whoever has an account sees his own row on his phone.

    Shape:  recusals that follow from who somebody is are added; attendance of a row that stays is kept
    Raises: not-found, roll-frozen, malformed-request (faults by row)
    """
    with transaction(township_id) as tx:
        meeting, rounds = find_meeting(tx, meeting_id)
        refuse_frozen(rounds)
        before = load_roll(tx.connection, township_id, meeting_id)
        rows = _checked(tx, str(meeting.fields["cycle_id"]), before, asked, now_ms)
        replace_roll(tx.connection, township_id, meeting_id, rows)
        save_online_in(tx, kinds, account, _entries(meeting_id, before, rows), now_ms)
        detail = {"meeting": meeting_id, "rows": len(rows), "groups": len(sizes(rows))}
        add_audit(tx.connection, township_id, account, "roll-set", detail, now_ms)
        return rows


def _checked(
    tx: Transaction, cycle_id: str, before: Sequence[RollRow], asked: Sequence[AskedRow], now_ms: int
) -> list[RollRow]:
    statuses = {row.id: row.status for row in before}
    fresh = {at: str(uuid.uuid4()) for at, row in enumerate(asked) if row.id is None}
    rows = [
        RollRow(
            id=row.id or fresh[at],
            name=row.name.strip(),
            group=row.group,
            account=row.account,
            recusals=tuple(sorted(set(row.recusals))),
            status=statuses.get(row.id or "", "expected"),
        )
        for at, row in enumerate(asked)
    ]
    subjects = appraised(load_kind(tx.connection, tx.township_id, "subject"), cycle_id)
    voters = voters_of(tx, now_ms)
    faults = roll_faults(rows, {*statuses, *fresh.values()}, voters, {subject.id for subject in subjects})
    if faults:
        raise Problem("malformed-request", "the roll has faults; nothing was taken", faults[:MOST_FAULTS])
    return [with_own_recusals(row, voters, subjects) for row in rows]


def _entries(meeting_id: str, before: Sequence[RollRow], after: Sequence[RollRow]) -> list[OnlineWrite]:
    """Own rows as they are now, and away with those of accounts that are no longer on it."""
    writes = [entry_write(meeting_id, row) for row in after if row.account]
    kept = {write.record for write in writes}
    gone = [row for row in before if row.account and entry_id(row) not in kept]
    return [*writes, *(replace(entry_write(meeting_id, row), deleted=True) for row in gone)]
