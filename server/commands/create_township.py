"""A new tenant with an empty feed."""

from __future__ import annotations

import uuid

from server.domain.replicas import Tenant
from server.store.database import writing
from server.store.townships import insert_township


def create_township(
    name: str,
    region_code: str,
    now_ms: int,
    time_zone: str = "Asia/Shanghai",
    is_demo: bool = False,
    township_id: str | None = None,
) -> Tenant:
    """The township exists, with an epoch of its own and nothing in its feed."""
    tenant = Tenant(
        id=township_id or str(uuid.uuid4()),
        name=name,
        region_code=region_code,
        time_zone=time_zone,
        is_demo=is_demo,
        epoch=uuid.uuid4().hex,
        head=0,
    )
    with writing() as connection:
        insert_township(connection, tenant, now_ms)
    return tenant
