"""The model's letterbox: what server/feed reads for a replica, with the real start of a page and the real cursors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from server.domain.epochs import new_epoch
from server.domain.permissions import Actor, scopes_of
from server.domain.problems import Problem
from server.domain.records import Record
from server.domain.replicas import Identity, Replica, Tenant
from server.domain.sums import MASK, mix64
from server.feed.cursor import Backfill, Cursor, scopes_in, sign
from server.feed.start import FromTheFuture, start_of
from tests.model.cast import TOWN, VILLAGES
from tests.model.server import Server

SECRET = b"a secret of the model"
POLICIES_KEPT = 4
Tags = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a page. Shape: `tags` are (field, id of the change that wrote it), for the account only."""

    record: Record
    tags: Tags = ()


@dataclass(frozen=True, slots=True)
class Gone:
    """A record has left a scope."""

    seq: int
    record: str
    scope: str


@dataclass(frozen=True, slots=True)
class Page:
    """An answer to a pull. Shape: `text` is the cursor as the phone gets it."""

    lines: tuple[Row | Gone, ...]
    dropped: tuple[str, ...]
    scopes: tuple[str, ...]
    acked: int
    cursor: Cursor
    text: str
    more: bool


def scopes_now(server: Server, replica: str) -> list[str]:
    """What the replica may read today."""
    return list(_scopes_of(server.actor_of(replica)))


def pull(server: Server, replica: str, cursor: str | None, limit: int) -> Page:
    """One page. Raises: replica-revoked, epoch-changed"""
    enrolled = server.replicas.get(replica)
    if enrolled is None:
        raise Problem("unknown-replica", "the replica is gone")
    if enrolled.revoked:
        raise Problem("replica-revoked", "the office revoked this replica")
    scopes = scopes_now(server, replica)
    identity = _identity(server, replica)
    try:
        start = start_of(identity, cursor, scopes, SECRET)
    except FromTheFuture as error:
        begin_epoch(server, error.reached)
        raise Problem("epoch-changed", "the cursor is from the future") from None
    lines, after = _lines(server, start.cursor, scopes, limit)
    after = replace(after, acked=len(server.numbers[replica]))
    done = after.backfill is None and after.seq == server.head
    _remember(server, replica, after.policy, scopes)
    dropped = tuple(start.dropped)
    server.was_read()
    return Page(tuple(lines), dropped, tuple(scopes), after.acked, after, sign(after, SECRET), not done)


def begin_epoch(server: Server, reached: int) -> None:
    """A new history, its head above everything that any phone may hold."""
    server.epochs += 1
    tenant = new_epoch(_tenant(server), f"epoch-{server.epochs}", reached)
    server.epoch, server.head, server.gaps = tenant.epoch, tenant.head, tenant.gaps


def sum_of(records: Iterable[Record], scope: str) -> tuple[int, int]:
    """Number and sum of a scope's live records."""
    live = [row for row in records if row.scope == scope and not row.deleted]
    return len(live), sum(_mixed(row.id, row.seq) for row in live) & MASK


_mixed = lru_cache(maxsize=1 << 16)(mix64)


@lru_cache(maxsize=1 << 10)
def _scopes_of(actor: Actor) -> tuple[str, ...]:
    return tuple(sorted(scopes_of(actor, TOWN, VILLAGES)))


def _lines(server: Server, cursor: Cursor, scopes: Sequence[str], limit: int) -> tuple[list[Row | Gone], Cursor]:
    lines: list[Row | Gone] = []
    if cursor.backfill is not None:
        fill = cursor.backfill
        lines, fill_after = _backfill(server, fill, scopes_in(scopes, fill.mask), limit)
        cursor = replace(cursor, backfill=fill_after)
    if cursor.backfill is None and limit > len(lines):
        tail, cursor = _tail(server, cursor, scopes, limit - len(lines))
        lines += tail
    return lines, cursor


def _backfill(
    server: Server, fill: Backfill, wanted: Sequence[str], limit: int
) -> tuple[list[Row | Gone], Backfill | None]:
    rows = [row for row in _rows(server, wanted, fill.seq) if row.seq <= fill.until and not row.deleted]
    taken = [_row(server, row) for row in rows[:limit]]
    return list(taken), replace(fill, seq=rows[limit - 1].seq) if len(rows) > limit else None


def _tail(server: Server, cursor: Cursor, scopes: Sequence[str], limit: int) -> tuple[list[Row | Gone], Cursor]:
    gone = [one for one in server.departures if one.seq > cursor.seq and one.scope in scopes]
    both: list[tuple[int, Row | Gone]] = [(one.seq, Gone(one.seq, one.record, one.scope)) for one in gone]
    both += [(row.seq, _row(server, row)) for row in _rows(server, scopes, cursor.seq)]
    both.sort(key=lambda pair: pair[0])
    cut = len(both) > limit
    return [line for _seq, line in both[:limit]], replace(cursor, seq=both[limit - 1][0] if cut else server.head)


def _rows(server: Server, scopes: Sequence[str], after: int) -> list[Record]:
    wanted = set(scopes)
    found = [row for row in server.records.values() if row.seq > after and row.scope in wanted]
    return sorted(found, key=lambda row: row.seq)


def _row(server: Server, record: Record) -> Row:
    tags = [(name, server.tag(entry.writer, entry.n)) for name, entry in record.field_seqs.items()]
    if record.kind == "conflict":
        sides = record.fields["sides"]
        tags += [(f"side {at}", server.tag(side["replica"], side["n"])) for at, side in enumerate(sides)]
    return Row(record, tuple(tags))


def _remember(server: Server, replica: str, policy: str, scopes: Sequence[str]) -> None:
    """As note_contact: the scope sets of the latest pages, newest first."""
    enrolled = server.replicas[replica]
    if enrolled.policies and enrolled.policies[0][0] == policy:
        return
    older = [one for one in enrolled.policies if one[0] != policy]
    kept = ((policy, tuple(scopes)), *older)[:POLICIES_KEPT]
    server.replicas[replica] = replace(enrolled, policies=kept)


def _tenant(server: Server) -> Tenant:
    settings = {"gaps": [list(gap) for gap in server.gaps]}
    return Tenant(TOWN, "", "", "", False, server.epoch, server.head, settings)


def _identity(server: Server, replica: str) -> Identity:
    enrolled = server.replicas[replica]
    row = Replica(
        replica, TOWN, enrolled.account, len(server.numbers[replica]), None, dict(enrolled.policies), 0, 0, None
    )
    return Identity(row, server.actor_of(replica), _tenant(server))
