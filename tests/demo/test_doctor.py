"""The doctor finds what was planted: each fault in a transaction that is rolled back, looked at from inside."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text

from server.commands.doctor import doctor
from server.demo.expected import compare
from server.demo.load import DemoLoaded, load_demo
from server.demo.names import TOWNSHIP, phone_id
from server.domain.digest import BEIJING
from server.domain.doctor import health, totals_by_year, writers_by_year
from server.schemas.kinds.registry import KINDS
from server.store.database import is_sqlite, reading, writing
from server.store.doctor import load_facts
from server.store.doctor_checks import CHECKS
from server.store.townships import load_tenant
from tests.demo.conftest import NOW_MS

STRANGER = "0193e0a0-0000-7000-8000-00000000dead"
OFFLINE = [kind.name for kind in KINDS.values() if kind.offline]
RAISE_HEAD = "UPDATE sync_heads SET seq = seq + 1"
NEWEST = "(SELECT seq FROM sync_heads)"
ANY = "(SELECT min(id) FROM records WHERE kind = '{}')"


class Healed(Exception):
    """Ends the planting transaction without a trace."""


def drop_guard(connection: Connection) -> None:
    if is_sqlite(connection):
        for name in ("insert", "update", "delete"):
            connection.execute(text(f"DROP TRIGGER records_guard_{name}"))
    else:
        connection.execute(text("ALTER TABLE records DISABLE TRIGGER ALL"))


def delete_a_visit(connection: Connection) -> None:
    run(connection, RAISE_HEAD, f"UPDATE records SET deleted = true, seq = {NEWEST} WHERE id = {ANY.format('visit')}")


def double_an_interview(connection: Connection) -> None:
    names = "township_id, kind, scope, fields, field_seqs, deleted, parent, created_by, created_at_ms, updated_by, "
    names += "updated_at_ms"
    copy = f"INSERT INTO records (id, seq, {names}) SELECT '{STRANGER}', {NEWEST}, {names} FROM records "
    run(connection, RAISE_HEAD, copy + f"WHERE id = {ANY.format('interview')}")


def tear_out_a_visit(connection: Connection) -> None:
    drop_guard(connection)
    run(connection, f"DELETE FROM records WHERE id = {ANY.format('visit')}")


def forget_a_conflict(connection: Connection) -> None:
    drop_guard(connection)
    run(connection, f"DELETE FROM records WHERE id = {ANY.format('conflict')}")


def change_a_kind(connection: Connection) -> None:
    change = f"UPDATE records SET kind = 'rumour', seq = {NEWEST} WHERE id = {ANY.format('opinion')}"
    run(connection, RAISE_HEAD, change)


def lower_the_head(connection: Connection) -> None:
    run(connection, "UPDATE sync_heads SET seq = seq - 3")


def promise_a_number(connection: Connection) -> None:
    run(connection, f"UPDATE changes SET seq = 999999 WHERE replica_id = '{phone_id('deputy')}' AND n = 1")


def lose_a_change(connection: Connection) -> None:
    run(connection, f"DELETE FROM changes WHERE replica_id = '{phone_id('deputy')}' AND n = 2")


def lose_a_phone(connection: Connection) -> None:
    run(connection, f"DELETE FROM replicas WHERE id = '{phone_id('deputy')}'")


def lose_a_person(connection: Connection) -> None:
    run(connection, f"UPDATE accounts SET person_id = '{STRANGER}' WHERE id = (SELECT min(id) FROM accounts)")


def lose_a_quarantined_change(connection: Connection) -> None:
    run(connection, f"UPDATE changes SET outcome = 'quarantined' WHERE replica_id = '{phone_id('deputy')}' AND n = 3")


def invent_a_departure(connection: Connection) -> None:
    values = f"SELECT id, 999999, 'town:x', '{STRANGER}' FROM townships"
    run(connection, f"INSERT INTO departures (township_id, seq, scope, record) {values}")


def kill_an_effect(connection: Connection) -> None:
    values = f"SELECT id, '{STRANGER}', 'digest', '{{}}', 0, 0, 99 FROM townships"
    run(connection, f"INSERT INTO effects (township_id, id, kind, payload, created_at_ms, due_at_ms, tries) {values}")


def forge_the_audit(connection: Connection) -> None:
    values = (
        "SELECT t.id, 1 + (SELECT count(*) FROM audit_events a WHERE a.township_id = t.id), 0, 'nobody', 'revoked', "
        "'{}', 'no hash' FROM townships t"
    )
    run(connection, f"INSERT INTO audit_events (township_id, n, at_ms, account, event, detail, hash) {values}")


def give_a_number_twice(connection: Connection) -> None:
    drop_guard(connection)
    run(
        connection,
        "DROP INDEX records_feed",
        f"UPDATE records SET seq = {NEWEST} WHERE id = {ANY.format('visit')}",
        f"UPDATE records SET seq = {NEWEST} WHERE id = {ANY.format('village')}",
    )


def run(connection: Connection, *statements: str) -> None:
    for statement in statements:
        assert connection.execute(text(statement)).rowcount != 0, statement


PLANTED: list[tuple[Callable[[Connection], None], set[str]]] = [
    (drop_guard, {"guard-of-the-feed-missing"}),
    (delete_a_visit, {"records-nobody-deleted", "2017 visits"}),
    (double_an_interview, {"records-nobody-made", "2017 interviews"}),
    (tear_out_a_visit, {"guard-of-the-feed-missing", "records-lost", "parents-missing", "2017 visits"}),
    (forget_a_conflict, {"guard-of-the-feed-missing", "conflicts-lost", "2017 conflicts"}),
    (change_a_kind, {"records-of-unknown-kind"}),
    (lower_the_head, {"numbers-above-the-head"}),
    (promise_a_number, {"outcomes-above-the-head"}),
    (lose_a_change, {"changes-not-dense"}),
    (lose_a_phone, {"changes-of-no-replica"}),
    (lose_a_person, {"accounts-without-their-person"}),
    (lose_a_quarantined_change, {"quarantine-lost"}),
    (invent_a_departure, {"departures-above-the-head"}),
    (kill_an_effect, {"effects-dead"}),
    (forge_the_audit, {"audit-chain-broken"}),
    (give_a_number_twice, {"guard-of-the-feed-missing", "numbers-given-twice"}),
]


def found_by_doctor(connection: Connection) -> set[str]:
    facts = load_facts(connection, TOWNSHIP, list(KINDS), OFFLINE, NOW_MS)
    lines = [*health(facts), *compare(totals_by_year(facts, BEIJING), writers_by_year(facts))]
    return {line.name for line in lines if line.ok is False}


@pytest.mark.parametrize(("plant", "named"), PLANTED, ids=[plant.__name__ for plant, _named in PLANTED])
def test_the_doctor_names_the_planted_fault(demo: DemoLoaded, plant: Callable[[Connection], None], named: set[str]):
    found: set[str] = set()
    with pytest.raises(Healed), writing() as connection:
        plant(connection)
        found = found_by_doctor(connection)
        raise Healed
    assert named <= found
    with reading() as connection:
        assert found_by_doctor(connection) == set()


def test_every_check_is_broken_by_some_planted_fault():
    named = {name for _plant, names in PLANTED for name in names}
    assert set(CHECKS) <= named


def test_a_fault_that_was_committed_makes_the_report_bad(empty: None):
    load_demo(KINDS, NOW_MS)
    with reading() as connection:
        tenant = load_tenant(connection, TOWNSHIP)
    assert tenant is not None
    assert doctor(KINDS, tenant, NOW_MS).ok
    with writing() as connection:
        double_an_interview(connection)
    report = doctor(KINDS, tenant, NOW_MS)
    assert not report.ok
    assert report.totals[2017].interviews == 85
