"""What an import writes: village, branch, secretary and, for a village in an open cycle, the subject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from server.domain.judging.verdicts import OnlineWrite
from server.domain.records import Json, Record
from server.domain.roster import RosterPlan, RosterRow
from server.domain.roster_state import Roster

Ids = Iterator[str]


def roster_writes(plan: RosterPlan, roster: Roster, cycle_id: str | None, ids: Ids, today: str) -> list[OnlineWrite]:
    """Every row of the plan as it shall stand; a row that already stands so is written with the values it has.

    Shape:  ids are fresh record ids, one for each new record; today is the local date, `valid_from` of a new village.
    Source: DOMAIN.md R2: one subject a branch; a community has a branch only where the file names it, and no subject.
    """
    rows = [*plan.creates, *(update.row for update in plan.updates), *plan.unchanged]
    rows.sort(key=lambda row: row.code)
    return [write for row in rows for write in _row_writes(row, roster, cycle_id, ids, today)]


def subject_write(
    cycle_id: str, branch: Record | OnlineWrite, village: Record | OnlineWrite, person_id: str | None, subject_id: str
) -> OnlineWrite:
    """The appraised person of a branch; one without a person is not graded until somebody holds the post."""
    fields: dict[str, Json] = {
        "cycle_id": cycle_id,
        "branch_id": _id(branch),
        "village_id": _id(village),
        "village_code": village.fields["region_code"],
        "village_name": village.fields["short_name"],
        "person_id": person_id,
        "graded": person_id is not None,
    }
    return OnlineWrite(subject_id, "subject", fields)


def _row_writes(row: RosterRow, roster: Roster, cycle_id: str | None, ids: Ids, today: str) -> list[OnlineWrite]:
    village = _village(row, roster, ids, today)
    branch = _branch(row, roster, village, ids)
    people, person_id = _secretary(row, roster, village.record, branch, ids)
    writes = [village, *people]
    if branch is not None:
        writes.append(branch)
        if cycle_id is not None and row.kind == "village":
            writes.append(_subject(cycle_id, roster.subjects.get(branch.record), branch, village, person_id, ids))
    return writes


def _subject(
    cycle_id: str, known: Record | None, branch: OnlineWrite, village: OnlineWrite, person_id: str | None, ids: Ids
) -> OnlineWrite:
    """Whether a known subject is graded is the office's word; only a missing one becomes graded by being named."""
    write = subject_write(cycle_id, branch, village, person_id, known.id if known else next(ids))
    if known is None or (known.fields.get("person_id") is None and person_id is not None):
        return write
    return replace(write, fields={name: value for name, value in write.fields.items() if name != "graded"})


def _village(row: RosterRow, roster: Roster, ids: Ids, today: str) -> OnlineWrite:
    known = roster.villages.get(row.code)
    fields: dict[str, Json] = {
        "region_code": row.code,
        "name": row.name,
        "short_name": row.short_name,
        "category": row.kind,
    }
    if known is not None:
        return OnlineWrite(known.id, "village", fields)
    return OnlineWrite(next(ids), "village", fields | {"valid_from": today})


def _branch(row: RosterRow, roster: Roster, village: OnlineWrite, ids: Ids) -> OnlineWrite | None:
    known = roster.branches.get(village.record)
    if known is not None:
        name = row.branch or str(known.fields["name"])
        return OnlineWrite(known.id, "branch", {"village_id": village.record, "name": name})
    if row.branch is None and row.kind == "community":
        return None
    return OnlineWrite(next(ids), "branch", {"village_id": village.record, "name": row.branch or branch_name(row)})


def branch_name(row: RosterRow) -> str:
    """若连 → 若连村党支部; 移民新村 → 移民新村党支部; 平安台社区 → 平安台社区党支部."""
    needs_village = row.kind == "village" and not row.short_name.endswith("村")
    return f"{row.short_name}{'村' if needs_village else ''}党支部"


def _secretary(
    row: RosterRow, roster: Roster, village_id: str, branch: OnlineWrite | None, ids: Ids
) -> tuple[list[OnlineWrite], str | None]:
    """What is written about people, and who is secretary now; a file that does not say leaves the known one."""
    holder = roster.secretary_of(village_id)
    if row.secretary is None or (holder is not None and holder.fields.get("name") == row.secretary):
        return [], holder.id if holder else None
    found = roster.namesake(village_id, row.secretary)
    post = f"{branch.fields['name'] if branch else branch_name(row)}书记"
    person_id = found.id if found else next(ids)
    person = OnlineWrite(person_id, "person", {"name": row.secretary, "post": post, "village_id": village_id})
    leaves = [OnlineWrite(holder.id, "person", {"post": None})] if holder else []
    return [*leaves, person], person_id


def _id(one: Record | OnlineWrite) -> str:
    return one.id if isinstance(one, Record) else one.record
