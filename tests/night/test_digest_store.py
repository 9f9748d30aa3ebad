"""What the digest's rules are given, read from a real database."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from server.commands.save_online import save_online
from server.commands.write_digests import DigestRules, write_digests
from server.domain.digest import NIGHT_KINDS
from server.domain.digest import Town as Seen
from server.domain.judging.verdicts import OnlineWrite
from server.domain.schedule import Hour
from server.schemas.kinds.registry import KINDS
from server.store.accounts import end_roles, insert_account, insert_role
from server.store.database import reading, writing
from server.store.digests import load_readers, load_town
from server.store.quarantine import Quarantined, insert_quarantined
from tests.night.town import Town, add_phone, make_town

NOW_MS = 1_800_000_000_000
HOUR_MS = 60 * 60 * 1000
DAY_MS = 24 * HOUR_MS


@pytest.fixture
def town(app: Flask) -> Town:
    return make_town(NOW_MS - 60 * DAY_MS)


def seen(town: Town, now_ms: int = NOW_MS) -> Seen:
    with reading() as connection:
        return load_town(connection, town.id, now_ms)


def lines(town: Town, account: str, now_ms: int = NOW_MS, **rules: Any) -> dict[str, Any]:
    """Code → line of the digest that this account gets when it asks now."""
    write_digests(NIGHT_KINDS, now_ms, force=True, rules=DigestRules(**rules))
    found = [fields for scope, fields in town.records("digest") if scope == f"own:{account}"]
    return {line["code"]: line for line in found[-1]["lines"]} if found else {}


def hold(town: Town, account: str, n: int) -> None:
    """One change of this account waits in quarantine."""
    change = Quarantined(
        str(uuid.uuid4()), n, account, None, None, "visit", None, "invalid-change", "", "{}", "held", n
    )
    with writing() as connection:
        insert_quarantined(connection, town.id, [change])


def test_a_deleted_visit_is_not_looked_at(town: Town) -> None:
    visit = town.visit(0, NOW_MS)
    save_online(KINDS, town.id, town.secretary, [OnlineWrite(visit, "visit", deleted=True)], NOW_MS)
    assert [record.id for record in seen(town).records if record.kind == "visit"] == []
    assert lines(town, town.secretary)["unvisited"]["count"] == 3


def test_only_phones_in_use_are_waited_for(town: Town) -> None:
    revoked = add_phone(town, town.secretary, NOW_MS - 9 * DAY_MS, revoked_at_ms=NOW_MS - DAY_MS)
    old = add_phone(town, town.secretary, NOW_MS - 8 * DAY_MS)
    new = add_phone(town, town.secretary, NOW_MS, continues=old)
    clerks = add_phone(town, town.clerk, NOW_MS - 2 * DAY_MS, 4)
    found = {phone.replica: phone for phone in seen(town).phones}
    assert set(found) == {new, clerks}
    assert revoked not in found
    assert (found[clerks].person, found[clerks].pending, found[new].pending) == ("祁文博", 4, 0)
    said = lines(town, town.secretary)
    assert (said["silent"]["count"], said["silent"]["names"]) == (1, ["祁文博"])
    assert said["unvisited"]["note"] is None


def test_a_phone_of_somebody_without_a_role_is_nobodys_to_wait_for(town: Town) -> None:
    add_phone(town, town.clerk, NOW_MS - 2 * DAY_MS)
    with writing() as connection:
        end_roles(connection, town.id, town.clerk, NOW_MS - DAY_MS)
    assert seen(town).phones == ()


def test_who_holds_a_role_now_is_a_reader_and_who_held_or_will_hold_it_is_not(town: Town) -> None:
    with writing() as connection:
        end_roles(connection, town.id, town.clerk, NOW_MS - DAY_MS)
        insert_role(connection, town.id, str(uuid.uuid4()), town.clerk, "pbo", None, NOW_MS + DAY_MS)
    with reading() as connection:
        assert [reader.account for reader in load_readers(connection, town.id, NOW_MS)] == [town.secretary]
        assert len(load_readers(connection, town.id, NOW_MS + DAY_MS)) == 2


def test_the_visits_of_a_secretary_who_left_still_count_and_those_of_another_leader_do_not(town: Town) -> None:
    town.visit(0, NOW_MS)
    mayor, successor = str(uuid.uuid4()), str(uuid.uuid4())
    town.visit(1, NOW_MS, visitor_id=mayor)
    with writing() as connection:
        end_roles(connection, town.id, town.secretary, NOW_MS - DAY_MS)
        for person, role in ((mayor, "leader"), (successor, "committee_secretary")):
            account = str(uuid.uuid4())
            insert_account(connection, town.id, account, person, NOW_MS - DAY_MS)
            insert_role(connection, town.id, str(uuid.uuid4()), account, role, None, NOW_MS - DAY_MS)
    assert lines(town, town.clerk)["unvisited"]["names"] == ["柳树湾", "上河"]


def test_the_office_sees_who_waits_in_quarantine_and_the_secretary_does_not(town: Town) -> None:
    for n, account in enumerate((town.secretary, town.secretary, str(uuid.uuid4())), start=1):
        hold(town, account, n)
    assert lines(town, town.clerk)["quarantined"]["names"] == ["程启岳", "?"]
    assert lines(town, town.clerk)["quarantined"]["count"] == 3
    assert "quarantined" not in lines(town, town.secretary)
    with writing() as connection:
        connection.execute(text("UPDATE quarantined_changes SET status = 'rejected'"))
    assert seen(town).quarantined == ()


def test_another_township_is_never_looked_at(town: Town) -> None:
    other = make_town(NOW_MS - 60 * DAY_MS, code="990101110")
    other.visit(0, NOW_MS)
    add_phone(other, other.secretary, NOW_MS - 9 * DAY_MS)
    hold(other, other.secretary, 1)
    ids = {record.id for record in seen(town).records}
    assert not ids & {record.id for record in seen(other).records}
    assert (seen(town).phones, seen(town).quarantined) == ((), ())
    assert set(seen(town).secretaries) == {town.secretary}
    assert lines(town, town.secretary)["unvisited"]["count"] == 3
    only = write_digests(NIGHT_KINDS, NOW_MS + DAY_MS, township_id=other.id)
    assert {account for account, _outcome in only} == {other.secretary, other.clerk}


def test_the_settings_say_when_a_phone_is_silent_and_when_the_day_begins(town: Town) -> None:
    add_phone(town, town.secretary, NOW_MS - 3 * HOUR_MS)
    assert "silent" not in lines(town, town.secretary)
    assert lines(town, town.secretary, silent_after_ms=2 * HOUR_MS)["silent"]["note"] == {
        "code": "longest",
        "number": 3,
    }
    digests = [fields for scope, fields in town.records("digest") if scope == f"own:{town.secretary}"]
    assert [fields["period"] for fields in digests] == ["2027-01-15"]
    write_digests(NIGHT_KINDS, NOW_MS, rules=DigestRules(at=Hour(17)))
    assert {fields["period"] for _scope, fields in town.records("digest")} == {"2027-01-14", "2027-01-15"}


def test_a_record_that_nobody_filled_in_breaks_no_digest(town: Town) -> None:
    """A visit that arrived with half its fields is data like any other."""
    save_online(
        KINDS,
        town.id,
        town.secretary,
        [OnlineWrite(str(uuid.uuid4()), "visit", {"village_id": town.villages[0]})],
        NOW_MS,
    )
    save_online(KINDS, town.id, town.secretary, [OnlineWrite(str(uuid.uuid4()), "cycle", {"state": "issued"})], NOW_MS)
    assert lines(town, town.secretary)["unvisited"]["count"] == 3
