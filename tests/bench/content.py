"""Believable content: the sentences of the demo township, dealt out anew, so that they pack about as in life."""

from __future__ import annotations

import json
import random
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any
from uuid import UUID

from server.domain.records import Record
from server.schemas.kinds.registry import KINDS
from server.store.database import reading
from server.store.records import load_kind
from server.store.transaction import transaction
from tests.bench.server import ROOT
from tests.phone import NOW_MS, Phone, Town, new_id

FAMILY = ("visit", "record_check", "interview", "opinion")
SHORTEST_TEXT = 12
_chance = random.Random(2017)


@lru_cache(maxsize=1)
def sentences() -> tuple[str, ...]:
    """Every sentence of the demo's visits."""
    files = sorted((ROOT / "server/demo/data/visits").glob("*.json"))
    texts = [text for file in files for text in _texts(json.loads(file.read_text())) if len(text) >= SHORTEST_TEXT]
    found = {part for text in texts for part in re.findall(r"[^。；]+[。；]", text)}
    return tuple(sorted(found))


def passage(characters: int) -> str:
    """Sentences in random order, of this length together."""
    text = ""
    while len(text) < characters:
        text += _chance.choice(sentences())
    return text[:characters]


def visit_of_1_kb(phone: Phone, town: Town) -> dict[str, Any]:
    """The change that creates a visit whose fields are 1,024 bytes of JSON."""
    fields = {"village_id": _chance.choice(town.villages), "visitor_id": town.secretary, "start_at": NOW_MS}
    room = 1024 - len(json.dumps(fields, separators=(",", ":"))) - len(',"narrative":""')
    text = passage(room // 3)
    text += "." * (room - len(text.encode()))
    while len(text.encode()) > room:
        text = text[:-1]
    return phone.change("create", phone_id(), change=phone_id(), fields=fields | {"narrative": text})


def phone_id() -> str:
    """A UUIDv7, as phones make them (pwa/src/domain/ids.ts): what is made together lies together in every index."""
    made_ms, chance = time.time_ns() // 1_000_000, secrets.randbits(74)
    return str(UUID(int=made_ms << 80 | 7 << 76 | chance >> 62 << 64 | 2 << 62 | chance & (1 << 62) - 1))


def fill_with_visits(town: Town, upto: int) -> None:
    """The township has at least `upto` records: visits of 1 KB in its villages, written as every writer writes."""
    with transaction(town.id) as tx:
        head = tx.head
        for start in range(head, upto, 2_000):
            batch = range(start + 1, min(start + 2_000, upto) + 1)
            tx.save([_visit(town, seq) for seq in batch], [], batch[-1])


def _visit(town: Town, seq: int) -> Record:
    village = town.villages[seq % len(town.villages)]
    fields = {
        "village_id": village,
        "visitor_id": town.secretary,
        "start_at": NOW_MS + seq,
        "state": "completed",
        "cycle_id": town.cycle,
        "is_demo": False,
        "narrative": passage(250),
    }
    return Record(
        phone_id(), "visit", f"field:{village}", seq, fields, created_by=town.secretary,
        created_at_ms=NOW_MS, updated_by=town.secretary, updated_at_ms=NOW_MS,
    )  # fmt: skip


def grow_demo(township: str, records: int) -> None:
    """The demo's visits are copied, under new ids and with other sentences, until an office phone holds so many."""
    with reading() as connection:
        all_of = {kind: load_kind(connection, township, kind) for kind in KINDS}
    shared = {kind: [one for one in found if not one.scope.startswith("own:")] for kind, found in all_of.items()}
    with transaction(township) as tx:
        copies = _copies([record for kind in FAMILY for record in shared[kind]], tx.head)
        made = [next(copies) for _ in range(records - sum(map(len, shared.values())))]
        tx.save(made, [], made[-1].seq)


def _copies(originals: list[Record], head: int) -> Iterator[Record]:
    mine = {record.id for record in originals}
    while True:
        ids = {one: new_id() for one in mine}
        for record in originals:
            head += 1
            fields = {name: _remade(value, ids) for name, value in record.fields.items()}
            parent = ids.get(record.parent or "", record.parent)
            yield replace(record, id=ids[record.id], seq=head, fields=fields, parent=parent, field_seqs={})


def _remade(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_remade(part, ids) for part in value]
    if not isinstance(value, str):
        return value
    if value in ids:
        return ids[value]
    return passage(len(value)) if len(value) >= SHORTEST_TEXT and not value.isascii() else value


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(part)
