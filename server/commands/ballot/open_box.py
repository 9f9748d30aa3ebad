"""The scrutineer releases the tally key: the box is opened once, and nobody can ever sign for this round again."""

from __future__ import annotations

from dataclasses import dataclass

from server.commands.ballot.in_hand import audited, in_time, manifest_of, round_in, stepped
from server.commands.ballot.signing_keys import forget_signers
from server.domain.ballot.board import open_box as opened
from server.domain.ballot.fingerprint import four_words
from server.domain.ballot.opening import public_point, tally_key
from server.domain.ballot.rounds import state_after
from server.domain.ballot.shapes import Malformed
from server.domain.ballot.slips import Slip
from server.domain.kinds import Kinds
from server.store.board import save_board, save_head
from server.store.round_keys import destroy_keys
from server.store.round_rows import hold_box
from server.store.slips import load_box
from server.store.transaction import transaction


@dataclass(frozen=True, slots=True)
class Opened:
    """What is read aloud. Shape: `head` hex"""

    head: str
    words: str


def open_box(kinds: Kinds, township_id: str, account: str, round_id: str, private: bytes, now_ms: int) -> Opened:
    """Every slip that came in time stands opened on the board; late ones stay sealed, and the key is not kept.

    Laws:   L12, L13
    Raises: not-found, round-state, round-guard (after-deadline, key-fits)
    """
    with transaction(township_id) as tx:
        row = round_in(tx.connection, township_id, round_id)
        manifest = manifest_of(row, "release_key")
        try:
            key = tally_key(private)
            fits = public_point(key) == manifest.tally_key
        except Malformed:
            fits = False
        holds = in_time(row, now_ms) | ({"key-fits"} if fits else set())
        state_after(row.state, "release_key", holds)
        hold_box(tx.connection, township_id, round_id, opens=True)
        box = [Slip(place, body) for place, body in load_box(tx.connection, township_id, round_id, late=False)]
        board = opened(manifest, box, key)
        save_board(tx.connection, township_id, round_id, board)
        save_head(tx.connection, township_id, round_id, board.head.hex())
        destroy_keys(tx.connection, township_id, round_id)
        stepped(tx, kinds, row, "release_key", holds, account, now_ms)
        audited(tx, account, "box-opened", row, now_ms, slips=len(board.entries))
    forget_signers()
    return Opened(board.head.hex(), four_words(board.head))
