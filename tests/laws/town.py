"""A township in memory: the judge behind it is the real one, the store is a dictionary."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from server.domain.judge import Item, judge_batch
from server.domain.judging.needs import more_ids
from server.domain.judging.verdicts import Departure, Judged, Township, Verdict
from server.domain.permissions import Actor, Role
from server.domain.records import Change, Record
from server.schemas.kinds.registry import KINDS

TOWN, CYCLE = "town", "cycle"
VILLAGE, OTHER_VILLAGE = "village-1", "village-2"
SECRETARY = Actor("acc-secretary", "person-secretary", (Role("committee_secretary"),))
OFFICE = Actor("acc-office", "person-office", (Role("pbo"),))
LEADER = Actor("acc-leader", "person-leader", (Role("leader"),))
BRANCH = Actor("acc-branch", "person-branch", (Role("branch_secretary", VILLAGE),))
REVOKED = Actor("acc-secretary", "person-secretary", (Role("committee_secretary"),), revoked=True)


class Town:
    """What the store does, in a dictionary: load what the judge may need, keep what he says."""

    def __init__(self, gaps: tuple[tuple[int, int], ...] = ()) -> None:
        villages = enumerate((VILLAGE, OTHER_VILLAGE), start=1)
        self.records = {one: Record(one, "village", f"town:{TOWN}", seq) for seq, one in villages}
        self.departures: list[Departure] = []
        self.head, self.gaps = 10, gaps

    def push(
        self, actor: Actor, items: Sequence[Item], waiting: Sequence[tuple[Change, Actor]] = (), **extra: Any
    ) -> Judged:
        """The batch judged and saved; the rows obey the feed's guard."""
        known = self.load([*items, *(change for change, _actor in waiting)])
        township = Township(TOWN, False, CYCLE, self.head, self.gaps)
        judged = judge_batch(KINDS, township, actor, known, items, waiting, now_ms=self.head, **extra)
        self.save(judged)
        return judged

    def load(self, items: Sequence[Item]) -> dict[str, Record]:
        """As the store does: ids and everything that hangs on them, in at most four rounds."""
        known: dict[str, Record] = {}
        asked: set[str] = set()
        for _round in range(4):
            ids = more_ids(KINDS, known, items) - asked
            asked |= ids
            known |= {one.id: one for one in self.records.values() if one.id in ids or one.parent in ids}
        return known

    def save(self, judged: Judged) -> None:
        """Rows as the guard of the feed lets them in: numbers grow, are unique, and end at the head."""
        numbers = [record.seq for record in judged.records] + [gone.seq for gone in judged.departures]
        assert len(set(numbers)) == len(numbers)
        assert all(self.head < number <= judged.head for number in numbers)
        self.records |= {record.id: record for record in judged.records}
        self.departures += judged.departures
        self.head = judged.head

    def one(self, actor: Actor, change: Change) -> Verdict:
        """The verdict on a single change."""
        return self.push(actor, [change]).verdicts[0][1]

    def conflicts(self, record: str, field: str | None = None) -> list[Record]:
        """The conflicts over a record."""
        found = [one for one in self.records.values() if one.kind == "conflict" and one.parent == record]
        return [one for one in found if field in (None, one.fields["field"])]

    def visible(self, record: str, field: str) -> list[Any]:
        """Every value of a field that a person can see: on the record, or as a side of a conflict over it."""
        shown = [self.records[record].fields.get(field)]
        for conflict in self.conflicts(record, field):
            shown += [side["value"] for side in conflict.fields["sides"]]
        return shown


class Phone:
    """One replica: numbers its changes, remembers nothing else."""

    def __init__(self, name: str) -> None:
        self.name, self.n = name, 0

    def change(self, record: str, action: str, fields: Mapping[str, Any] | None = None, **more: Any) -> Change:
        """The next change. Shape: `more` may be kind (visit), base (10), command, group, n, captured_at_ms."""
        self.n += 1
        return Change(
            replica=self.name,
            n=more.get("n", self.n),
            change=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.name}/{self.n}")),
            hash="",
            schema_version=1,
            record=record,
            kind=more.get("kind", "visit"),
            action=action,
            base=more.get("base", 10),
            fields=dict(fields or {}),
            captured_at_ms=more.get("captured_at_ms", 0),
            clock_offset_ms=more.get("clock_offset_ms", 0),
            canonical="{}",
            command=more.get("command"),
            group=more.get("group"),
        )

    def visit(self, record: str = "visit", **fields: Any) -> Change:
        """A new visit by the secretary, with the leader along."""
        given = {"village_id": VILLAGE, "visitor_id": SECRETARY.person, "companions": [LEADER.person], "start_at": 5}
        return self.change(record, "create", given | fields)


def settled(conflict: Record, value: Any) -> dict[str, Any]:
    """The fields of a settle that has seen every side."""
    return {
        "value": value,
        "sides": [{"replica": side["replica"], "n": side["n"]} for side in conflict.fields["sides"]],
    }
