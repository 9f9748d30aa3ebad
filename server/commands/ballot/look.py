"""What is read of a round from its opening on: board, reconciliation, result, bundle."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from server.commands.ballot.in_hand import evaluator_in, manifest_of, round_in
from server.commands.ballot.numbers import reckoned
from server.domain.ballot.board import Board, Entry
from server.domain.ballot.bundle import bundle
from server.domain.ballot.counted import result_view, rows_by_place
from server.domain.ballot.fingerprint import four_words
from server.domain.ballot.manifest import Manifest
from server.domain.ballot.reconciliation import Row
from server.domain.ballot.rounds import state_after
from server.domain.ballot.shapes import to_base64
from server.domain.ballot.slips import Slip
from server.domain.canonical import canonical
from server.domain.problems import Problem
from server.store.board import BoardRow, Book, load_board, load_book, load_results, load_signers
from server.store.database import reading
from server.store.digests import load_people
from server.store.reconciliation import load_late
from server.store.round_rows import RoundRow
from server.store.slips import load_box

Json = dict[str, Any]


def board_of(township_id: str, round_id: str, account: str | None) -> Json:
    """The whole board, so that nobody has to say which slips he looks for.

    Shape:  {board: [{subject, group, slip, key, link}], late: [{subject, group, hash}], head, words}; `account` of
            somebody who must be on the roll, None for a scrutineer
    Raises: not-found, not-on-roll, round-state
    """
    with reading() as connection:
        row = _row(connection, township_id, round_id, account, "read_board")
        book = _book(connection, township_id, round_id)
        board = load_board(connection, township_id, round_id)
        late = _late(manifest_of(row, "read_board"), connection, township_id, round_id, book)
    head = str(book.head)
    return {
        "board": [_entry(one) for one in board],
        "late": late,
        "head": head,
        "words": four_words(bytes.fromhex(head)),
    }


def reconciliation_of(township_id: str, round_id: str, account: str, signed_only: bool = False) -> Json:
    """The numbers place by place, as they are now or as they were signed.

    Shape:  {state, rows, broken: [{subject, group, what}], paper_agrees, signed: {reconciliation, tally}, signers: {the
            same: [{name, mine}]}}; `signed_only` for those who read it once it is signed
    Raises: not-found, round-state
    """
    with reading() as connection:
        row = round_in(connection, township_id, round_id)
        if signed_only:
            state_after(row.state, "read_reconciliation")
        manifest = manifest_of(row, "reconcile")
        book = _book(connection, township_id, round_id)
        found = None if book.counts else reckoned(connection, township_id, row, manifest)
        signed = {what: load_signers(connection, township_id, round_id, what) for what in ("reconciliation", "tally")}
        names = load_people(connection, township_id)
    return {
        "state": row.state,
        "rows": book.counts["rows"] if found is None else found.rows_json(),
        "broken": [] if found is None else list(found.broken),
        "paper_agrees": found is None or found.paper_agrees,
        "signed": {what: len(by) for what, by in signed.items()},
        "signers": {
            what: [{"name": names.get(one, ""), "mine": one == account} for one in by] for what, by in signed.items()
        },
    }


def result_of(township_id: str, round_id: str, account: str | None) -> Json:
    """The one publication of the round, with the grades suggested and decided.

    Shape:  `account` of an evaluator, who sees it from `published` on; None for the office, from `counted` on
    Laws:   L12
    Raises: not-found, not-on-roll, round-state
    """
    with reading() as connection:
        row = _row(connection, township_id, round_id, account, "read_result" if account is None else "read_published")
        book = _book(connection, township_id, round_id)
        decided = load_results(connection, township_id, round_id)
    view = result_view(manifest_of(row, "read_result"), rows_by_place(book.counts["certified"]), book.marks or {})
    for subject in view["subjects"]:
        result = decided[subject["id"]]
        subject |= {"decided": result.decided, "reason": result.reason, "minute_ref": result.minute_ref}
    return {"state": row.state, **view}


def bundle_of(township_id: str, round_id: str, account: str | None) -> str:
    """bundle.json of a certified round, the same bytes whenever it is asked for.

    Laws:   L12 no issuance is looked at; L13
    Raises: not-found, not-on-roll, round-state
    Source: docs/ballot.md 7
    """
    with reading() as connection:
        row = _row(connection, township_id, round_id, account, "read_bundle")
        book = _book(connection, township_id, round_id)
        board = load_board(connection, township_id, round_id)
        late = load_box(connection, township_id, round_id, late=True)
    manifest, kept = manifest_of(row, "read_bundle"), book.counts
    signed = {one["hash"] for one in kept["late"]}
    slips = [slip for slip in (Slip(place, body) for place, body in late) if slip.hash.hex() in signed]
    marks = {subject: (daily, secretary) for subject, (daily, secretary) in dict(book.marks or {}).items()}
    rows = {(one["subject"], one["group"]): _numbers(one) for one in kept["rows"]}
    whole = _board(board, str(book.head))
    return canonical(bundle(manifest, whole, slips, rows_by_place(kept["paper"]), rows, _weighing(manifest, marks)))


def _row(connection: Connection, township_id: str, round_id: str, account: str | None, step: str) -> RoundRow:
    row = round_in(connection, township_id, round_id)
    if account is not None:
        evaluator_in(connection, township_id, row.meeting, account)
    state_after(row.state, step)
    return row


def _book(connection: Connection, township_id: str, round_id: str) -> Book:
    book = load_book(connection, township_id, round_id)
    if book is None:
        raise Problem("not-found", "there is no such round")
    return book


def _late(manifest: Manifest, connection: Connection, township_id: str, round_id: str, book: Book) -> list[Json]:
    """Those that were signed for, else those that are there now, in the order of the sheet."""
    if book.counts:
        return list(book.counts["late"])
    order = {place: at for at, place in enumerate(manifest.places())}
    late = load_late(connection, township_id, round_id)
    return sorted(late, key=lambda slip: (order[slip["subject"], slip["group"]], slip["hash"]))


def _entry(row: BoardRow) -> Json:
    return {
        "subject": row.subject,
        "group": row.group,
        "slip": to_base64(row.slip),
        "key": row.key,
        "link": row.link,
    }


def _board(rows: list[BoardRow], head: str) -> Board:
    entries = tuple(
        Entry(Slip((row.subject, row.group), row.slip), bytes.fromhex(row.key), row.outcome) for row in rows
    )
    return Board(entries, tuple(bytes.fromhex(row.link) for row in rows), bytes.fromhex(head))


def _numbers(kept: Json) -> Row:
    return Row(**{name: number for name, number in kept.items() if name not in ("subject", "group")})


def _weighing(manifest: Manifest, marks: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Marks stand in the bundle where they weigh."""
    return {} if manifest.profile.weights["ballot"] == 100 else marks
