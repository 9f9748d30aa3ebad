"""A county's file: every township it mentions, with its villages and an open cycle."""

from __future__ import annotations

from collections.abc import Sequence

from server.commands.create_township import create_township
from server.commands.import_roster import RosterImport, import_roster, load_roster
from server.commands.open_cycle import open_cycle
from server.commands.save_online import save_online
from server.domain.judging.verdicts import OnlineWrite
from server.domain.kinds import Kinds
from server.domain.replicas import Tenant
from server.domain.roster import ExistingVillage, Fault, RosterRow, Town, plan_roster
from server.store.database import reading
from server.store.townships import load_tenants

ACCOUNT = "office"


def create_townships(
    kinds: Kinds, rows: Sequence[RosterRow], faults: Sequence[Fault], year: int, now_ms: int, dry_run: bool = False
) -> dict[str, RosterImport]:
    """Each township that the file mentions exists, with its villages and an open cycle of this year.

    Shape:  by township code; one fault of level error in any of them stops all before anything is written. Each
            township is a transaction of its own; after a crash the same call does the rest.
    Laws:   L7 a second time writes nothing.
    """
    tenants, towns = _tenants_by_code(), plan_roster(rows, _first_code(rows), {}, faults).towns
    planned = {
        town.code: RosterImport(plan_roster(rows, town.code, _existing(tenants.get(town.code)), faults), False, 0, None)
        for town in towns
    }
    if dry_run or not all(one.plan.importable for one in planned.values()):
        return planned
    return {town.code: _create(kinds, rows, faults, town, tenants.get(town.code), year, now_ms) for town in towns}


def _create(
    kinds: Kinds,
    rows: Sequence[RosterRow],
    faults: Sequence[Fault],
    town: Town,
    known: Tenant | None,
    year: int,
    now_ms: int,
) -> RosterImport:
    tenant = known or create_township(town.name or town.code, town.code, now_ms)
    fields = {"name": tenant.name, "region_code": tenant.region_code, "time_zone": tenant.time_zone}
    save_online(kinds, tenant.id, ACCOUNT, [OnlineWrite(tenant.id, "township", fields)], now_ms)
    done = import_roster(kinds, tenant.id, rows, faults, now_ms)
    open_cycle(kinds, tenant.id, year, now_ms)
    return done


def _existing(tenant: Tenant | None) -> dict[str, ExistingVillage]:
    if tenant is None:
        return {}
    with reading() as connection:
        roster, _cycle_id = load_roster(connection, tenant.id)
    return roster.existing()


def _tenants_by_code() -> dict[str, Tenant]:
    with reading() as connection:
        return {tenant.region_code: tenant for tenant in load_tenants(connection)}


def _first_code(rows: Sequence[RosterRow]) -> str:
    """Any township of the file: the list of towns is the same whichever of them asks."""
    return rows[0].code[:9] if rows else ""
