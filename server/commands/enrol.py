"""An install joins: by invitation, or as the successor of one that lost its last transactions."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from hmac import compare_digest

from server.commands.invite import secret_hash
from server.domain.invitations import normalised, parts
from server.domain.permissions import scopes_of
from server.domain.problems import Problem
from server.domain.replicas import Identity
from server.domain.roles import Role
from server.domain.trust import token_hash, token_of
from server.store.accounts import (
    StoredInvitation,
    find_invitation,
    insert_role,
    spend_invitation,
    spend_try,
)
from server.store.audit import add_audit
from server.store.database import reading, writing
from server.store.enrolments import load_enrolment, renew_tokens
from server.store.replicas import insert_replica, load_identity, load_replica, load_roles
from server.store.townships import load_recovery_key
from server.store.transaction import Transaction, transaction
from server.store.villages import load_villages


@dataclass(frozen=True, slots=True)
class Install:
    """What an install says of itself.

    Shape:  `label` and `platform` are shown to the office and never interpreted; with `enrolment`, the secret that this
            server makes of what the install named itself before it asked, a lost answer can be asked for again.
    """

    label: str
    platform: str
    schema_version: int
    enrolment: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A new replica; the tokens exist in clear only here. Shape: `scopes` sorted."""

    identity: Identity
    scopes: tuple[str, ...]
    token: str
    drop_token: str
    recovery_key: str | None


def enrol(code: str, install: Install, now_ms: int, lease_ms: int) -> Enrolled:
    """The invitation is spent, its account holds its role, and there is one more replica; a lost answer is given again.

    Shape:  the same code with the same `enrolment` is the same replica with the same tokens, until it has used them
    Raises: invitation-invalid (wrong, used or expired: nobody learns which), too-many-tries
    """
    invitation = _proved(code, now_ms)
    with transaction(invitation.township_id) as tx:
        again = find_invitation(tx.connection, invitation.selector)
        if again is None or again.id != invitation.id:
            raise _invalid()
        if again.used_by is not None:
            return given_again(tx, again.used_by, install, now_ms, lease_ms)
        _grant(tx, again, now_ms)
        enrolled = add_replica(tx, again.account_id, None, install, now_ms, lease_ms)
        spend_invitation(tx.connection, again, enrolled.identity.replica.id, now_ms)
        detail = {"replica": enrolled.identity.replica.id, "role": again.role, "village": again.village_id}
        add_audit(tx.connection, tx.township_id, again.account_id, "enrolled", detail, now_ms)
    return enrolled


def continue_replica(old: str, token: str | None, install: Install, now_ms: int, lease_ms: int) -> Enrolled:
    """There is a fresh replica for the account of an old one, whose own token proves it and stays valid.

    Raises: unknown-replica (no such token, another replica's, lease over), replica-revoked
    """
    with reading() as connection:
        identity = load_identity(connection, token_hash(token), now_ms) if token else None
    if identity is None or identity.replica.id != old:
        raise Problem("unknown-replica", "the token is not that of the replica to continue")
    if identity.replica.revoked:
        raise Problem("replica-revoked", "a revoked replica has no successor")
    if identity.replica.lease_until_ms <= now_ms:
        raise Problem("unknown-replica", "the lease of the replica is over")
    with transaction(identity.tenant.id) as tx:
        enrolled = add_replica(tx, identity.replica.account, old, install, now_ms, lease_ms)
        detail = {"replica": enrolled.identity.replica.id, "continues": old}
        add_audit(tx.connection, tx.township_id, identity.replica.account, "continued", detail, now_ms)
    return enrolled


def _proved(code: str, now_ms: int) -> StoredInvitation:
    """The invitation that the code opens; a wrong secret costs a try, which stays spent."""
    typed = normalised(code)
    if typed is None:
        raise _invalid()
    selector, secret = parts(typed)
    with writing() as connection:
        invitation = find_invitation(connection, selector)
        if invitation is None or invitation.expires_at_ms <= now_ms:
            raise _invalid()
        if invitation.tries_left <= 0:
            raise Problem("too-many-tries", "this invitation is closed after five wrong codes", retry_after_s=900)
        right = compare_digest(secret_hash(invitation.id, secret), invitation.secret_hash)
        if not right:
            spend_try(connection, invitation)
    if not right:
        raise _invalid()
    return invitation


def _invalid() -> Problem:
    return Problem("invitation-invalid", "the code is wrong, used or too old; ask the office for a new one")


def given_again(tx: Transaction, replica: str, install: Install, now_ms: int, lease_ms: int) -> Enrolled:
    """The answer that got lost on its way, or is still on it: the tokens are the same, so either copy serves."""
    identity = load_replica(tx.connection, replica, now_ms)
    if identity is None or install.enrolment is None or identity.replica.revoked:
        raise _invalid()
    before = identity.replica
    asked_before = load_enrolment(tx.connection, replica) == token_hash(install.enrolment)
    if not asked_before or before.policies or before.last_n > 0:  # it pulled or pushed: the answer had arrived
        raise _invalid()
    token, drop_token = _tokens(replica, install)
    renew_tokens(tx.connection, replica, token_hash(token), token_hash(drop_token), now_ms + lease_ms)
    add_audit(tx.connection, tx.township_id, before.account, "enrolled-again", {"replica": replica}, now_ms)
    return _enrolled(tx, replica, token, drop_token, now_ms)


def _grant(tx: Transaction, invitation: StoredInvitation, now_ms: int) -> None:
    held = load_roles(tx.connection, tx.township_id, invitation.account_id, now_ms)
    if Role(invitation.role, invitation.village_id) not in held:
        insert_role(
            tx.connection,
            tx.township_id,
            str(uuid.uuid4()),
            invitation.account_id,
            invitation.role,
            invitation.village_id,
            now_ms,
        )


def add_replica(
    tx: Transaction, account: str, continues: str | None, install: Install, now_ms: int, lease_ms: int
) -> Enrolled:
    replica = str(uuid.uuid4())
    token, drop_token = _tokens(replica, install)
    insert_replica(
        tx.connection,
        {
            "id": replica,
            "township_id": tx.township_id,
            "account_id": account,
            "label": install.label,
            "platform": install.platform,
            "schema_version": install.schema_version,
            "continues": continues,
            "token_hash": token_hash(token),
            "drop_token_hash": token_hash(drop_token),
            "enrolment_hash": token_hash(install.enrolment) if install.enrolment else None,
            "now": now_ms,
            "lease_until_ms": now_ms + lease_ms,
        },
    )
    return _enrolled(tx, replica, token, drop_token, now_ms)


def _tokens(replica: str, install: Install) -> tuple[str, str]:
    seed = install.enrolment or secrets.token_urlsafe(32)
    return token_of(seed, replica, "token"), token_of(seed, replica, "drop token")


def _enrolled(tx: Transaction, replica: str, token: str, drop_token: str, now_ms: int) -> Enrolled:
    identity = load_replica(tx.connection, replica, now_ms)
    if identity is None:
        raise RuntimeError("a replica just written cannot be read")
    villages = load_villages(tx.connection, identity.tenant)
    scopes = tuple(sorted(scopes_of(identity.actor, tx.township_id, villages)))
    return Enrolled(identity, scopes, token, drop_token, load_recovery_key(tx.connection, tx.township_id))
