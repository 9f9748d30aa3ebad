"""What weighs beside the ballots, and the count: what the rules make of slips, paper and marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection

from server.commands.ballot.in_hand import audited, manifest_of, round_in, stepped
from server.domain.ballot.counted import marks_of, rows_by_place
from server.domain.ballot.manifest import Manifest
from server.domain.ballot.publication import publication
from server.domain.ballot.rounds import state_after
from server.domain.ballot.shapes import Malformed
from server.domain.ballot.tally import Counts, counted, read_mark, results, together
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.store.board import ResultRow, load_board, load_book, save_counts, save_marks, save_results
from server.store.database import reading
from server.store.transaction import transaction

Mark = tuple[str, str, str]
"""Subject, daily mark, secretary's mark, as texts."""


def enter_marks(township_id: str, account: str, round_id: str, marks: Sequence[Mark], now_ms: int) -> None:
    """These subjects have these marks; the others keep theirs.

    Raises: not-found, round-state, malformed-request
    """
    with transaction(township_id) as tx:
        row = round_in(tx.connection, township_id, round_id)
        state_after(row.state, "enter_marks")
        _check(manifest_of(row, "enter_marks"), marks)
        book = load_book(tx.connection, township_id, round_id)
        before = dict(book.marks or {}) if book else {}
        after = before | {subject: [daily, secretary] for subject, daily, secretary in marks}
        save_marks(tx.connection, township_id, round_id, after)
        audited(tx, account, "marks-entered", row, now_ms, subjects=len(marks))


def marks_of_round(township_id: str, round_id: str) -> dict[str, Any]:
    """The marks as they were entered.

    Shape:  {state, weighs, complete, marks: [{subject, daily, secretary}]}; `weighs`: the round's profile needs them
    Raises: not-found, round-state
    """
    with reading() as connection:
        row = round_in(connection, township_id, round_id)
        manifest = manifest_of(row, "enter_marks")
        book = load_book(connection, township_id, round_id)
    kept = dict(book.marks or {}) if book else {}
    return {
        "state": row.state,
        "weighs": manifest.profile.weights["ballot"] < 100,
        "complete": _complete(manifest, kept),
        "marks": [
            {"subject": subject, "daily": kept[subject][0], "secretary": kept[subject][1]}
            for subject, _name in manifest.subjects
            if subject in kept
        ],
    }


def count_round(kinds: Kinds, township_id: str, account: str, round_id: str, now_ms: int) -> str:
    """Slips and paper are counted once, and each subject has the grade that the rules suggest; the round's state.

    Laws:   L12 no issuance is looked at; L13
    Raises: not-found, round-state, round-guard (marks-complete)
    """
    with transaction(township_id) as tx:
        standing = round_in(tx.connection, township_id, round_id)
        manifest = manifest_of(standing, "count")
        book = load_book(tx.connection, township_id, round_id)
        marks = dict(book.marks or {}) if book else {}
        holds = {"marks-complete"} if _complete(manifest, marks) else set()
        state = stepped(tx, kinds, standing, "count", holds, account, now_ms)
        kept: dict[str, Any] = dict(book.counts) if book else {}
        board = load_board(tx.connection, township_id, round_id)
        slips = counted(manifest, (((entry.subject, entry.group), entry.outcome) for entry in board))
        tally = together(slips, rows_by_place(kept["paper"]))
        kept["certified"] = [
            {"subject": place[0], "group": place[1], **asdict(counts)} for place, counts in tally.items()
        ]
        save_counts(tx.connection, township_id, round_id, kept)
        _suggest(tx.connection, township_id, round_id, manifest, tally, marks)
        audited(tx, account, "round-counted", standing, now_ms)
    return state


def _suggest(
    connection: Connection,
    township_id: str,
    round_id: str,
    manifest: Manifest,
    tally: Mapping[tuple[str, str], Counts],
    marks: Mapping[str, Sequence[str]],
) -> None:
    """What a few rows suggest is not kept: whoever decided could hear it and know them (L12)."""
    found, shown = results(manifest.profile, tally, marks_of(marks)), publication(tally).subjects
    rows = {one: ResultRow(got.suggested if shown[one].total else None) for one, got in found.items()}
    save_results(connection, township_id, round_id, rows)


def _complete(manifest: Manifest, marks: Mapping[str, Any]) -> bool:
    """Every subject has marks, where they weigh."""
    return manifest.profile.weights["ballot"] == 100 or set(marks) == {one for one, _ in manifest.subjects}


def _check(manifest: Manifest, marks: Sequence[Mark]) -> None:
    subjects = [subject for subject, _ in manifest.subjects]
    named = [subject for subject, _, _ in marks]
    errors = []
    for at, (subject, *texts) in enumerate(marks):
        if subject not in subjects or subject in named[:at]:
            errors.append((f"/marks/{at}/subject", "is no subject of this round, or stands there twice"))
        for name, text in zip(("daily", "secretary"), texts, strict=True):
            try:
                read_mark(text, where=name)
            except Malformed as error:
                errors.append((f"/marks/{at}/{name}", str(error)))
    if errors:
        raise Problem("malformed-request", "the marks do not fit the round", errors[:20])
