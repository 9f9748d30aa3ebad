"""Meetings and rounds as a command finds and writes them: their records, inside its transaction."""

from __future__ import annotations

from collections.abc import Mapping

from server.commands.judging import township_of
from server.commands.save_online import save_online_in
from server.domain.ballot.preparing import NO_VOTE
from server.domain.ballot.roll import RollRow, Voter
from server.domain.ballot.rounds import FROZEN
from server.domain.ids import derived_id
from server.domain.judging.verdicts import OnlineWrite
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.domain.records import Json, Record
from server.domain.roles import ROLES
from server.store.audit import add_audit
from server.store.people import load_account_rows, load_assignments
from server.store.records import load_kind
from server.store.transaction import Transaction


def find_meeting(tx: Transaction, meeting_id: str) -> tuple[Record, list[Record]]:
    """The meeting and its rounds by number.

    Raises: not-found
    """
    family = tx.load_records([meeting_id])
    meeting = _of_kind(family, meeting_id, "meeting")
    rounds = [record for record in family.values() if record.kind == "ballot_round" and not record.deleted]
    return meeting, sorted(rounds, key=lambda one: int(one.fields["no"]))


def find_round(tx: Transaction, round_id: str) -> Record:
    """The round.

    Raises: not-found
    """
    return _of_kind(tx.load_records([round_id]), round_id, "ballot_round")


def save_round(
    tx: Transaction, kinds: Kinds, account: str, round_id: str, fields: Mapping[str, Json], event: str, now_ms: int
) -> Record:
    """The round's record says so for everybody, and the audit chain that it does; the record as it stands."""
    save_online_in(tx, kinds, account, [OnlineWrite(round_id, "ballot_round", fields)], now_ms)
    add_audit(tx.connection, tx.township_id, account, event, {"round": round_id}, now_ms)
    return find_round(tx, round_id)


def live_round(rounds: list[Record]) -> Record | None:
    """The round of the meeting that is not void: there is at most one."""
    return next((one for one in rounds if one.fields.get("state") != "void"), None)


def refuse_frozen(rounds: list[Record]) -> None:
    """The roll may still change.

    Raises: roll-frozen
    """
    if any(one.fields.get("state") in FROZEN for one in rounds):
        raise Problem("roll-frozen", "a round has been issued to this roll")


def entry_write(meeting_id: str, row: RollRow) -> OnlineWrite:
    """A person's own copy of his row; only for rows with an account."""
    fields: dict[str, Json] = {
        "meeting_id": meeting_id,
        "group": row.group,
        "recusals": list(row.recusals),
        "status": row.status,
    }
    return OnlineWrite(entry_id(row), "roll_entry", fields, author=row.account, deleted=False)


def entry_id(row: RollRow) -> str:
    """The record of a row and an account: another account gets another record."""
    return derived_id("roll_entry", row.id, row.account or "")


def voters_of(tx: Transaction, now_ms: int) -> dict[str, Voter]:
    """Every account of the township as a roll sees it."""
    homes = {one.id: one.fields.get("village_id") for one in load_kind(tx.connection, tx.township_id, "person")}
    held = [
        one
        for one in load_assignments(tx.connection, tx.township_id)
        if one.from_ms <= now_ms and (one.to_ms is None or now_ms < one.to_ms)
    ]
    secretaries = {one.account for one in held if one.role == "committee_secretary"}
    answers = [(one.account, one.village) for one in held if one.village and ROLES[one.role].barred]
    return {
        account.account: Voter(
            account.person,
            frozenset(
                {village for of, village in answers if of == account.account}
                | {home for home in [homes.get(account.person or "")] if home}
            ),
            NO_VOTE if account.account in secretaries else None,
        )
        for account in load_account_rows(tx.connection, tx.township_id)
    }


def open_cycle_of(tx: Transaction) -> str:
    """The cycle that is being worked on.

    Raises: round-guard
    """
    cycle = township_of(tx, tx.head).open_cycle
    if cycle is None:
        raise Problem("round-guard", "there is no open cycle", guard="open-cycle")
    return cycle


def _of_kind(family: Mapping[str, Record], record_id: str, kind: str) -> Record:
    record = family.get(record_id)
    if record is None or record.kind != kind or record.deleted:
        raise Problem("not-found", f"there is no such {kind}")
    return record
