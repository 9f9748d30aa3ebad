"""Where a page begins: the cursor checked against this history, and moved when the replica's scopes have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from server.domain.epochs import epoch_mark
from server.domain.permissions import policy_of
from server.domain.problems import Problem
from server.domain.replicas import Identity
from server.feed.cursor import Backfill, Cursor, mask_of, scopes_in, verify


class FromTheFuture(Exception):
    """A cursor above the head of its own epoch: this database is older than what the phone has seen."""

    def __init__(self, identity: Identity, reached: int) -> None:
        super().__init__(f"cursor at {reached}, head at {identity.tenant.head}")
        self.identity = identity
        self.reached = reached


@dataclass(frozen=True, slots=True)
class Start:
    """Shape: `added`, `dropped` scopes since the page that made the cursor; `cursor` under the policy of today."""

    cursor: Cursor
    added: list[str]
    dropped: list[str]
    moved: bool


def start_of(
    identity: Identity, text: str | None, scopes: Sequence[str], secret: bytes, refetch: str | None = None
) -> Start:
    """The cursor from which this page is read; without one, a first sync of every scope, or of the one to refetch.

    Laws:   L15
    Raises: epoch-changed (another history, or a cursor we do not know); FromTheFuture
    """
    policy, head = policy_of(scopes), identity.tenant.head
    if text is None:
        wanted = list(scopes) if refetch is None else [scope for scope in scopes if scope == refetch]
        fill = Backfill(mask_of(scopes, set(wanted)), 0, head)
        return Start(Cursor(identity.tenant.epoch, policy, head, 0, fill), wanted, [], True)
    cursor = verify(text, secret)
    if cursor is None or cursor.epoch != epoch_mark(identity.tenant.epoch):
        raise Problem("epoch-changed", "the cursor is from another history; rebuild the mirror, keep the outbox")
    if cursor.seq > head:
        raise FromTheFuture(identity, cursor.seq)
    if cursor.policy == policy:
        return Start(cursor, [], [], cursor.backfill is not None)
    before = identity.replica.policies.get(cursor.policy)
    if before is None:
        raise Problem("epoch-changed", "the scopes of this cursor are forgotten; rebuild the mirror, keep the outbox")
    return _moved(cursor, before, scopes, policy)


def _moved(cursor: Cursor, before: Sequence[str], scopes: Sequence[str], policy: str) -> Start:
    """Added scopes are fetched from the beginning, together with those whose fetching was not over."""
    added = [scope for scope in scopes if scope not in set(before)]
    dropped = [scope for scope in before if scope not in set(scopes)]
    fill = cursor.backfill
    open_before = set(scopes_in(before, fill.mask)) if fill else set()
    wanted = (open_before & set(scopes)) | set(added)
    backfill = None
    if wanted:
        begin = 0 if added or fill is None else fill.seq
        backfill = Backfill(mask_of(scopes, wanted), begin, cursor.seq)
    return Start(replace(cursor, policy=policy, backfill=backfill), added, dropped, True)
