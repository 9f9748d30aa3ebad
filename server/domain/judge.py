"""The judge: a batch of changes and the records they touch go in; one verdict per change and the new rows come out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from server.domain.judging.verdicts import Judged, Township
from server.domain.kinds import Kinds
from server.domain.permissions import Actor
from server.domain.records import Change, Record, Refused


def judge_batch(
    kinds: Kinds,
    township: Township,
    actor: Actor,
    known: Mapping[str, Record],
    items: Sequence[Change | Refused],
    waiting: Sequence[tuple[Change, Actor]],
    now_ms: int,
    seen_groups: Collection[str] = (),
) -> Judged:
    """Every item has exactly one verdict, in order; a group is applied whole or not at all.

    Shape:  `known` holds what `judging.needs.more_ids` asked for; `waiting` are quarantined `depends-on` changes with
            their authors (whole groups; more than needed does no harm); `seen_groups` are group ids that this replica
            already used in an earlier push: a group cut over two pushes is `invalid-change`.
    Laws:   L1, L2, L3, L5, L6, L10, L14
    """
    raise NotImplementedError
