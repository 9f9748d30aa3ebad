"""An evaluator hands in: his whole sheet is signed blindly, once, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from server.commands.ballot.in_hand import evaluator_in, in_time, manifest_of, round_in
from server.commands.ballot.signing_keys import signers_of
from server.commands.ballot.windows import note_full
from server.domain.ballot.manifest import Manifest
from server.domain.ballot.roll import RollRow
from server.domain.ballot.rounds import state_after
from server.domain.ballot.shapes import Malformed
from server.domain.ballot.windows import window_of
from server.domain.problems import Problem
from server.store.database import glancing
from server.store.issuances import Issued, insert_issued, load_issued
from server.store.posting_windows import load_full
from server.store.transaction import transaction


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the phone gets. Shape: `signatures` by subject in the order asked; `window` of his group."""

    signatures: Mapping[str, bytes]
    window: int


def issue_sheet(
    township_id: str, account: str, round_id: str, asked: Sequence[tuple[str, bytes]], now_ms: int
) -> Sheet:
    """The sheet is issued to this evaluator; the same bytes get the same answer, others none.

    Shape:  `asked` subject and blinded message for every subject but his recusals. Signed before the turn begins, and
            answered only if it ends well
    Laws:   L12 what is kept is that he handed in, not what and not when
    Raises: not-found, not-on-roll, round-state, round-guard, round-delegated, sheet-rows, already-issued,
            other-channel, malformed-request
    """
    with glancing() as connection:
        row = round_in(connection, township_id, round_id, "sign_blind")
        evaluator = evaluator_in(connection, township_id, row.meeting, account)
    state_after(row.state, "sign_blind", in_time(row, now_ms))
    _check_rows(manifest_of(row, "sign_blind"), evaluator, [subject for subject, _ in asked])
    hashes = {subject: sha256(blinded).hexdigest() for subject, blinded in asked}
    signed = _signed(township_id, round_id, evaluator.group, asked)
    return Sheet(signed, _note(township_id, round_id, evaluator, hashes, now_ms))


def _note(township_id: str, round_id: str, evaluator: RollRow, hashes: Mapping[str, str], now_ms: int) -> int:
    """The issuance is kept; whoever was quicker with the same bytes is answered the same. His window.

    Shape:  `evaluator` as he was read before the turn: no roll changes while its round is open
    """
    with transaction(township_id) as tx:
        row = round_in(tx.connection, township_id, round_id, "sign_blind")
        state_after(row.state, "sign_blind", in_time(row, now_ms))
        held = load_issued(tx.connection, township_id, round_id, evaluator.id)
        if held:
            _check_same(held, hashes)
            return held[0].window or 1
        full = load_full(tx.connection, township_id, round_id)
        window = window_of(full.get(evaluator.group, 0))
        issued = [Issued(subject, "e", digest, None, window) for subject, digest in hashes.items()]
        insert_issued(tx.connection, township_id, round_id, evaluator.id, issued)
        note_full(tx.connection, township_id, row, evaluator.group, manifest_of(row, "sign_blind"), full)
        return window


def _check_rows(manifest: Manifest, evaluator: RollRow, subjects: list[str]) -> None:
    """Every subject once, but none from which he is recused."""
    listed = [subject for subject, _ in manifest.subjects]
    errors = []
    for at, subject in enumerate(subjects):
        if subject not in listed:
            errors.append((f"/sheet/{at}", "is no subject of this round"))
        elif subject in evaluator.recusals:
            errors.append((f"/sheet/{at}", "is a subject this evaluator is recused from"))
        elif subject in subjects[:at]:
            errors.append((f"/sheet/{at}", "stands there twice"))
    missing = set(listed) - set(evaluator.recusals) - set(subjects)
    if missing:
        errors.append(("/sheet", f"{len(missing)} subjects are missing"))
    if errors:
        raise Problem("sheet-rows", "the sheet has other rows than this evaluator may grade", errors[:20])


def _check_same(held: Sequence[Issued], hashes: Mapping[str, str]) -> None:
    if any(one.channel == "p" for one in held):
        raise Problem("other-channel", "this evaluator holds a paper form")
    if held and {one.subject: one.hash for one in held} != dict(hashes):
        raise Problem("already-issued", "this evaluator has handed in before, with other bytes")


def _signed(township_id: str, round_id: str, group: str, asked: Sequence[tuple[str, bytes]]) -> dict[str, bytes]:
    signers = signers_of(township_id, round_id)
    signed = {}
    for at, (subject, blinded) in enumerate(asked):
        try:
            signed[subject] = signers[subject, group].blind_sign(blinded)
        except Malformed as error:
            raise Problem("malformed-request", str(error), [(f"/sheet/{at}/blinded", str(error))]) from error
    return signed
