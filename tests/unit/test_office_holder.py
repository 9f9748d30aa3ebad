"""Whom an invitation is for when nobody is named."""

from __future__ import annotations

import pytest
from flask import Flask

from server.commands.create_township import create_township
from server.commands.invite import invite
from server.commands.office_holder import TITLES, office_holder
from server.commands.save_online import save_online
from server.domain.judging.verdicts import OnlineWrite
from server.domain.permissions import READS
from server.schemas.kinds.registry import KINDS
from server.store.database import reading
from server.store.records import load_kind

VILLAGE, CYCLE, PERSON, SUBJECT, BRANCH = (f"0193e0a0-0000-7000-8000-00000000000{at}" for at in range(1, 6))


def people(township: str) -> list[str]:
    with reading() as connection:
        return [str(record.fields["name"]) for record in load_kind(connection, township, "person")]


@pytest.mark.usefixtures("app")
def test_a_role_nobody_holds_gets_a_person_once() -> None:
    township = create_township("测试镇", "990101101", 1).id
    first = office_holder(KINDS, township, "committee_secretary", None, 1)
    assert office_holder(KINDS, township, "committee_secretary", None, 2) == first
    assert people(township) == ["镇党委书记"]


def test_a_branch_secretary_is_who_the_cycle_appraises(app: Flask) -> None:
    township = create_township("测试镇", "990101101", 1).id
    subject = {"cycle_id": CYCLE, "branch_id": BRANCH, "village_id": VILLAGE, "person_id": PERSON}
    writes = [
        OnlineWrite(VILLAGE, "village", {"region_code": "990101101201", "name": "青石沟村", "category": "village"}),
        OnlineWrite(PERSON, "person", {"name": "董大山"}),
        OnlineWrite(CYCLE, "cycle", {"year": 2026, "title": "2026", "state": "researching"}),
        OnlineWrite(SUBJECT, "subject", subject),
    ]
    save_online(KINDS, township, "office", writes, 1)
    assert office_holder(KINDS, township, "branch_secretary", VILLAGE, 2) == PERSON
    code = invite(township, "branch_secretary", 3, village=VILLAGE, person=PERSON)
    assert code.person == PERSON
    assert people(township) == ["董大山"]


def test_every_role_that_holds_a_replica_has_a_title() -> None:
    assert {role for role, cells in READS.items() if cells} == set(TITLES)
