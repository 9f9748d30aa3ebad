"""A replica was in contact: its lease moves on, the fleet list knows, and the scopes of its page are remembered."""

from __future__ import annotations

from collections.abc import Sequence

from server.domain.problems import Problem
from server.domain.replicas import Identity, Replica
from server.store.replicas import load_replica, save_contact, save_policies
from server.store.transaction import writing_in

RENEW_EVERY_MS = 3_600_000
CONTACT_EVERY_MS = 300_000
POLICIES_KEPT = 4
"""An answer can be lost on its way: the replica then comes again with the cursor before, under the policy before."""


def note_contact(
    identity: Identity,
    now_ms: int,
    lease_ms: int,
    seq: int | None = None,
    policy: str | None = None,
    scopes: Sequence[str] = (),
) -> None:
    """What there is to remember of this contact is remembered; mostly nothing is, and nothing is written."""
    replica = identity.replica
    renew = replica.lease_until_ms < now_ms + lease_ms - RENEW_EVERY_MS
    new_policy = policy is not None and next(iter(replica.policies), None) != policy
    if not (renew or new_policy or replica.last_contact_ms < now_ms - CONTACT_EVERY_MS):
        return
    try:
        with writing_in(replica.township_id) as connection:
            again = load_replica(connection, replica.id, now_ms)
            if again is None:
                return
            lease_until_ms = now_ms + lease_ms if renew else again.replica.lease_until_ms
            save_contact(connection, replica.id, lease_until_ms, now_ms, seq)
            if new_policy and policy is not None:
                save_policies(connection, replica.id, _kept(again.replica, policy, scopes))
    except Problem as problem:
        # A page may not fail because a clock could not be moved; without its policy it may not be sent.
        if new_policy or problem.entry.slug != "busy":
            raise


def _kept(replica: Replica, policy: str, scopes: Sequence[str]) -> list[tuple[str, list[str]]]:
    older = [(name, list(old)) for name, old in replica.policies.items() if name != policy]
    return [(policy, list(scopes)), *older][:POLICIES_KEPT]
