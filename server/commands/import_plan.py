"""The plan text: how many villages it states against the roster, and its wording of the seven areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from server.commands.import_roster import load_roster
from server.commands.save_online import save_online_in
from server.domain.cycles import plan_writes
from server.domain.kinds import Kinds
from server.domain.plan_text import (
    ContentArea,
    CountDifference,
    StatedCount,
    compare_counts,
    content_areas,
    stated_village_counts,
)
from server.domain.problems import Problem
from server.store.audit import add_audit
from server.store.database import reading
from server.store.records import load_kind
from server.store.transaction import transaction


@dataclass(frozen=True, slots=True)
class PlanImport:
    """What a plan says beside the roster.

    Shape:  roster is the number of subjects in the cycle; blocked: a number differs and nobody has acknowledged it.
    """

    cycle: str
    roster: int
    stated: Sequence[StatedCount]
    differences: Sequence[CountDifference]
    areas: Sequence[ContentArea]
    applied: bool
    acknowledged: bool

    @property
    def blocked(self) -> bool:
        return bool(self.differences) and not self.acknowledged


def import_plan(
    kinds: Kinds,
    township_id: str,
    text: str,
    now_ms: int,
    acknowledge: bool = False,
    dry_run: bool = False,
    account: str = "office",
) -> PlanImport:
    """The newest open cycle keeps the number that the plan states, whether it was acknowledged, and the areas' wording.

    Shape:  text as `read_plan_file` gives it: simplified, without glosses.
    Raises: not-found (township), malformed-request (no open cycle)
    Source: DOMAIN.md R3, 1.3 (2)
    """
    if dry_run:
        with reading() as connection:
            roster, cycle_id = load_roster(connection, township_id)
        return _plan(text, cycle_id, len(roster.subjects), False, acknowledge)
    with transaction(township_id) as tx:
        roster, cycle_id = load_roster(tx.connection, township_id)
        found = _plan(text, cycle_id, len(roster.subjects), True, acknowledge)
        cycle = next(one for one in load_kind(tx.connection, township_id, "cycle") if one.id == found.cycle)
        areas = load_kind(tx.connection, township_id, "content_area")
        writes = plan_writes(cycle, areas, found.stated, found.differences, found.areas, acknowledge)
        save_online_in(tx, kinds, account, writes, now_ms)
        counted = {"cycle": cycle.id, "differences": len(found.differences), "acknowledged": found.acknowledged}
        add_audit(tx.connection, township_id, account, "plan-imported", counted, now_ms)
    return found


def _plan(text: str, cycle_id: str | None, roster: int, applied: bool, acknowledge: bool) -> PlanImport:
    if cycle_id is None:
        raise Problem("malformed-request", "there is no open cycle that the plan could belong to")
    stated = stated_village_counts(text)
    differences = compare_counts(stated, roster)
    return PlanImport(
        cycle_id, roster, stated, differences, content_areas(text), applied, bool(differences) and acknowledge
    )
