"""Who a role belongs to when the office names nobody: the one who holds it, else a person made for it."""

from __future__ import annotations

import uuid

from server.commands.save_online import save_online
from server.domain.judging.verdicts import OnlineWrite
from server.domain.kinds import Kinds
from server.domain.records import Record
from server.store.accounts import accounts_with_role
from server.store.database import reading
from server.store.records import load_kind

TITLES = {
    "committee_secretary": "镇党委书记",
    "deputy_secretary": "镇党委副书记",
    "committee_member": "镇党委委员",
    "pbo": "镇党建办",
    "leader": "镇领导干部",
    "evaluator": "评议组成员",
    "scrutineer": "监票人",
    "teller": "计票人",
    "village_lead": "包村领导",
    "branch_secretary": "村党支部书记",
    "first_secretary": "第一书记",
    "resident_team": "驻村帮扶工作队",
}


def office_holder(kinds: Kinds, township_id: str, role: str, village: str | None, now_ms: int) -> str:
    """The person who holds this role (in this village); a new one named by the title where nobody does.

    Shape:  a visit names its visitor, so nobody may enrol without a person behind the account.
    """
    with reading() as connection:
        people = {record.id: record for record in load_kind(connection, township_id, "person")}
        subjects = load_kind(connection, township_id, "subject")
        holders = [person for _account, person in accounts_with_role(connection, township_id, role, now_ms)]
    found = [people[person] for person in holders if person in people and _is_of(people[person], village)]
    found += _appraised(role, village, subjects, people)
    found += [one for one in people.values() if one.fields.get("post") == TITLES[role] and _is_of(one, village)]
    return found[0].id if found else _made(kinds, township_id, role, village, now_ms)


def _is_of(person: Record, village: str | None) -> bool:
    return village is None or person.fields.get("village_id") == village


def _appraised(role: str, village: str | None, subjects: list[Record], people: dict[str, Record]) -> list[Record]:
    """A branch secretary is the person the newest cycle appraises for his village."""
    if role != "branch_secretary":
        return []
    newest = sorted(subjects, key=lambda subject: subject.seq, reverse=True)
    named = [str(subject.fields.get("person_id")) for subject in newest if subject.fields.get("village_id") == village]
    return [people[person] for person in named if person in people]


def _made(kinds: Kinds, township_id: str, role: str, village: str | None, now_ms: int) -> str:
    person = str(uuid.uuid4())
    home = {"village_id": village} if village else {}
    fields = {"name": TITLES[role], "post": TITLES[role], **home}
    save_online(kinds, township_id, "office", [OnlineWrite(person, "person", fields)], now_ms)
    return person
