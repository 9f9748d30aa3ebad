"""Short makers of the records that the night shift's rules look at."""

from __future__ import annotations

from typing import Any

from server.domain.records import Record

DAY_MS = 24 * 60 * 60 * 1000
HOUR_MS = 60 * 60 * 1000
NOW_MS = 1_800_000_000_000
CYCLE = "cycle"


def record(kind: str, record_id: str, scope: str = "town:t", deleted: bool = False, **fields: Any) -> Record:
    return Record(id=record_id, kind=kind, scope=scope, seq=1, fields=fields, deleted=deleted)


def cycle(record_id: str = CYCLE, year: int = 2026, state: str = "researching") -> Record:
    return record("cycle", record_id, year=year, state=state)


def subject(village: str, code: str = "", cycle_id: str = CYCLE) -> Record:
    return record(
        "subject", f"s-{cycle_id}-{village}", cycle_id=cycle_id, village_id=village, village_code=code or village
    )


def village(record_id: str, name: str) -> Record:
    return record("village", record_id, name=f"{name}村民委员会", short_name=name)


def visit(record_id: str, village_id: str, **over: Any) -> Record:
    fields = {"cycle_id": CYCLE, "village_id": village_id, "visitor_id": "secretary", "state": "completed"}
    deleted = over.pop("deleted", False)
    return record("visit", record_id, f"field:{village_id}", deleted, **{**fields, **over})


def conflict(record_id: str, scope: str, status: str = "open") -> Record:
    return record("conflict", record_id, scope, status=status)
