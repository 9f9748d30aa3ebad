"""After the count: the committee decides each grade, and the result is published."""

from __future__ import annotations

from dataclasses import dataclass

from server.commands.ballot.in_hand import audited, round_in, stepped
from server.domain.ballot.rounds import state_after
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.store.board import ResultRow, load_results, save_results
from server.store.transaction import transaction


@dataclass(frozen=True, slots=True)
class Decision:
    """What the committee decided. Shape: `reason`, `minute_ref` needed where it is not the suggested grade"""

    decided: str
    reason: str
    minute_ref: str


def decide_result(
    township_id: str, account: str, round_id: str, subject: str, decision: Decision, now_ms: int
) -> ResultRow:
    """The subject's grade is decided; the suggested one stays beside it.

    Raises: not-found, round-state, malformed-request
    Source: DOMAIN.md 14.3 (6)
    """
    with transaction(township_id) as tx:
        row = round_in(tx.connection, township_id, round_id)
        state_after(row.state, "decide")
        before = load_results(tx.connection, township_id, round_id).get(subject)
        if before is None:
            raise Problem("not-found", "this round has no such subject")
        if decision.decided != before.suggested:
            _check_founded(decision)
        after = ResultRow(before.suggested, decision.decided, decision.reason or None, decision.minute_ref or None)
        save_results(tx.connection, township_id, round_id, {subject: after})
        audited(tx, account, "result-decided", row, now_ms, subject=subject, decided=decision.decided)
    return after


def publish_round(kinds: Kinds, township_id: str, account: str, round_id: str, now_ms: int) -> str:
    """Everybody on the roll sees the result; the round's state.

    Raises: not-found, round-state
    """
    with transaction(township_id) as tx:
        row = round_in(tx.connection, township_id, round_id)
        state = stepped(tx, kinds, row, "publish", (), account, now_ms)
        audited(tx, account, "round-published", row, now_ms)
    return state


def _check_founded(decision: Decision) -> None:
    given = {"reason": decision.reason, "minute_ref": decision.minute_ref}
    errors = [
        (f"/{name}", "is needed where the grade is not the suggested one") for name in given if not given[name].strip()
    ]
    if errors:
        raise Problem("malformed-request", "another grade than the suggested one needs reason and minutes", errors)
