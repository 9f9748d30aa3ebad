"""The laws as questions to a state: each answer is a list of what is broken, in words."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

from server.domain.scopes import scope_of
from server.feed.cursor import scopes_in
from server.schemas.kinds.registry import KINDS
from tests.model.cast import TOWN
from tests.model.feed import scopes_now, sum_of
from tests.model.phone import Phone
from tests.model.server import Sent, Server


def broken_on_server(server: Server) -> list[str]:
    """L2, L3, L5, L6, L10 and the soundness of every row."""
    broken = list(server.broken)
    broken += [
        f"L2: {one.change} wrote {one.field} = {one.value!r} and nobody can see it"
        for one in server.account.lost(server.records, server.conflicts())
    ]
    for held in server.held.values():
        if held.status == "held" and held.slug == "depends-on" and held.stored.item.record in server.records:
            broken.append(f"L6: {held.stored.item.change} still waits for a record that is there")
    return broken + _unsound(server)


def broken_between(server: Server, phone: Phone) -> list[str]:
    """L4, L6, L9 and L15 of one phone beside the server."""
    if phone.epoch != server.epoch or phone.replica not in server.replicas:
        return []
    return _mirror_faults(server, phone) + _answer_faults(server, phone)


def broken_order(server: Server, phones: tuple[Phone, ...]) -> list[str]:
    """L1: what two phones hold for different parts of a record gives the same record whoever comes first."""
    broken = []
    for one, other in combinations([phone for phone in phones if phone.waiting()], 2):
        if one.install == other.install or not _are_apart(server, one, other):
            continue
        if _contents(server, one, other) != _contents(server, other, one):
            broken.append(f"L1: {one.install} before {other.install} is not {other.install} before {one.install}")
    return broken


def _mirror_faults(server: Server, phone: Phone) -> list[str]:
    """The mirror is what the feed says up to the cursor: nothing missed, nothing that is not the phone's."""
    cursor = phone.place
    if cursor is None:
        return []
    broken = [
        f"L15: {phone.install} holds {id_} of {row.record.scope}"
        for id_, row in phone.rows.items()
        if row.record.scope not in phone.scopes
    ]
    unread = set(scopes_in(sorted(phone.scopes), cursor.backfill.mask)) if cursor.backfill else set()
    gone = {(one.record, one.scope) for one in server.departures if one.seq > cursor.seq}
    gone |= {(one.record, one.scope) for one in phone.leaving}
    for id_, row in server.records.items():
        mine = phone.rows.get(id_)
        due = row.scope in phone.scopes and row.seq <= cursor.seq and row.scope not in unread
        if due and not row.deleted and (mine is None or mine.record.seq != row.seq):
            broken.append(f"L4: {phone.install} has missed {row.kind} {id_} at {row.seq}")
        old = mine is not None and mine.record.seq != row.seq and row.seq <= cursor.seq
        if mine and old and mine.record.scope not in unread and (id_, mine.record.scope) not in gone:
            broken.append(f"L4: {phone.install} keeps {row.kind} {id_} at {mine.record.seq}, it is at {row.seq}")
    if (
        cursor.backfill is None
        and cursor.seq == server.head
        and set(phone.scopes) == set(scopes_now(server, phone.replica))
    ):
        broken += _receipt_faults(server, phone)
    return broken


def _receipt_faults(server: Server, phone: Phone) -> list[str]:
    """L9: at the head both sides have the same sums; with an empty outbox no change hangs in the air."""
    rows = [row.record for row in phone.rows.values()]
    broken = [
        f"L9: {phone.install} and the server have different sums of {scope}"
        for scope in phone.scopes
        if sum_of(rows, scope) != sum_of(server.records.values(), scope)
    ]
    if not phone.waiting() and phone.acked == phone.n:
        broken += [
            f"L9: {one.change.change} is still laid over the mirror" for one in phone.own if not phone.is_dropped(one)
        ]
    return broken


def _answer_faults(server: Server, phone: Phone) -> list[str]:
    """L6: whatever the phone has heard is what the server keeps, and no saved change is anywhere else."""
    broken: list[str] = []
    numbers = server.numbers[phone.replica]
    if phone.install.partition("+")[0] in server.account.copied:
        return broken
    for one in phone.own:
        kept = server.changes.get(one.change.change)
        if one.outcome is None:
            continue
        if one.gen == phone.gen:
            known = numbers[one.n - 1] if one.n <= len(numbers) else None
            if known is None or (known.verdict.outcome, known.verdict.seq) != (one.outcome.outcome, one.outcome.seq):
                broken.append(f"L6: {phone.install} heard {one.outcome.outcome} of {one.change.change}")
        elif kept is None:
            broken.append(f"L6: {one.change.change} was answered and is nowhere")
    return broken


def _unsound(server: Server) -> list[str]:
    broken = []
    open_over: Counter[tuple[str, str]] = Counter()
    for row in server.records.values():
        if row.kind not in KINDS or row.kind == "village":
            continue
        if any(entry.other_seq > row.seq or entry.seq > row.seq for entry in row.field_seqs.values()):
            broken.append(f"L4: {row.kind} {row.id} remembers a write above its own number")
        if row.scope != scope_of(KINDS[row.kind], row, TOWN, server.records.get):
            broken.append(f"L15: {row.kind} {row.id} lives in {row.scope}")
        if row.kind == "conflict" and row.fields["status"] == "open":
            open_over[(row.fields["record"], row.fields["field"])] += 1
    broken += [f"L2: {count} open conflicts over {name}" for (_id, name), count in open_over.items() if count > 1]
    return broken


def _are_apart(server: Server, one: Phone, other: Phone) -> bool:
    """Both hold edits only, of parts that the other does not touch."""
    mine, theirs = one.waiting(), other.waiting()
    if any(own.change.action not in ("patch", "add", "remove") for own in (*mine, *theirs)):
        return False
    parts = set().union(*(one.parts_of(own.change) for own in mine))
    return parts.isdisjoint(set().union(*(other.parts_of(own.change) for own in theirs)))


def _contents(server: Server, *order: Phone) -> object:
    """What the records say after these pushes, without numbers."""
    after = server.copy()
    for phone in order:
        after.push(phone.replica, [Sent(own.change, own.shown) for own in phone.waiting()])
    return {
        id_: (row.kind, row.scope, row.deleted, _sorted_sets(row.fields))
        for id_, row in after.records.items()
        if row.kind != "conflict"
    }


def _sorted_sets(fields: object) -> object:
    assert isinstance(fields, dict)
    return {name: sorted(value) if isinstance(value, list) else value for name, value in fields.items()}
