"""A small round counted wholly on paper: one subject to be shown whole, one without its groups, one not at all."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache

from flask import Flask
from time_machine import Traveller

from server.domain.ballot.tally import Counts
from tests.ballot.election import COMPOSITE, Election, election, subject_id
from tests.ballot.hall import Hall, open_hall
from tests.phone import Phone, enrol

NAMES = ("青石沟", "柳树湾", "上河")
WHOLE, SUMS_ONLY, HIDDEN = (subject_id(at) for at in (1, 2, 3))
ROWS = {
    (WHOLE, "leader"): Counts(5, 1, 0, 0),
    (WHOLE, "member_rep"): Counts(2, 3, 1, 1),
    (SUMS_ONLY, "leader"): Counts(0, 0, 4, 0, 2, 0),
    (SUMS_ONLY, "member_rep"): Counts(6, 1, 0, 0),
    (HIDDEN, "leader"): Counts(0, 0, 0, 2, 4, 0),
    (HIDDEN, "member_rep"): Counts(0, 0, 0, 2, 4, 1),
}
MARKS = {WHOLE: ("91", "88.5"), SUMS_ONLY: ("83", "80"), HIDDEN: ("61", "60")}
GROUPS = {"leader": ("领导", 6), "member_rep": ("党员代表", 7)}


@lru_cache(maxsize=1)
def paper_round() -> Election:
    return election(NAMES, GROUPS, "composite", COMPOSITE)


def counted(app: Flask, clock: Traveller) -> tuple[Hall, list[Phone]]:
    """The round is counted; two scrutineers who have not signed the tally yet."""
    sizes = {group: size for group, (_, size) in GROUPS.items()}
    hall = open_hall(app, paper_round(), sizes, sizes)
    for at, row in enumerate(hall.rolls, 1):
        hall.done(hall.office, "POST", "paper-forms", {"roll_id": row.id, "form_no": at})
    hall.move("closed")
    hall.done(hall.office, "POST", "paper-forms/collected", {"numbers": list(range(1, len(hall.rolls) + 1))})
    clock.move_to(hall.election.manifest.deadline_ms / 1000)
    scrutineers = [hall.proved("scrutineer") for _ in range(2)]
    hall.release(scrutineers[0])
    rows = [{"subject": subject, "group": group, **asdict(counts)} for (subject, group), counts in ROWS.items()]
    for entry, clerk in (("a", hall.office), ("b", enrol(app, hall.town, "teller"))):
        hall.done(clerk, "PUT", "paper", {"entry": entry, "rows": rows})
    marks = [{"subject": one, "daily": daily, "secretary": own} for one, (daily, own) in MARKS.items()]
    hall.done(hall.office, "PUT", "marks", {"marks": marks})
    for scrutineer in scrutineers:
        hall.done(scrutineer, "POST", "signatures", {"what": "reconciliation"})
    assert hall.done(hall.office, "POST", "count") == {"state": "counted"}
    return hall, scrutineers
