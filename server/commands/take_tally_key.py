"""A scrutineer's phone hands in the public half of the tally key; the private half never leaves it before the end."""

from __future__ import annotations

from server.commands.ballot_records import find_round
from server.domain.ballot.manifest import tally_point
from server.domain.ballot.rounds import state_after
from server.domain.ballot.shapes import Malformed
from server.domain.problems import Problem
from server.store.audit import add_audit
from server.store.round_keys import load_tally_key, save_tally_key
from server.store.transaction import transaction


def take_tally_key(township_id: str, account: str, round_id: str, public: str, now_ms: int) -> bool:
    """The round's slips will be sealed to this key; whether it was there before. Until the issue another may follow.

    Raises: not-found, round-state, malformed-request
    """
    try:
        tally_point(public)
    except Malformed as error:
        raise Problem("malformed-request", str(error), [("/public", "is no point of P-256 in base64")]) from error
    with transaction(township_id) as tx:
        state_after(str(find_round(tx, round_id).fields["state"]), "take_tally_key")
        if load_tally_key(tx.connection, township_id, round_id) == (public, account):
            return True
        save_tally_key(tx.connection, township_id, round_id, public, account)
        add_audit(tx.connection, township_id, account, "tally-key-taken", {"round": round_id}, now_ms)
    return False
