"""Accounts, their roles, and the invitations that enrol them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text

from server.store.database import is_sqlite


@dataclass(frozen=True, slots=True)
class StoredInvitation:
    """An invitation as it is kept: the secret only as a hash."""

    township_id: str
    id: str
    selector: str
    secret_hash: str
    account_id: str
    role: str
    village_id: str | None
    tries_left: int
    expires_at_ms: int
    used_by: str | None


def find_account(connection: Connection, township_id: str, person_id: str) -> str | None:
    """The account of a person, if there is one."""
    found: str | None = connection.execute(
        text("SELECT id FROM accounts WHERE township_id = :township AND person_id = :person ORDER BY id LIMIT 1"),
        {"township": township_id, "person": person_id},
    ).scalar()
    return found


def is_account(connection: Connection, township_id: str, account_id: str) -> bool:
    """Whether the township has this account."""
    found = connection.execute(
        text("SELECT 1 FROM accounts WHERE township_id = :township AND id = :account"),
        {"township": township_id, "account": account_id},
    )
    return found.first() is not None


def insert_account(
    connection: Connection, township_id: str, account_id: str, person_id: str | None, now_ms: int
) -> None:
    """Somebody new may sign in."""
    connection.execute(
        text("INSERT INTO accounts (township_id, id, person_id, created_at_ms) VALUES (:township, :id, :person, :now)"),
        {"township": township_id, "id": account_id, "person": person_id, "now": now_ms},
    )


def insert_role(
    connection: Connection,
    township_id: str,
    assignment_id: str,
    account_id: str,
    role: str,
    village_id: str | None,
    from_ms: int,
    to_ms: int | None = None,
) -> None:
    """The account holds the role from then on, up to `to_ms` where one is given."""
    connection.execute(
        text(
            "INSERT INTO role_assignments (township_id, id, account_id, role, village_id, from_ms, to_ms) "
            "VALUES (:township, :id, :account, :role, :village, :from_ms, :to_ms)"
        ),
        {
            "township": township_id,
            "id": assignment_id,
            "account": account_id,
            "role": role,
            "village": village_id,
            "from_ms": from_ms,
            "to_ms": to_ms,
        },
    )


def end_roles(connection: Connection, township_id: str, account_id: str, now_ms: int) -> int:
    """The account holds no role any more; how many ended."""
    done = connection.execute(
        text(
            "UPDATE role_assignments SET to_ms = :now WHERE township_id = :township AND account_id = :account "
            "AND (to_ms IS NULL OR to_ms > :now)"
        ),
        {"township": township_id, "account": account_id, "now": now_ms},
    )
    return int(done.rowcount)


def end_assignment(connection: Connection, township_id: str, assignment_id: str, at_ms: int) -> int:
    """This one role ends then, if it would not end sooner; how many that changed."""
    done = connection.execute(
        text(
            "UPDATE role_assignments SET to_ms = :at WHERE township_id = :township AND id = :id "
            "AND (to_ms IS NULL OR to_ms > :at)"
        ),
        {"at": at_ms, "township": township_id, "id": assignment_id},
    )
    return int(done.rowcount)


def accounts_with_role(
    connection: Connection, township_id: str, role: str, now_ms: int
) -> list[tuple[str, str | None]]:
    """(account, person) of everybody who holds a role now."""
    found = connection.execute(
        text(
            "SELECT DISTINCT a.id, a.person_id FROM accounts a JOIN role_assignments r "
            "ON r.township_id = a.township_id AND r.account_id = a.id "
            "WHERE a.township_id = :township AND r.role = :role AND r.from_ms <= :now "
            "AND (r.to_ms IS NULL OR r.to_ms > :now) ORDER BY a.id"
        ),
        {"township": township_id, "role": role, "now": now_ms},
    )
    return [(row.id, row.person_id) for row in found]


def insert_invitation(
    connection: Connection, invitation: StoredInvitation, now_ms: int, invited_by: str | None = None
) -> bool:
    """The invitation is open; False if its selector is in use, which a new roll of the dice mends.

    An expired or spent invitation gives its selector back.
    """
    values = {
        "township": invitation.township_id,
        "id": invitation.id,
        "selector": invitation.selector,
        "secret_hash": invitation.secret_hash,
        "account": invitation.account_id,
        "role": invitation.role,
        "village": invitation.village_id,
        "tries": invitation.tries_left,
        "expires": invitation.expires_at_ms,
        "by": invited_by,
        "now": now_ms,
    }
    connection.execute(
        text("DELETE FROM invitations WHERE selector = :selector AND (expires_at_ms <= :now OR used_by IS NOT NULL)"),
        values,
    )
    done = connection.execute(
        text(
            "INSERT INTO invitations (township_id, id, selector, secret_hash, account_id, role, village_id, "
            "tries_left, created_at_ms, expires_at_ms, invited_by) VALUES "
            "(:township, :id, :selector, :secret_hash, :account, :role, :village, "
            ":tries, :now, :expires, :by) ON CONFLICT (selector) DO NOTHING"
        ),
        values,
    )
    return bool(done.rowcount)


def find_invitation(connection: Connection, selector: str) -> StoredInvitation | None:
    """The invitation with this selector, locked until the transaction ends."""
    lock = "" if is_sqlite(connection) else " FOR UPDATE"
    row = connection.execute(
        text(
            "SELECT township_id, id, selector, secret_hash, account_id, role, village_id, tries_left, expires_at_ms, "
            f"used_by FROM invitations WHERE selector = :selector{lock}"
        ),
        {"selector": selector},
    ).one_or_none()
    return None if row is None else StoredInvitation(*row)


def spend_try(connection: Connection, invitation: StoredInvitation) -> None:
    """The invitation has one try less."""
    connection.execute(
        text("UPDATE invitations SET tries_left = tries_left - 1 WHERE township_id = :township AND id = :id"),
        {"township": invitation.township_id, "id": invitation.id},
    )


def spend_invitation(connection: Connection, invitation: StoredInvitation, replica_id: str, now_ms: int) -> None:
    """The invitation is used up by this replica."""
    connection.execute(
        text("UPDATE invitations SET used_by = :replica, used_at_ms = :now WHERE township_id = :township AND id = :id"),
        {"replica": replica_id, "now": now_ms, "township": invitation.township_id, "id": invitation.id},
    )
