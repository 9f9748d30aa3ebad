"""Invitations as the office lists them: which are open, and who used which."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """One invitation without its code, which nobody can read again. Shape: `used_label` names the install."""

    id: str
    account: str
    role: str
    village: str | None
    tries_left: int
    created_at_ms: int
    expires_at_ms: int
    withdrawn_at_ms: int | None
    invited_by: str | None
    used_at_ms: int | None
    used_by: str | None
    used_label: str | None


def load_invitation_lines(connection: Connection, township_id: str, most: int) -> list[InvitationLine]:
    """The newest invitations of the township, newest first."""
    found = connection.execute(
        text(
            "SELECT i.id, i.account_id, i.role, i.village_id, i.tries_left, i.created_at_ms, i.expires_at_ms, "
            "i.withdrawn_at_ms, i.invited_by, i.used_at_ms, i.used_by, r.label FROM invitations i "
            "LEFT JOIN replicas r ON r.id = i.used_by AND r.township_id = i.township_id "
            "WHERE i.township_id = :township ORDER BY i.created_at_ms DESC, i.id LIMIT :most"
        ),
        {"township": township_id, "most": most},
    )
    return [InvitationLine(*row) for row in found]


def withdraw_invitation(connection: Connection, township_id: str, invitation_id: str, now_ms: int) -> bool:
    """The code opens nothing any more; False where it was used, withdrawn or too old before."""
    done = connection.execute(
        text(
            "UPDATE invitations SET withdrawn_at_ms = :now, expires_at_ms = :now WHERE township_id = :township "
            "AND id = :id AND used_by IS NULL AND expires_at_ms > :now"
        ),
        {"now": now_ms, "township": township_id, "id": invitation_id},
    )
    return bool(done.rowcount)


def is_invitation(connection: Connection, township_id: str, invitation_id: str) -> bool:
    """Whether the township made this invitation."""
    found = connection.execute(
        text("SELECT 1 FROM invitations WHERE township_id = :township AND id = :id"),
        {"township": township_id, "id": invitation_id},
    )
    return found.first() is not None
