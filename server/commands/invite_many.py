"""The office invites a whole meeting at once, or nobody: one code each, printed and handed out."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from server.commands.invite import Guest, Invitation, check_invitation, invite_in
from server.commands.office_holder import TITLES
from server.commands.save_online import save_online_in
from server.domain.invitations import VALID_S, Wanted
from server.domain.judging.verdicts import OnlineWrite
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.store.audit import add_audit
from server.store.invitations import is_invitation, withdraw_invitation
from server.store.transaction import Transaction, transaction


def invite_many(
    kinds: Kinds, township_id: str, wanted: Sequence[Wanted], now_ms: int, valid_s: int = VALID_S, by: str = "office"
) -> list[Invitation]:
    """There is one invitation for each of these people, in order; with one fault in the list there is none.

    Raises: malformed-request (role, village, person, validity, somebody twice)
    """
    for at, one in enumerate(wanted):
        _placed(at, one, valid_s)
    named = [one.person for one in wanted if one.person]
    twice = next((at for at, one in enumerate(wanted) if one.person and named.count(one.person) > 1), None)
    if twice is not None:
        raise _fault(twice, "person", "is invited twice")
    with transaction(township_id) as tx:
        _known(tx, wanted)
        people = _newcomers(kinds, tx, wanted, by, now_ms)
        guests = [Guest(one.role, one.village, one.person or people[at]) for at, one in enumerate(wanted)]
        return [invite_in(tx, guest, now_ms, valid_s, by) for guest in guests]


def withdraw(township_id: str, invitation_id: str, now_ms: int, by: str = "office") -> bool:
    """The code opens nothing any more; False where it was used or too old already.

    Raises: not-found
    """
    with transaction(township_id) as tx:
        if not is_invitation(tx.connection, township_id, invitation_id):
            raise Problem("not-found", "there is no such invitation")
        done = withdraw_invitation(tx.connection, township_id, invitation_id, now_ms)
        if done:
            add_audit(tx.connection, township_id, by, "invitation-withdrawn", {"invitation": invitation_id}, now_ms)
    return done


def _placed(at: int, one: Wanted, valid_s: int) -> None:
    """The fault names the place in the list."""
    try:
        check_invitation(one.role, one.village, valid_s)
    except Problem as problem:
        errors = [
            (pointer if pointer == "/valid_s" else f"/invitations/{at}{pointer}", detail)
            for pointer, detail in problem.errors
        ]
        raise Problem(problem.entry.slug, problem.detail, errors) from problem


def _known(tx: Transaction, wanted: Sequence[Wanted]) -> None:
    ids = {found for one in wanted for found in (one.person, one.village) if found}
    known = {record.id: record.kind for record in tx.load_records(ids).values() if not record.deleted}
    for at, one in enumerate(wanted):
        if one.person and known.get(one.person) != "person":
            raise _fault(at, "person", "is nobody of this township")
        if one.village and known.get(one.village) != "village":
            raise _fault(at, "village", "is no village of this township")


def _newcomers(kinds: Kinds, tx: Transaction, wanted: Sequence[Wanted], by: str, now_ms: int) -> dict[int, str]:
    """A person for everybody who is invited by name; where in the list → its id."""
    made = {at: str(uuid.uuid4()) for at, one in enumerate(wanted) if not one.person}
    writes = [OnlineWrite(made[at], "person", _fields(wanted[at])) for at in made]
    if writes:
        save_online_in(tx, kinds, by, writes, now_ms)
    return made


def _fields(one: Wanted) -> dict[str, str]:
    home = {"village_id": one.village} if one.village else {}
    return {"name": one.name or "", "post": TITLES.get(one.role, ""), **home}


def _fault(at: int, member: str, detail: str) -> Problem:
    return Problem("malformed-request", "nobody was invited", [(f"/invitations/{at}/{member}", detail)])
