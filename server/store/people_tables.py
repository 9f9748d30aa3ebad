"""The tables of people, their installs and the night shift's work: columns and constraints, no behaviour."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.store.database import Base
from server.store.tables import ID


class ReplicaRow(Base):
    """One enrolled install of the app: its token, its counter, where it is in the feed, how it is."""

    __tablename__ = "replicas"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    township_id: Mapped[str] = mapped_column(ID)
    account_id: Mapped[str] = mapped_column(ID)
    label: Mapped[str] = mapped_column(Text)
    platform: Mapped[str] = mapped_column(Text)
    schema_version: Mapped[int] = mapped_column(BigInteger)
    continues: Mapped[str | None] = mapped_column(ID)
    token_hash: Mapped[str] = mapped_column(String(64))
    drop_token_hash: Mapped[str] = mapped_column(String(64))
    enrolment_hash: Mapped[str | None] = mapped_column(String(64))  # of what the install made up before it asked
    proved_at_ms: Mapped[int | None] = mapped_column(BigInteger)  # when its person last proved who he is (step-up)
    last_n: Mapped[int] = mapped_column(BigInteger)
    last_hash: Mapped[str | None] = mapped_column(String(24))
    cursor_seq: Mapped[int] = mapped_column(BigInteger)
    policies: Mapped[str] = mapped_column(Text)  # JSON [[policy, [scope, …]], …], newest first
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    lease_until_ms: Mapped[int] = mapped_column(BigInteger)
    last_contact_ms: Mapped[int] = mapped_column(BigInteger)
    revoked_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    app_version: Mapped[str | None] = mapped_column(Text)
    storage: Mapped[str | None] = mapped_column(Text)  # JSON as the phone reported it
    pending: Mapped[int | None] = mapped_column(BigInteger)
    clock_offset_ms: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index("replicas_token", "token_hash", unique=True),
        Index("replicas_drop_token", "drop_token_hash"),
        Index("replicas_account", "township_id", "account_id"),
    )


class AccountRow(Base):
    """Somebody who signs in."""

    __tablename__ = "accounts"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str | None] = mapped_column(ID)
    created_at_ms: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (Index("accounts_person", "township_id", "person_id"),)


class PasswordRow(Base):
    """How an office holder signs in at a desk and proves who he is."""

    __tablename__ = "passwords"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    account_id: Mapped[str] = mapped_column(ID, primary_key=True)
    login: Mapped[str] = mapped_column(String(40))
    login_key: Mapped[str] = mapped_column(String(120))  # who signs in knows no township yet
    hash: Mapped[str] = mapped_column(Text)
    set_at_ms: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (Index("passwords_login", "login_key", unique=True),)


class PasskeyRow(Base):
    """The public half of a passkey with which an office holder signs in at a desk and proves who he is."""

    __tablename__ = "passkeys"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    account_id: Mapped[str] = mapped_column(ID)
    replica_id: Mapped[str] = mapped_column(ID)  # where it was added; revoked with it
    site: Mapped[str] = mapped_column(String(253))
    credential: Mapped[str] = mapped_column(String(1400))  # base64url
    public_key: Mapped[str] = mapped_column(Text)  # COSE, base64url
    sign_count: Mapped[int] = mapped_column(BigInteger)
    label: Mapped[str] = mapped_column(String(40))
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    last_used_at_ms: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (
        Index("passkeys_credential", "township_id", "credential", unique=True),
        Index("passkeys_account", "township_id", "account_id"),
    )


class SpentChallengeRow(Base):
    """A question to a passkey that was answered: nobody answers it twice."""

    __tablename__ = "spent_challenges"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    challenge: Mapped[str] = mapped_column(String(64), primary_key=True)  # its hash
    expires_at_ms: Mapped[int] = mapped_column(BigInteger)


class RoleAssignmentRow(Base):
    """A role an account holds or held, township-wide or for one village."""

    __tablename__ = "role_assignments"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    account_id: Mapped[str] = mapped_column(ID)
    role: Mapped[str] = mapped_column(String(40))
    village_id: Mapped[str | None] = mapped_column(ID)
    from_ms: Mapped[int] = mapped_column(BigInteger)
    to_ms: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index("role_assignments_account", "township_id", "account_id"),)


class InvitationRow(Base):
    """A code that enrols one install once: the selector finds it (he knows no township yet), the secret proves it."""

    __tablename__ = "invitations"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    selector: Mapped[str] = mapped_column(String(5))
    secret_hash: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[str] = mapped_column(ID)
    role: Mapped[str] = mapped_column(String(40))
    village_id: Mapped[str | None] = mapped_column(ID)
    tries_left: Mapped[int] = mapped_column(BigInteger)
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    expires_at_ms: Mapped[int] = mapped_column(BigInteger)
    used_by: Mapped[str | None] = mapped_column(ID)
    used_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    invited_by: Mapped[str | None] = mapped_column(ID)
    withdrawn_at_ms: Mapped[int | None] = mapped_column(BigInteger)

    __table_args__ = (Index("invitations_selector", "selector", unique=True),)


class RecoveryKeyRow(Base):
    """A township's recovery public key; the private one is on paper in the office's safe."""

    __tablename__ = "recovery_keys"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    public_key: Mapped[str] = mapped_column(Text)
    created_at_ms: Mapped[int] = mapped_column(BigInteger)


class EffectRow(Base):
    """Work a command left for the night shift, in its own transaction."""

    __tablename__ = "effects"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[str] = mapped_column(Text)
    created_at_ms: Mapped[int] = mapped_column(BigInteger)
    due_at_ms: Mapped[int] = mapped_column(BigInteger)  # moved ahead when claimed, so a killed worker's work comes back
    tries: Mapped[int] = mapped_column(BigInteger)
    done_at_ms: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (Index("effects_due", "done_at_ms", "due_at_ms"),)


class DeliveryRow(Base):
    """The key of something delivered once: a digest of one person and period (L7)."""

    __tablename__ = "deliveries"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[str] = mapped_column(ID)
    period: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[str | None] = mapped_column(ID)
    delivered_at_ms: Mapped[int] = mapped_column(BigInteger)


class AuditRow(Base):
    """One decision, chained to the one before by its hash; no content."""

    __tablename__ = "audit_events"
    township_id: Mapped[str] = mapped_column(ID, primary_key=True)
    n: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    account: Mapped[str] = mapped_column(String(80))
    event: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))
