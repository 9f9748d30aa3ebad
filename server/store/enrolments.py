"""What lets an install ask again for an answer that got lost on its way."""

from __future__ import annotations

from sqlalchemy import Connection, text


def load_enrolment(connection: Connection, replica_id: str) -> str | None:
    """The hash of what the install made up before it enrolled, if it said so."""
    found: str | None = connection.execute(
        text("SELECT enrolment_hash FROM replicas WHERE id = :id"), {"id": replica_id}
    ).scalar()
    return found


def renew_tokens(
    connection: Connection, replica_id: str, token_hash: str, drop_token_hash: str, lease_until_ms: int
) -> None:
    """The replica has these tokens and no others."""
    connection.execute(
        text(
            "UPDATE replicas SET token_hash = :token, drop_token_hash = :drop_token, lease_until_ms = :lease "
            "WHERE id = :id"
        ),
        {"token": token_hash, "drop_token": drop_token_hash, "lease": lease_until_ms, "id": replica_id},
    )


def find_enrolment(connection: Connection, township_id: str, account_id: str, enrolment_hash: str) -> str | None:
    """The replica of this account that enrolled under this name and has not pulled or pushed since."""
    found: str | None = connection.execute(
        text(
            "SELECT id FROM replicas WHERE township_id = :township AND account_id = :account "
            "AND enrolment_hash = :enrolment AND policies = '[]' AND last_n = 0 "
            "AND revoked_at_ms IS NULL ORDER BY created_at_ms LIMIT 1"
        ),
        {"township": township_id, "account": account_id, "enrolment": enrolment_hash},
    ).scalar()
    return found
