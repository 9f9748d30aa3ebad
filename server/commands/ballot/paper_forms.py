"""Numbered paper forms: given to those who hand in no sheet, replaced when spoiled, collected."""

from __future__ import annotations

from collections.abc import Sequence

from server.commands.ballot.in_hand import audited, in_time, manifest_of, round_in
from server.domain.ballot.roll import RollRow
from server.domain.ballot.rounds import state_after
from server.domain.problems import Problem
from server.store.board import unsign
from server.store.issuances import Issued, insert_issued, load_issued, replace_form
from server.store.paper import group_of_form, insert_form, load_forms, mark_forms
from server.store.roll import load_roll
from server.store.transaction import Transaction, transaction


def give_form(township_id: str, by: str, round_id: str, roll_id: str, form_no: int, now_ms: int) -> None:
    """The evaluator holds this form and can hand in no sheet; the same form again changes nothing.

    Raises: not-found, round-state, round-guard, round-delegated, other-channel, form-number
    """
    with transaction(township_id) as tx:
        row = round_in(tx.connection, township_id, round_id, "give_form")
        state_after(row.state, "give_form", in_time(row, now_ms))
        evaluator = _on_roll(tx, row.meeting, roll_id)
        held = load_issued(tx.connection, township_id, round_id, roll_id)
        if held and held[0].form_no == form_no:
            return
        if held:
            raise Problem("other-channel", "this evaluator has handed in a sheet, or holds another form")
        _check_fresh(load_forms(tx.connection, township_id, round_id), form_no)
        subjects = [subject for subject, _ in manifest_of(row, "give_form").subjects]
        own = [Issued(one, "p", None, form_no, None) for one in subjects if one not in evaluator.recusals]
        insert_form(tx.connection, township_id, round_id, form_no, evaluator.group)
        insert_issued(tx.connection, township_id, round_id, roll_id, own)
        audited(tx, by, "form-given", row, now_ms, form=form_no)


def replace_spoiled(township_id: str, by: str, round_id: str, spoiled: int, form_no: int, now_ms: int) -> None:
    """Whoever spoiled a form holds another; he counts once as issued.

    Raises: not-found, round-state, round-guard, round-delegated, form-number
    """
    with transaction(township_id) as tx:
        row = round_in(tx.connection, township_id, round_id, "give_form")
        state_after(row.state, "give_form", in_time(row, now_ms))
        forms = load_forms(tx.connection, township_id, round_id)
        if forms.get(spoiled) != "issued":
            raise Problem("form-number", "this form is with nobody", [("/form", "is not given out")])
        _check_fresh(forms, form_no)
        group = group_of_form(tx.connection, township_id, round_id, spoiled) or ""
        insert_form(tx.connection, township_id, round_id, form_no, group)
        replace_form(tx.connection, township_id, round_id, spoiled, form_no)
        mark_forms(tx.connection, township_id, round_id, [spoiled], "spoiled")
        audited(tx, by, "form-spoiled", row, now_ms, form=spoiled, replaced_by=form_no)


def collect_forms(township_id: str, by: str, round_id: str, numbers: Sequence[int], now_ms: int) -> int:
    """These forms came back; a number that was not given out is refused with all the others. How many came back so far.

    Raises: not-found, round-state, round-delegated, form-number
    """
    with transaction(township_id) as tx:
        row = round_in(tx.connection, township_id, round_id, "collect_forms")
        state_after(row.state, "collect_forms")
        forms = load_forms(tx.connection, township_id, round_id)
        errors = [
            (f"/numbers/{at}", "is not given out" if number not in forms else "is spoiled")
            for at, number in enumerate(numbers)
            if forms.get(number) not in ("issued", "collected")
        ]
        if errors:
            raise Problem("form-number", "these are no forms that can come back", errors[:20])
        mark_forms(tx.connection, township_id, round_id, set(numbers), "collected")
        unsign(tx.connection, township_id, round_id, "reconciliation")
        audited(tx, by, "forms-collected", row, now_ms, forms=len(set(numbers)))
        return len({number for number, state in forms.items() if state == "collected"} | set(numbers))


def take_back_forms(township_id: str, by: str, round_id: str, numbers: Sequence[int], now_ms: int) -> int:
    """These forms were noted as back by mistake and are with their holders again. How many came back so far.

    Raises: not-found, round-state, form-number
    """
    with transaction(township_id) as tx:
        row = round_in(tx.connection, township_id, round_id)
        state_after(row.state, "collect_forms")
        forms = load_forms(tx.connection, township_id, round_id)
        errors = [
            (f"/numbers/{at}", "is not among those that came back")
            for at, number in enumerate(numbers)
            if forms.get(number) != "collected"
        ]
        if errors:
            raise Problem("form-number", "these forms did not come back", errors[:20])
        mark_forms(tx.connection, township_id, round_id, set(numbers), "issued")
        unsign(tx.connection, township_id, round_id, "reconciliation")
        audited(tx, by, "forms-not-collected", row, now_ms, forms=len(set(numbers)))
        return len({number for number, state in forms.items() if state == "collected"} - set(numbers))


def _on_roll(tx: Transaction, meeting_id: str, roll_id: str) -> RollRow:
    roll = load_roll(tx.connection, tx.township_id, meeting_id)
    found = next((row for row in roll if row.id == roll_id), None)
    if found is None:
        raise Problem("not-found", "there is no such row on the roll")
    return found


def _check_fresh(forms: dict[int, str], form_no: int) -> None:
    if form_no in forms:
        raise Problem("form-number", "this form was given out before", [("/form_no", "was given out before")])
