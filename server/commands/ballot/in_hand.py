"""A round in the hand of a command: what its record says, who may do something to it, and its next state."""

from __future__ import annotations

import json
from collections.abc import Collection
from functools import lru_cache

from sqlalchemy import Connection

from server.commands.save_online import save_online_in
from server.domain.ballot.manifest import Manifest, read_manifest
from server.domain.ballot.roll import RollRow
from server.domain.ballot.rounds import refuse_delegated, state_after
from server.domain.judging.verdicts import OnlineWrite
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.store.audit import add_audit
from server.store.roll import load_own_row
from server.store.round_rows import RoundRow, load_round
from server.store.transaction import Transaction


def round_in(connection: Connection, township_id: str, round_id: str, step: str = "") -> RoundRow:
    """The round, if the step may be done here and not at a hub.

    Raises: not-found, round-delegated
    """
    found = load_round(connection, township_id, round_id)
    if found is None:
        raise Problem("not-found", "there is no such round")
    refuse_delegated(found.delegated, step)
    return found


def manifest_of(row: RoundRow, step: str) -> Manifest:
    """The round's manifest.

    Raises: round-state (it was not issued yet)
    """
    if not row.manifest:
        raise Problem("round-state", f"{step} needs a round that was issued", state=row.state, step=step)
    return _manifest(row.manifest)


@lru_cache(maxsize=8)
def _manifest(text: str) -> Manifest:
    return read_manifest(json.loads(text))


def evaluator_in(connection: Connection, township_id: str, meeting_id: str, account: str) -> RollRow:
    """The account's row of the roll.

    Raises: not-on-roll
    """
    found = load_own_row(connection, township_id, meeting_id, account)
    if found is None:
        raise Problem("not-on-roll", "this account is not on the roll of the meeting")
    return found


def in_time(row: RoundRow, now_ms: int) -> set[str]:
    """The guard words that the server's clock decides (L14)."""
    return {"before-deadline" if now_ms < row.deadline_ms else "after-deadline"}


def stepped(
    tx: Transaction, kinds: Kinds, row: RoundRow, step: str, holds: Collection[str], by: str, now_ms: int
) -> str:
    """The round stands where the step leads, and everybody's phone will hear of it.

    Raises: round-state, round-guard
    """
    state = state_after(row.state, step, holds)
    if state != row.state:
        save_online_in(tx, kinds, by, [OnlineWrite(row.id, "ballot_round", {"state": state})], now_ms)
    return state


def audited(tx: Transaction, by: str, event: str, row: RoundRow, now_ms: int, **detail: str | int) -> None:
    """What was done to the round is in the chain of decisions; never content."""
    add_audit(tx.connection, tx.township_id, by, event, {"round": row.id, **detail}, now_ms)
