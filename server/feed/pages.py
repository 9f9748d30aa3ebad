"""One page of the feed for one replica, read in one snapshot and put together from the stored texts."""

from __future__ import annotations

import heapq
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row

from server.domain.permissions import scopes_of
from server.domain.replicas import Identity
from server.domain.roles import roles_json
from server.domain.sums import scope_sums
from server.domain.trust import token_hash, trusted
from server.feed.cursor import Backfill, Cursor, scopes_in, sign, verify
from server.feed.start import start_of
from server.store.database import glancing, reading
from server.store.feed import behind_the_wall, departures_after, live_rows, rows_after
from server.store.replicas import load_identity
from server.store.villages import known_villages, load_villages

MOST_RECORDS = 500
PAGE_BYTES = 524_288
IDLE_STEP = 1_000
"""A replica that sees nothing new gets a new cursor only after that many foreign rows: until then the answer is 204."""

UNREADABLE = '"fields":{},"unreadable":true'
"""A row whose seal is broken comes all the same: what cannot be read is said, never left out (L17)."""


@dataclass(frozen=True, slots=True)
class Query:
    """What a pull asks for.

    Shape:  `cursor` None starts a first sync, of the scope `refetch` only where one is named; `limit` rows at most
    """

    cursor: str | None
    limit: int = MOST_RECORDS
    sums: bool = False
    refetch: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One answer.

    Shape:  `body` JSON text, None when nothing is new; `policy` names `scopes`, which the replica's row must remember
            before the page is sent; `seq` is where the replica will be
    """

    identity: Identity
    body: str | None
    seq: int
    policy: str
    scopes: tuple[str, ...]


@dataclass(slots=True)
class _Room:
    """What still fits on the page."""

    rows: int
    bytes: int


def read_page(token: str, query: Query, secret: bytes, now_ms: int) -> Page:
    """What is new for the replica with this token since its cursor, in order, missing nothing.

    Laws:   L4, L11, L15
    Raises: unknown-replica, replica-revoked, epoch-changed; FromTheFuture
    """
    return _nothing_new(token, query, secret, now_ms) or _page(token, query, secret, now_ms)


def _nothing_new(token: str, query: Query, secret: bytes, now_ms: int) -> Page | None:
    """The empty page, where one glance at the replica and its township shows that it is all there is."""
    if query.cursor is None or query.sums:
        return None
    cursor = verify(query.cursor, secret)
    if cursor is not None and cursor.backfill is not None:
        return None
    with glancing() as connection:
        identity = trusted(load_identity(connection, token_hash(token), now_ms), now_ms)
    villages = known_villages(identity.tenant)
    if villages is None:
        return None
    scopes = sorted(scopes_of(identity.actor, identity.tenant.id, villages))
    start = start_of(identity, query.cursor, scopes, secret, query.refetch)
    here = (start.cursor.seq, start.cursor.acked) == (identity.tenant.head, identity.replica.last_n)
    if start.moved or not here:
        return None
    return Page(identity, None, start.cursor.seq, start.cursor.policy, tuple(scopes))


def _page(token: str, query: Query, secret: bytes, now_ms: int) -> Page:
    """Everything of one snapshot."""
    with reading() as connection:
        identity = trusted(load_identity(connection, token_hash(token), now_ms), now_ms)
        villages = load_villages(connection, identity.tenant)
        scopes = sorted(scopes_of(identity.actor, identity.tenant.id, villages))
        start = start_of(identity, query.cursor, scopes, secret, query.refetch)
        if start.cursor.backfill is not None or start.cursor.seq < identity.tenant.head or query.sums:
            behind_the_wall(connection, identity.tenant.id, scopes)
        lines, cursor = _lines(connection, identity, start.cursor, scopes, _Room(query.limit, PAGE_BYTES))
        done = cursor.backfill is None and cursor.seq == identity.tenant.head
        wants_sums = done and (query.sums or start.cursor.backfill is not None)
        sums = _sums(connection, identity.tenant.id, scopes) if wants_sums else None
    page = Page(identity, None, start.cursor.seq, start.cursor.policy, tuple(scopes))
    idle = not (lines or start.moved or sums is not None) and done and cursor.seq - start.cursor.seq < IDLE_STEP
    if idle and identity.replica.last_n == start.cursor.acked:
        return page
    cursor = replace(cursor, acked=identity.replica.last_n)
    members = {
        "scopes": {"added": start.added, "dropped": start.dropped},
        **({"roles": roles_json(identity.actor.roles)} if start.moved else {}),
        "acked": cursor.acked,
        "durable_seq": identity.tenant.durable_seq,
        **({} if sums is None else {"sums": sums}),
        "cursor": sign(cursor, secret),
        "more": not done,
    }
    body = f'{{"changes":[{",".join(lines)}],{json.dumps(members, separators=(",", ":"))[1:]}'
    return replace(page, body=body, seq=cursor.seq)


def _lines(
    connection: Connection, identity: Identity, cursor: Cursor, scopes: Sequence[str], room: _Room
) -> tuple[list[str], Cursor]:
    """Added scopes from their beginning first, then what is new; the cursor says how far that went."""
    lines: list[str] = []
    if cursor.backfill is not None:
        lines, cursor = _backfill(connection, identity, cursor, cursor.backfill, scopes, room)
    if cursor.backfill is None:
        tail, cursor = _tail(connection, identity, cursor, scopes, room)
        lines += tail
    return lines, cursor


def _backfill(
    connection: Connection, identity: Identity, cursor: Cursor, fill: Backfill, scopes: Sequence[str], room: _Room
) -> tuple[list[str], Cursor]:
    """Live rows only: a replica that never had a record need not hear of its end."""
    wanted = scopes_in(scopes, fill.mask)
    rows = rows_after(connection, identity.tenant.id, wanted, fill.seq, fill.until, room.rows + 1, live=True)
    lines, last, cut = _fitting(((row.seq, _line(row)) for row in rows), room)
    return lines, replace(cursor, backfill=replace(fill, seq=last) if cut else None)


def _tail(
    connection: Connection, identity: Identity, cursor: Cursor, scopes: Sequence[str], room: _Room
) -> tuple[list[str], Cursor]:
    tenant = identity.tenant
    if cursor.seq >= tenant.head:
        return [], cursor
    if room.rows <= 0:
        return [], cursor
    rows = rows_after(connection, tenant.id, scopes, cursor.seq, tenant.head, room.rows + 1, live=False)
    gone = departures_after(connection, tenant.id, scopes, cursor.seq, tenant.head, room.rows + 1)
    both = heapq.merge(((row.seq, _gone(row)) for row in gone), ((row.seq, _line(row)) for row in rows))
    lines, last, cut = _fitting(both, room)
    return lines, replace(cursor, seq=(last if lines else cursor.seq) if cut else tenant.head)


def _fitting(lines: Iterable[tuple[int, str]], room: _Room) -> tuple[list[str], int, bool]:
    """As many lines as there is room for, at least one; the last number among them, and whether any was left out."""
    taken: list[str] = []
    last = 0
    for seq, line in lines:
        size = len(line.encode())
        if (taken and (room.rows <= 0 or size > room.bytes)) or room.rows <= 0:
            return taken, last, True
        room.rows -= 1
        room.bytes -= size
        taken.append(line)
        last = seq
    return taken, last, False


def _line(row: Sequence[Any]) -> str:
    seq, kind, record, scope, fields, deleted, created_by, created_at_ms, updated_by, updated_at_ms = row
    content = '"deleted":true' if deleted else f'"fields":{fields}' if fields is not None else UNREADABLE
    return (
        f'{{"seq":{seq},"kind":"{kind}","record":"{record}","scope":"{scope}",{content},'
        f'"created_by":{_quoted(created_by)},"created_at_ms":{created_at_ms},'
        f'"updated_by":{_quoted(updated_by)},"updated_at_ms":{updated_at_ms}}}'
    )


def _gone(row: Row[Any]) -> str:
    return f'{{"seq":{row.seq},"record":"{row.record}","gone":"{row.scope}"}}'


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    return json.dumps(text)


def _sums(connection: Connection, township_id: str, scopes: Sequence[str]) -> dict[str, dict[str, int | str]]:
    """Number and sum of every scope the replica holds, empty ones too."""
    return scope_sums(scopes, live_rows(connection, township_id, scopes))
