"""The judge: a batch of changes and the records they touch go in; one verdict per change and the new rows come out."""

from __future__ import annotations

import traceback
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby

from server.domain.judging import commands, deletes, edits, settles
from server.domain.judging.case import Case, NotApplied
from server.domain.judging.online import write
from server.domain.judging.verdicts import Judged, Note, OnlineWrite, Township, Verdict
from server.domain.judging.withdrawals import refuse_unproved_erasure, refuse_what_was_taken_back
from server.domain.judging.working import Working
from server.domain.kinds import Kinds
from server.domain.permissions import Actor
from server.domain.records import Change, Record, Refused
from server.domain.withdrawal import taken_back_by

GROUP_CHANGES = 50
GROUP_BYTES = 524_288
ACTIONS = {
    "create": edits.create,
    "patch": edits.edit,
    "add": edits.edit,
    "remove": edits.edit,
    "delete": deletes.delete,
    "restore": deletes.restore,
    "command": commands.command,
    "settle": settles.settle,
}

Item = Change | Refused


def judge_batch(
    kinds: Kinds,
    township: Township,
    actor: Actor,
    known: Mapping[str, Record],
    items: Sequence[Item],
    waiting: Sequence[tuple[Change, Actor]],
    now_ms: int,
    seen_groups: Collection[str] = (),
) -> Judged:
    """Every item has exactly one verdict, in order; a group is applied whole or not at all.

    Shape:  `known` holds what `judging.needs.more_ids` asked for; `waiting` are quarantined changes with their authors
            (whole groups) that are judged once more after the items: what still depends on something stays out of
            `released`; `seen_groups` are group ids of this replica's earlier pushes: a group cut in two is invalid.
    Laws:   L1, L2, L3, L5, L6, L10, L14
    """
    changes = [item for item in items if isinstance(item, Change)]
    work = Working(kinds, township, known, now_ms, taken_back_by(kinds, changes))
    faults: list[str] = []
    verdicts: list[tuple[Item, Verdict]] = []
    closed = set(seen_groups)
    for group in _groups(items):
        note = _refusal(group, closed)
        verdicts += zip(group, _judge_group(work, actor, group, note, faults), strict=True)
        closed.update(item.group for item in group if item.group)
    released = _judge_waiting(work, waiting, faults)
    return Judged(verdicts, work.records, work.departures, work.head, released, faults=faults)


def write_online(
    kinds: Kinds,
    township: Township,
    writer: str,
    account: str,
    writes: Sequence[OnlineWrite],
    known: Mapping[str, Record],
    now_ms: int,
) -> Judged:
    """Every named field has the value given, stamped where it changed; a record that was so already gets no number.

    Shape:  `writer` is `cmd:<id>`, one for each command; `account` counts as author where a write names nobody
    Laws:   L4
    """
    work = Working(kinds, township, known, now_ms)
    for wanted in writes:
        write(work, writer, account, wanted)
    return Judged([], work.records, work.departures, work.head)


def _groups(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Neighbours of one group together, everything else alone."""
    for _key, group in groupby(items, key=lambda item: (item.replica, item.group or item.n)):
        yield list(group)


def _refusal(group: Sequence[Item], closed: Collection[str]) -> Note | None:
    """Why a group cannot be judged at all: cut in two, too large, or with a member that nobody can read."""
    name = group[0].group
    if name is None:
        return None
    if name in closed:
        return Note("invalid-change", "its group was cut in two", (("/group", "came in two pieces"),))
    if len(group) > GROUP_CHANGES:
        return Note("invalid-change", f"its group has more than {GROUP_CHANGES} changes", (("/group", "is too large"),))
    if sum(len(item.canonical.encode()) for item in group if isinstance(item, Change)) > GROUP_BYTES:
        return Note("invalid-change", f"its group has more than {GROUP_BYTES} bytes", (("/group", "is too large"),))
    return None


def _judge_group(
    work: Working, actor: Actor, group: Sequence[Item], note: Note | None, faults: list[str]
) -> list[Verdict]:
    """One verdict each: all applied, or all in quarantine and nothing written."""
    if note is not None:
        return [_quarantined(item, note) for item in group]
    mark = work.mark()
    verdicts: list[Verdict] = []
    for item in group:
        try:
            verdicts.append(_judge_one(work, actor, item))
        except NotApplied as refusal:
            failure = refusal.note
        except Exception as error:  # noqa: BLE001 (one bad change must neither block the queue nor be dropped: L6)
            faults.append(traceback.format_exc())
            failure = Note("server-fault", f"the server failed on this change: {type(error).__name__}")
        else:
            continue
        work.rollback(mark)
        rest = Note(failure.slug, f"its group was not applied: {failure.detail}")
        return [_quarantined(one, failure if one is item else rest) for one in group]
    return verdicts


def _judge_one(work: Working, actor: Actor, item: Item) -> Verdict:
    if actor.revoked:
        raise NotApplied("change-not-allowed", "this replica has been revoked")
    if isinstance(item, Refused):
        raise NotApplied(item.slug, item.detail, item.errors)
    if item.kind not in work.kinds:
        raise NotApplied("invalid-change", f"there is no kind {item.kind}", (("/kind", "is unknown"),))
    act = ACTIONS.get(item.action)
    if act is None:
        raise NotApplied("invalid-change", f"there is no action {item.action}", (("/action", "is unknown"),))
    case = Case(work, actor, item, work.base(item.base))
    refuse_unproved_erasure(case)
    refuse_what_was_taken_back(case)
    head_before = work.head
    act(case)
    commands.note_arrivals(case)
    return case.verdict(head_before)


def _judge_waiting(
    work: Working, waiting: Sequence[tuple[Change, Actor]], faults: list[str]
) -> list[tuple[Change, Verdict]]:
    """What waited is judged again, as long as that lets anything else go on."""
    actors = {(change.replica, change.n): actor for change, actor in waiting}
    in_order = sorted((change for change, _actor in waiting), key=lambda change: (change.replica, change.n))
    pending = list(_groups(in_order))
    released: list[tuple[Change, Verdict]] = []
    progress = True
    while progress:
        progress = False
        for group in list(pending):
            verdicts = _judge_group(work, actors[(group[0].replica, group[0].n)], group, None, faults)
            if verdicts[0].problem is not None and verdicts[0].problem.slug == "depends-on":
                continue
            pending.remove(group)
            progress = True
            pairs = zip(group, verdicts, strict=True)
            released += [(item, verdict) for item, verdict in pairs if isinstance(item, Change)]
    return released


def _quarantined(item: Item, note: Note) -> Verdict:
    return Verdict(item.n, "quarantined", problem=note)
