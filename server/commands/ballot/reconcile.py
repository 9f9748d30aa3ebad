"""Before anything is counted: two scrutineers sign that what came back fits what was issued."""

from __future__ import annotations

from typing import Any

from server.commands.ballot.in_hand import audited, manifest_of, round_in, stepped
from server.commands.ballot.numbers import Reckoning, reckoned
from server.domain.ballot.rounds import state_after
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.store.board import add_signature, load_book, load_signers, save_counts
from server.store.round_rows import RoundRow
from server.store.transaction import Transaction, transaction

NEEDED = 2


def sign(kinds: Kinds, township_id: str, account: str, round_id: str, what: str, now_ms: int) -> tuple[str, int]:
    """The scrutineer has signed the reconciliation or the tally; the second signature moves the round on.

    Shape:  the state, and how many have signed; signing twice is signing once. The first signature under a
            reconciliation keeps its numbers as they are
    Raises: not-found, round-state, round-guard
    """
    with transaction(township_id) as tx:
        row = round_in(tx.connection, township_id, round_id)
        if what == "reconciliation":
            _keep_numbers(tx, row)
        else:
            state_after(row.state, "sign_tally")
        add_signature(tx.connection, township_id, round_id, what, account)
        signers = load_signers(tx.connection, township_id, round_id, what)
        audited(tx, account, f"{what}-signed", row, now_ms, signatures=len(signers))
        if len(signers) < NEEDED:
            return row.state, len(signers)
        step = "reconcile" if what == "reconciliation" else "certify"
        holds = {"paper-agrees", "numbers-agree", "two-signatures"}
        return stepped(tx, kinds, row, step, holds, account, now_ms), len(signers)


def _keep_numbers(tx: Transaction, row: RoundRow) -> None:
    """What is signed is what was agreed at the first signature; a late slip that comes after it changes nothing."""
    state_after(row.state, "sign_reconciliation", {"paper-agrees", "numbers-agree"})
    book = load_book(tx.connection, tx.township_id, row.id)
    if book is not None and book.counts:
        return
    found = reckoned(tx.connection, tx.township_id, row, manifest_of(row, "sign_reconciliation"))
    if not found.paper_agrees:
        raise Problem("round-guard", "the clerks' entries differ", guard="paper-agrees", step="sign_reconciliation")
    if found.broken:
        raise Problem(
            "round-guard", "the numbers do not agree", guard="numbers-agree", step="sign_reconciliation",
            broken=list(found.broken),
        )  # fmt: skip
    save_counts(tx.connection, tx.township_id, row.id, kept(found))


def kept(found: Reckoning) -> dict[str, Any]:
    """What the scrutineers sign, as the round's book keeps it."""
    return {"rows": found.rows_json(), "paper": found.paper_json(), "late": list(found.late)}
