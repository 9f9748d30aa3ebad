"""Before judging: which of a batch's changes are known under another number, and which reuse an id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from server.domain.parked import payload_of
from server.domain.records import Change, Refused
from server.domain.renumber import Renumbering
from server.domain.replicas import Identity
from server.store.changes import StoredChange, load_known
from server.store.replicas import load_accounts_of
from server.store.transaction import Transaction

Item = Change | Refused


@dataclass(frozen=True, slots=True)
class SortedOut:
    """A batch ready for the judge.

    Shape:  `fresh` what must be judged; `known` number → stored change of an earlier push; `twins` number → number of
            the same change earlier in this batch; `renumbered` number → change id, of both.
    """

    fresh: list[Item] = field(default_factory=list)
    known: dict[int, StoredChange] = field(default_factory=dict)
    twins: dict[int, int] = field(default_factory=dict)
    renumbered: dict[int, str] = field(default_factory=dict)

    def renumberings(self, replica_id: str) -> list[Renumbering]:
        """The known changes that wrote something, as (old, new) names."""
        return [
            Renumbering((stored.replica_id, stored.n), (replica_id, n))
            for n, stored in self.known.items()
            if stored.seq is not None
        ]


def sort_out(tx: Transaction, identity: Identity, items: Sequence[Item]) -> SortedOut:
    """Every item is fresh, known or a twin; a change id that comes again with other content is refused.

    Laws:   L5 (a change pushed twice counts once, under whatever number)
    """
    known = load_known(tx.connection, tx.township_id, {item.change for item in items if item.change})
    accounts = load_accounts_of(tx.connection, {stored.replica_id for stored in known.values()})
    mine = identity.replica.account
    first: dict[str, Item] = {}
    result = SortedOut()
    for item in items:
        change = item.change
        stored = known.get(change) if change else None
        twin = first.get(change) if change else None
        if stored is not None and stored.hash == item.hash and accounts[stored.replica_id] == mine:
            _know(result, identity, item, stored)
        elif twin is not None and twin.hash == item.hash:
            result.twins[item.n] = twin.n
            result.renumbered[item.n] = str(change)
        elif stored is not None or twin is not None:
            result.fresh.append(_reused(item))
        else:
            result.fresh.append(item)
            if change:
                first[change] = item
    return result


def _know(result: SortedOut, identity: Identity, item: Item, stored: StoredChange) -> None:
    """A revoked replica learns nothing and writes nothing, not even a number."""
    if identity.actor.revoked:
        result.fresh.append(_refused(item, "change-not-allowed", "this replica has been revoked"))
        return
    result.known[item.n] = stored
    result.renumbered[item.n] = str(item.change)


def _reused(item: Item) -> Refused:
    return _refused(item, "invalid-change", "the id of this change was already used for another one", "/change")


def _refused(item: Item, slug: str, detail: str, pointer: str = "") -> Refused:
    """The item as a refusal that does not claim its change id, which belongs to the first who used it."""
    return Refused(
        replica=item.replica,
        n=item.n,
        change=None,
        hash=item.hash,
        record=item.record,
        kind=item.kind,
        slug=slug,
        detail=detail,
        payload=payload_of(item),
        errors=((pointer, detail),) if pointer else (),
        group=item.group,
        captured_at_ms=item.captured_at_ms,
    )
