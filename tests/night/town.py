"""A small township in a real database: a cycle, three villages, a committee secretary and an office clerk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from server.commands.create_township import create_township
from server.commands.save_online import save_online
from server.domain.judging.verdicts import OnlineWrite
from server.schemas.kinds.registry import KINDS
from server.store.accounts import insert_account, insert_role
from server.store.database import reading, writing

VILLAGES = ("青石沟", "柳树湾", "上河")


@dataclass(frozen=True)
class Town:
    """The ids of what stands in it."""

    id: str
    cycle: str
    villages: tuple[str, ...]
    secretary: str
    secretary_person: str
    clerk: str

    def visit(self, village: int, now_ms: int, **over: Any) -> str:
        """A completed visit of the secretary, as if it had been pushed."""
        fields = {
            "cycle_id": self.cycle,
            "village_id": self.villages[village],
            "visitor_id": self.secretary_person,
            "start_at": now_ms,
            "state": "completed",
            **over,
        }
        visit = str(uuid4())
        save_online(KINDS, self.id, self.secretary, [OnlineWrite(visit, "visit", fields)], now_ms)
        return visit

    def records(self, kind: str) -> list[tuple[str, dict[str, Any]]]:
        """(scope, fields) of every record of a kind."""
        statement = "SELECT scope, fields FROM records WHERE township_id = :id AND kind = :kind ORDER BY seq"
        with reading() as connection:
            return [
                (row.scope, json.loads(row.fields))
                for row in connection.execute(text(statement), {"id": self.id, "kind": kind})
            ]

    def log(self) -> dict[str, str]:
        """Account → outcome in the delivery log."""
        statement = "SELECT account_id, outcome FROM deliveries WHERE township_id = :id"
        with reading() as connection:
            return {row.account_id: row.outcome for row in connection.execute(text(statement), {"id": self.id})}

    def head(self) -> int:
        """The last number given out."""
        with reading() as connection:
            return int(
                connection.execute(
                    text("SELECT seq FROM sync_heads WHERE township_id = :id"), {"id": self.id}
                ).scalar_one()
            )


def make_town(now_ms: int, is_demo: bool = True, code: str = "990101109") -> Town:
    """The township stands; its roles began at `now_ms`."""
    tenant = create_township("试验镇", code, now_ms, is_demo=is_demo)
    ids = {name: str(uuid4()) for name in ("cycle", "chief", "clerk", "chief account", "clerk account")}
    villages = tuple(str(uuid4()) for _ in VILLAGES)
    writes = [
        OnlineWrite(ids["cycle"], "cycle", {"year": 2026, "title": "2026", "state": "researching"}),
        OnlineWrite(ids["chief"], "person", {"name": "程启岳", "post": "镇党委书记"}),
        OnlineWrite(ids["clerk"], "person", {"name": "祁文博", "post": "党建办"}),
    ]
    for number, (village, name) in enumerate(zip(villages, VILLAGES, strict=True), start=201):
        region = f"{code}{number}"
        branch = str(uuid4())
        place = {"region_code": region, "name": f"{name}村民委员会", "short_name": name, "category": "village"}
        subject = {"cycle_id": ids["cycle"], "branch_id": branch, "village_id": village, "village_code": region}
        writes += [
            OnlineWrite(village, "village", place),
            OnlineWrite(branch, "branch", {"village_id": village, "name": f"{name}村党支部"}),
            OnlineWrite(str(uuid4()), "subject", subject | {"village_name": name}),
        ]
    save_online(KINDS, tenant.id, "office", writes, now_ms)
    with writing() as connection:
        for who, role in (("chief", "committee_secretary"), ("clerk", "pbo")):
            insert_account(connection, tenant.id, ids[f"{who} account"], ids[who], now_ms)
            insert_role(connection, tenant.id, str(uuid4()), ids[f"{who} account"], role, None, now_ms)
    return Town(tenant.id, ids["cycle"], villages, ids["chief account"], ids["chief"], ids["clerk account"])


def add_phone(town: Town, account: str, last_contact_ms: int, pending: int | None = None, **over: Any) -> str:
    """An enrolled install of this account, last heard of at `last_contact_ms`."""
    replica = str(uuid4())
    row = {
        "id": replica,
        "township_id": town.id,
        "account_id": account,
        "label": "Redmi 9A",
        "platform": "Android",
        "schema_version": 1,
        "continues": None,
        "token_hash": uuid4().hex,
        "drop_token_hash": uuid4().hex,
        "last_n": 0,
        "cursor_seq": 0,
        "policies": "[]",
        "created_at_ms": 0,
        "lease_until_ms": last_contact_ms + 10**9,
        "last_contact_ms": last_contact_ms,
        "pending": pending,
        "revoked_at_ms": None,
        **over,
    }
    with writing() as connection:
        names = ", ".join(row)
        connection.execute(
            text(f"INSERT INTO replicas ({names}) VALUES ({', '.join(':' + name for name in row)})"), row
        )
    return replica
