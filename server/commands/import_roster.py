"""The roster: villages, branches, secretaries and subjects of one township from one file, all of it or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from server.commands.save_online import save_online_in
from server.domain.coverage import newest_open_cycle
from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.domain.roster import Fault, RosterPlan, RosterRow, plan_roster
from server.domain.roster_state import Roster, roster_of
from server.domain.roster_writes import roster_writes
from server.store.audit import add_audit
from server.store.database import reading
from server.store.records import load_kind
from server.store.townships import load_tenant
from server.store.transaction import transaction


@dataclass(frozen=True, slots=True)
class RosterImport:
    """What an import did, or in a dry run would do.

    Shape:  records is the number of rows written (0 when everything stood so already); cycle the id of the open cycle
            whose subjects were filled in, None when no cycle is open.
    """

    plan: RosterPlan
    applied: bool
    records: int
    cycle: str | None


def import_roster(
    kinds: Kinds,
    township_id: str,
    rows: Sequence[RosterRow],
    faults: Iterable[Fault],
    now_ms: int,
    dry_run: bool = False,
    account: str = "office",
) -> RosterImport:
    """The township's villages are what the file says, or nothing has changed and the faults say why.

    Shape:  rows and faults from `read_roster_file`; codes that the file leaves out stay, and are named in plan.absent.
    Laws:   L7 a second import of the same file writes nothing.
    Raises: not-found (township)
    """
    if dry_run:
        return _dry_run(township_id, rows, faults)
    with transaction(township_id) as tx:
        roster, cycle_id = load_roster(tx.connection, township_id)
        plan = plan_roster(rows, tx.tenant.region_code, roster.existing(), faults)
        if not plan.importable:
            return RosterImport(plan, False, 0, cycle_id)
        writes = roster_writes(plan, roster, cycle_id, fresh_ids(), _today(tx.tenant.time_zone, now_ms))
        judged = save_online_in(tx, kinds, account, writes, now_ms)
        if judged.records:
            counted = {"creates": len(plan.creates), "updates": len(plan.updates), "records": len(judged.records)}
            add_audit(tx.connection, township_id, account, "roster-imported", counted, now_ms)
        return RosterImport(plan, True, len(judged.records), cycle_id)


def load_roster(connection: Connection, township_id: str) -> tuple[Roster, str | None]:
    """The roster as it stands and the id of the newest open cycle, whose subjects it holds."""
    cycle = newest_open_cycle(load_kind(connection, township_id, "cycle"))
    cycle_id = cycle.id if cycle else None
    records = [
        record
        for kind in ("village", "branch", "person", "subject")
        for record in load_kind(connection, township_id, kind)
    ]
    return roster_of(records, cycle_id), cycle_id


def fresh_ids() -> Iterator[str]:
    """Ids for new records, as many as are taken."""
    return iter(lambda: str(uuid.uuid4()), "")


def _dry_run(township_id: str, rows: Sequence[RosterRow], faults: Iterable[Fault]) -> RosterImport:
    with reading() as connection:
        tenant = load_tenant(connection, township_id)
        if tenant is None:
            raise Problem("not-found", "there is no such township")
        roster, cycle_id = load_roster(connection, township_id)
    return RosterImport(plan_roster(rows, tenant.region_code, roster.existing(), faults), False, 0, cycle_id)


def _today(time_zone: str, now_ms: int) -> str:
    return datetime.fromtimestamp(now_ms / 1000, ZoneInfo(time_zone)).date().isoformat()
