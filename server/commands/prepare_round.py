"""A round is prepared: its record, and a signing key of its own for each subject and group."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric import rsa

from server.commands.ballot_records import find_meeting, live_round
from server.commands.save_online import save_online_in
from server.domain.ballot.manifest import RSA_BYTES, Place
from server.domain.ballot.preparing import MOST_PLACES, appraised, places_of
from server.domain.ballot.shapes import to_base64
from server.domain.ballot.signer import E
from server.domain.judging.verdicts import OnlineWrite
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.domain.records import Json, Record
from server.store.audit import add_audit
from server.store.records import load_kind
from server.store.roll import load_roll
from server.store.round_keys import KeyParts, insert_keys, open_book
from server.store.transaction import Transaction, transaction


def prepare_round(
    kinds: Kinds, township_id: str, account: str, meeting_id: str, title: str, deadline_ms: int, now_ms: int
) -> Record:
    """The meeting has one more round under the next number; its keys were made while nobody waited for the township.

    Raises: not-found, malformed-request (deadline), round-guard (no-live-round, roll, subjects)
    """
    if deadline_ms <= now_ms:
        raise Problem("malformed-request", "the deadline is over", [("/deadline_ms", "lies behind us")])
    with transaction(township_id) as tx:
        _next_no(tx, meeting_id)
        places = _places(tx, meeting_id)
    keys = make_keys(places)
    round_id = str(uuid.uuid4())
    with transaction(township_id) as tx:
        no = _next_no(tx, meeting_id)
        fields: dict[str, Json] = {"meeting_id": meeting_id, "no": no, "title": title, "deadline_ms": deadline_ms}
        write = OnlineWrite(round_id, "ballot_round", {**fields, "state": "prepared"})
        save_online_in(tx, kinds, account, [write], now_ms)
        insert_keys(tx.connection, township_id, round_id, keys)
        open_book(tx.connection, township_id, round_id)
        detail = {"meeting": meeting_id, "round": round_id, "no": no, "keys": len(keys)}
        add_audit(tx.connection, township_id, account, "round-prepared", detail, now_ms)
        return tx.load_records([round_id])[round_id]


def make_keys(places: Sequence[Place]) -> dict[Place, KeyParts]:
    """A fresh RSA key for each place; slow, and therefore outside every transaction."""
    return {place: _key() for place in places}


def _key() -> KeyParts:
    numbers = rsa.generate_private_key(E, RSA_BYTES * 8).private_numbers()
    n = numbers.public_numbers.n.to_bytes(RSA_BYTES, "big")
    return KeyParts(to_base64(n), numbers.p, numbers.q)


def _next_no(tx: Transaction, meeting_id: str) -> int:
    _meeting, rounds = find_meeting(tx, meeting_id)
    if live_round(rounds) is not None:
        raise Problem("round-guard", "the meeting has a round that is not void", guard="no-live-round")
    return max((int(one.fields["no"]) for one in rounds), default=0) + 1


def _places(tx: Transaction, meeting_id: str) -> list[Place]:
    meeting, _rounds = find_meeting(tx, meeting_id)
    subjects = appraised(load_kind(tx.connection, tx.township_id, "subject"), str(meeting.fields["cycle_id"]))
    places = places_of(subjects, load_roll(tx.connection, tx.township_id, meeting_id))
    if not subjects or len(places) > MOST_PLACES:
        said = f"there are {len(subjects)} graded subjects in {len(places)} places, of at most {MOST_PLACES}"
        raise Problem("round-guard", said, guard="subjects")
    if not places:
        raise Problem("round-guard", "nobody stands on the roll", guard="roll")
    return places
