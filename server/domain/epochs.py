"""A new history: a township's epoch, head and gaps when time was lost (a restore, a cursor above the head)."""

from __future__ import annotations

from dataclasses import replace

from server.domain.replicas import Tenant

JUMP = 2**32
EPOCH_DIGITS = 12
"""So much of an epoch tells it from every other; the rest would travel twice with every poll."""


def epoch_mark(epoch: str) -> str:
    """What a cursor and a push say of their epoch."""
    return epoch[:EPOCH_DIGITS]


def new_epoch(tenant: Tenant, epoch: str, reached: int = 0) -> Tenant:
    """The township under a new epoch, its head one jump further, the gap noted: no base from the lost time counts.

    A phone may hold bases up to `reached` (the head of the database that is being replaced): the jump clears those too,
    or a second restore of one backup would give out the numbers of the first once more.
    Laws:   L2 (a base inside the gap counts as the number before it and never overwrites unseen work)
    """
    jumps = max(1, -(-(reached - tenant.head + 1) // JUMP))
    head = tenant.head + jumps * JUMP
    gaps = [list(gap) for gap in tenant.gaps] + [[tenant.head, head]]
    return replace(tenant, epoch=epoch, head=head, settings={**tenant.settings, "gaps": gaps})
