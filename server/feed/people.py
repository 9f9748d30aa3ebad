"""What the office reads of people: who holds which role since when, and which invitations are open."""

from __future__ import annotations

from typing import Any, Literal

from server.store.database import reading
from server.store.digests import load_people
from server.store.invitations import InvitationLine, load_invitation_lines
from server.store.passkeys import load_passkeys
from server.store.people import AssignmentRow, load_account_rows, load_assignments

MOST_INVITATIONS = 300
When = Literal["now", "later", "ended"]


def accounts_of(township_id: str, now_ms: int) -> list[dict[str, Any]]:
    """Everybody who signs in, with every role he holds, held or will hold.

    Shape:  {account, person, name, post, has_password, phones, last_contact_ms,
            roles: [{assignment, role, village, from_ms, to_ms, when}]}; `when` is now, later or ended
    """
    with reading() as connection:
        accounts = load_account_rows(connection, township_id)
        assignments = load_assignments(connection, township_id)
    held: dict[str, list[dict[str, Any]]] = {}
    for one in assignments:
        held.setdefault(one.account, []).append(_role(one, now_ms))
    return [
        {
            "account": row.account,
            "person": row.person,
            "name": row.name,
            "post": row.post,
            "has_password": row.has_password,
            "phones": row.phones,
            "last_contact_ms": row.last_contact_ms,
            "roles": held.get(row.account, []),
        }
        for row in accounts
    ]


def invitations_of(township_id: str, now_ms: int) -> list[dict[str, Any]]:
    """The newest invitations, newest first, with what became of each; a code cannot be read again.

    Shape:  {id, account, person, role, village, state, created_at_ms, expires_at_ms, invited_by, used_at_ms,
            used_label}; `person` and `invited_by` are names; `state` is open, used, closed, expired or withdrawn
    """
    with reading() as connection:
        lines = load_invitation_lines(connection, township_id, MOST_INVITATIONS)
        names = load_people(connection, township_id)
    return [
        {
            "id": line.id,
            "account": line.account,
            "person": names.get(line.account, ""),
            "role": line.role,
            "village": line.village,
            "state": _state(line, now_ms),
            "created_at_ms": line.created_at_ms,
            "expires_at_ms": line.expires_at_ms,
            "invited_by": names.get(line.invited_by or "", ""),
            "used_at_ms": line.used_at_ms,
            "used_label": line.used_label,
        }
        for line in lines
    ]


def passkey_lines(township_id: str) -> list[dict[str, Any]]:
    """Every passkey of the township, oldest first.

    Shape:  {id, account, name, label, site, created_at_ms, last_used_at_ms}; `name` of its person, empty without one
    """
    with reading() as connection:
        kept = load_passkeys(connection, township_id)
        names = load_people(connection, township_id)
    return [
        {
            "id": one.id,
            "account": one.account_id,
            "name": names.get(one.account_id, ""),
            "label": one.label,
            "site": one.site,
            "created_at_ms": one.created_at_ms,
            "last_used_at_ms": one.last_used_at_ms,
        }
        for one in kept
    ]


def _role(one: AssignmentRow, now_ms: int) -> dict[str, Any]:
    when: When = "later" if one.from_ms > now_ms else "now"
    if one.to_ms is not None and one.to_ms <= now_ms:
        when = "ended"
    return {
        "assignment": one.id,
        "role": one.role,
        "village": one.village,
        "from_ms": one.from_ms,
        "to_ms": one.to_ms,
        "when": when,
    }


def _state(line: InvitationLine, now_ms: int) -> str:
    if line.used_by is not None:
        return "used"
    if line.withdrawn_at_ms is not None:
        return "withdrawn"
    if line.expires_at_ms <= now_ms:
        return "expired"
    return "open" if line.tries_left > 0 else "closed"
