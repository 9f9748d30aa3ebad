"""The demo's tenant, its accounts with their roles, and the phones the visits were written on."""

from __future__ import annotations

import secrets
import uuid

from sqlalchemy import Connection

from server.demo.data import DemoData, Row
from server.demo.ids import TIME_ZONE, local_ms
from server.demo.names import FOUNDED_MS, TOWNSHIP, account_id, person_id, phone_id, role_id, village_id
from server.demo.story import phones_of
from server.domain.replicas import Tenant
from server.store.accounts import insert_account, insert_role
from server.store.database import writing
from server.store.replicas import insert_replica, mark_revoked
from server.store.townships import insert_township, load_tenant
from server.store.transaction import transaction

LOADED = "demo_loaded"
"""The township setting that says that every visit is there."""

ENROLLED_MS = local_ms("2017-11-20T09:00")
RETIRED_MS = local_ms("2017-12-31T18:00")
LEASE_UNTIL_MS = local_ms("2018-01-31T18:00")


def found(data: DemoData) -> None:
    """Township, accounts, roles and phones are there: all of them or none; what exists is left alone."""
    tenant = Tenant(
        id=TOWNSHIP,
        name=data.township["name"],
        region_code=data.township["region_code"],
        time_zone=TIME_ZONE,
        is_demo=True,
        epoch=uuid.uuid4().hex,
        head=0,
    )
    keys = {village["short_name"]: village["key"] for village in data.villages}
    names = {person["key"]: person["name"] for person in data.people}
    with writing() as connection:
        if load_tenant(connection, TOWNSHIP) is not None:
            return
        insert_township(connection, tenant, FOUNDED_MS)
        for person in data.people:
            _give_account(connection, person, keys)
        for phone, owner in phones_of(data).items():
            label = f"{names[owner]}的手机{'' if phone == owner else ' 2'}"
            insert_replica(connection, _phone_row(phone, account_id(owner), label))


def retire_phones(data: DemoData) -> None:
    """Everything is loaded, and nobody waits for these phones any more: a revoked one is never silent."""
    with transaction(TOWNSHIP) as tx:
        for phone in phones_of(data):
            mark_revoked(tx.connection, phone_id(phone), RETIRED_MS)
        tx.save_settings({**tx.tenant.settings, LOADED: True})


def _give_account(connection: Connection, person: Row, village_keys: Row) -> None:
    key = person["key"]
    home = village_id(village_keys[person["village"]]) if "village" in person else None
    insert_account(connection, TOWNSHIP, account_id(key), person_id(key), FOUNDED_MS)
    for role in person["roles"]:
        insert_role(connection, TOWNSHIP, role_id(key, role), account_id(key), role, home, FOUNDED_MS)


def _phone_row(phone: str, account: str, label: str) -> dict[str, object]:
    """Nobody knows its tokens: the hashes are random, so such a phone pushes from here and from nowhere else."""
    return {
        "id": phone_id(phone),
        "township_id": TOWNSHIP,
        "account_id": account,
        "label": label,
        "platform": "Android",
        "schema_version": 1,
        "continues": None,
        "token_hash": secrets.token_hex(32),
        "drop_token_hash": secrets.token_hex(32),
        "lease_until_ms": LEASE_UNTIL_MS,
        "now": ENROLLED_MS,
    }
