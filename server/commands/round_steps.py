"""A round goes on: issued, opened for voting, closed, or void. Every step is in the audit chain."""

from __future__ import annotations

from server.commands.ballot_records import find_meeting, find_round, save_round
from server.commands.save_online import save_online_in
from server.domain.ballot.fingerprint import four_words
from server.domain.ballot.manifest import manifest_hash, read_manifest
from server.domain.ballot.preparing import appraised, manifest_of, name_of, places_of
from server.domain.ballot.roll import RollRow, has_quorum, small_places
from server.domain.ballot.rounds import refuse_delegated, state_after
from server.domain.canonical import canonical
from server.domain.judging.verdicts import OnlineWrite
from server.domain.kinds import Kinds
from server.domain.records import Record
from server.store.records import load_kind
from server.store.roll import load_roll
from server.store.round_keys import destroy_keys, load_moduli, load_tally_key
from server.store.transaction import Transaction, transaction


def issue_round(kinds: Kinds, township_id: str, account: str, round_id: str, now_ms: int) -> Record:
    """Roll and sheet are frozen: everybody has the manifest, and its four words.

    Raises: not-found, round-state, round-guard (tally-key, groups-of-five, same-roll, before-deadline)
    """
    with transaction(township_id) as tx:
        record, rows = _round_and_roll(tx, round_id)
        subjects = appraised(load_kind(tx.connection, township_id, "subject"), _cycle(tx, record))
        moduli = load_moduli(tx.connection, township_id, round_id)
        tally_key = load_tally_key(tx.connection, township_id, round_id)
        small = small_places(rows, [subject.id for subject in subjects])
        holds = {
            "tally-key": tally_key is not None,
            "groups-of-five": bool(rows) and not small,
            "same-roll": set(moduli) == set(places_of(subjects, rows)),
            "before-deadline": now_ms < int(record.fields["deadline_ms"]),
        }
        told = {"groups-of-five": {"places": _named(small)}}
        state = state_after(str(record.fields["state"]), "issue", _true(holds), told)
        people = {one.id: one for one in load_kind(tx.connection, township_id, "person")}
        named = [(subject.id, name_of(subject, people)) for subject in subjects]
        raw = manifest_of(record, tally_key[0] if tally_key else "", named, rows, moduli)
        read_manifest(raw)  # what a phone would refuse is not issued
        fields = {"state": state, "manifest": canonical(raw), "words": four_words(manifest_hash(raw))}
        return save_round(tx, kinds, account, round_id, fields, "round-issued", now_ms)


def open_round(kinds: Kinds, township_id: str, account: str, round_id: str, now_ms: int) -> Record:
    """Two thirds are in the hall: whoever is on the roll may hand in.

    Raises: not-found, round-state, round-delegated, round-guard (quorum, before-deadline)
    """
    with transaction(township_id) as tx:
        record, rows = _round_and_roll(tx, round_id)
        refuse_delegated(record.fields.get("delegated"), "open")
        holds = {"quorum": has_quorum(rows), "before-deadline": now_ms < int(record.fields["deadline_ms"])}
        state = state_after(str(record.fields["state"]), "open", _true(holds))
        begun = OnlineWrite(str(record.fields["meeting_id"]), "meeting", {"state": "open"})
        save_online_in(tx, kinds, account, [begun], now_ms)
        return save_round(tx, kinds, account, round_id, {"state": state}, "round-opened", now_ms)


def close_round(kinds: Kinds, township_id: str, account: str, round_id: str, now_ms: int) -> Record:
    """The host has closed the ballot; phones still bring what is filled in, until the deadline.

    Raises: not-found, round-state, round-delegated
    """
    with transaction(township_id) as tx:
        state = _stepped(find_round(tx, round_id), "close")
        return save_round(tx, kinds, account, round_id, {"state": state}, "round-closed", now_ms)


def void_round(kinds: Kinds, township_id: str, account: str, round_id: str, reason: str, now_ms: int) -> Record:
    """Nothing of this round counts, its signing keys are gone, and the meeting may have another.

    Raises: not-found, round-state, round-delegated
    """
    with transaction(township_id) as tx:
        state = _stepped(find_round(tx, round_id), "void")
        destroy_keys(tx.connection, township_id, round_id)
        fields = {"state": state, "void_reason": reason}
        return save_round(tx, kinds, account, round_id, fields, "round-voided", now_ms)


def _stepped(record: Record, step: str) -> str:
    refuse_delegated(record.fields.get("delegated"), step)
    return state_after(str(record.fields["state"]), step)


def _round_and_roll(tx: Transaction, round_id: str) -> tuple[Record, list[RollRow]]:
    record = find_round(tx, round_id)
    return record, load_roll(tx.connection, tx.township_id, str(record.fields["meeting_id"]))


def _cycle(tx: Transaction, record: Record) -> str:
    meeting, _rounds = find_meeting(tx, str(record.fields["meeting_id"]))
    return str(meeting.fields["cycle_id"])


def _named(small: list[tuple[str, str, int]]) -> list[dict[str, str | int]]:
    return [{"subject": subject, "group": group, "entitled": number} for subject, group, number in small]


def _true(holds: dict[str, bool]) -> set[str]:
    return {guard for guard, held in holds.items() if held}
