"""Who was heard lies sealed: in every table, in history, quarantine and conflicts, in backups (DOMAIN.md 3.3)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import inspect, text

from server.api.identity import now_ms
from server.app import create_app
from server.commands.doctor import doctor
from server.commands.give_up_names import give_up_names
from server.commands.quarantine import release
from server.commands.seal_open import Mended, seal_open, seal_open_once
from server.commands.take_backup import take_backup
from server.domain.problems import Problem
from server.domain.replicas import Tenant
from server.schemas.changes import read_change
from server.schemas.kinds.registry import KINDS
from server.settings import BadSetting, Settings
from server.store.changes import load_numbers
from server.store.database import db, reading, writing
from server.store.quarantine import load_quarantined
from server.store.records import load_family
from server.store.sealing import MARK, SealBroken, Sealer, SealingKeyWrong
from server.store.townships import load_tenant
from server.store.transaction import transaction
from tests.phone import Json, Phone, Town, enrol, new_id

NAME = "Canary-Wang-Xiuying 王秀英"
OTHER = "Canary-Wang-Xiuyin 王秀音"
CANARY = "Canary-Wang"


def everything(app: Flask) -> str:
    """The whole database as text."""
    with reading() as connection:
        tables = inspect(db.engine).get_table_names()
        rows = [str(tuple(row)) for table in tables for row in connection.execute(text(f'SELECT * FROM "{table}"'))]
    return "\n".join(rows)


def interview(phone: Phone, visit: str, record: str) -> Json:
    fields = {"visit_id": visit, "category": "masses", "alias": "群众甲", "consent": "given", "answer": "路修好了"}
    return phone.change("create", record, "interview", fields=fields)


def heard(phone: Phone, town: Town) -> tuple[str, str]:
    """A visit, an interview and whose name was noted; (interview, interviewee)."""
    visit, said, person = new_id(), new_id(), new_id()
    outcomes = phone.push(
        phone.visit(town, visit),
        interview(phone, visit, said),
        phone.change("create", person, "interviewee", fields={"interview_id": said, "name": NAME, "sex": "2"}),
    )
    assert [one["outcome"] for one in outcomes] == ["applied"] * 3
    return said, person


def in_conflict(app: Flask, town: Town, phone: Phone, person: str) -> str:
    """The author's second phone writes another name without having seen the first; the conflict's id."""
    second = enrol(app, town, person=town.secretary)
    outcome = second.push(second.change("patch", person, "interviewee", base=0, fields={"name": OTHER}))[0]
    assert outcome["outcome"] == "conflict"
    return str(outcome["conflicts"][0])


def test_no_name_lies_in_the_open_and_its_author_reads_it_exactly(
    app: Flask, town: Town, phone: Phone, settings: Settings, tmp_path: Path
) -> None:
    said, person = heard(phone, town)
    conflict = in_conflict(app, town, phone, person)
    refused = phone.change("create", new_id(), "interviewee", fields={"interview_id": said, "name": NAME, "sex": "x"})
    unknown = phone.change("create", new_id(), "villager", fields={"name": NAME})
    assert [one["outcome"] for one in phone.push(refused, unknown)] == ["quarantined"] * 2

    assert CANARY not in everything(app)
    path, _manifest = take_backup(settings.database(), tmp_path / "backups", settings.secret(), now_ms())
    with ZipFile(path) as packed:
        assert all(CANARY.encode() not in packed.read(name) for name in packed.namelist())
        assert all(
            b"sealed:" in packed.read(name) for name in packed.namelist() if name.endswith(("sqlite3", "records"))
        )

    phone.pull()
    assert phone.mirror[person]["fields"]["name"] == NAME
    assert [side["value"] for side in phone.mirror[conflict]["fields"]["sides"]] == [OTHER]
    with reading() as connection:
        held = load_quarantined(connection, town.id)
    assert all(CANARY in change.payload for change in held) and len(held) == 2


def test_what_was_chosen_in_a_conflict_lies_sealed_too(app: Flask, town: Town, phone: Phone) -> None:
    _said, person = heard(phone, town)
    conflict = in_conflict(app, town, phone, person)
    phone.pull()
    sides = [{"replica": side["replica"], "n": side["n"]} for side in phone.mirror[conflict]["fields"]["sides"]]
    choice = phone.change("settle", conflict, "conflict", fields={"value": OTHER, "sides": sides})
    assert phone.push(choice)[0]["outcome"] == "applied"
    again = phone.push(choice)[0]
    assert again["outcome"] == "applied"
    assert CANARY not in everything(app)
    phone.pull()
    assert phone.mirror[person]["fields"]["name"] == OTHER


def test_a_waiting_name_is_opened_when_its_interview_arrives(app: Flask, town: Town, phone: Phone) -> None:
    person = new_id()
    late = phone.change("patch", person, "interviewee", fields={"name": NAME})
    assert phone.push(late)[0]["outcome"] == "quarantined"
    visit, said = new_id(), new_id()
    fields = {"interview_id": said}
    phone.push(
        phone.visit(town, visit),
        interview(phone, visit, said),
        phone.change("create", person, "interviewee", fields=fields),
    )
    phone.pull()
    assert phone.mirror[person]["fields"]["name"] == NAME
    assert CANARY not in everything(app)


def open_everything(town: Town) -> None:
    """The database as the program before this one left it."""
    with reading() as connection:
        ids = [row.id for row in connection.execute(text("SELECT id FROM records"))]
        numbers = connection.execute(text("SELECT replica_id, n FROM changes")).all()
        records = load_family(connection, town.id, ids).values()
        changes = [load_numbers(connection, town.id, row.replica_id, row.n, row.n)[row.n] for row in numbers]
        held = load_quarantined(connection, town.id, None)
    with transaction(town.id) as tx:
        plain = [replace(one, sealed=False, seq=tx.head + at) for at, one in enumerate(records, start=1)]
        tx.save(plain, [], tx.head + len(plain))
        for change in changes:
            where = {"replica": change.replica_id, "n": change.n, "text": change.canonical}
            tx.connection.execute(
                text("UPDATE changes SET canonical = :text WHERE replica_id = :replica AND n = :n"), where
            )
        for one in held:
            where = {"replica": one.replica_id, "n": one.n, "text": one.payload}
            tx.connection.execute(
                text("UPDATE quarantined_changes SET payload = :text WHERE replica_id = :replica AND n = :n"), where
            )


def test_what_an_older_program_left_open_reads_on_and_is_sealed_once(app: Flask, town: Town, phone: Phone) -> None:
    said, person = heard(phone, town)
    conflict = in_conflict(app, town, phone, person)
    wrong = phone.change("create", new_id(), "interviewee", fields={"interview_id": said, "name": NAME, "sex": "x"})
    phone.push(wrong)
    open_everything(town)
    assert CANARY in everything(app)
    phone.pull()
    assert phone.mirror[person]["fields"]["name"] == NAME

    assert seal_open(KINDS, now_ms()) == Mended(records=2, changes=2, quarantined=1)
    assert CANARY not in everything(app)
    rows = {row["record"] for row in phone.pull()}
    assert rows == {person, conflict} and phone.mirror[person]["fields"]["name"] == NAME
    open_everything(town)
    seal_open_once(KINDS, now_ms())
    assert CANARY in everything(app), "once is once: `zoufang seal` looks again"


def test_a_sealed_text_opens_in_its_own_row_only(app: Flask, town: Town, phone: Phone) -> None:
    _said, one = heard(phone, town)
    _said, other = heard(phone, town)
    with writing() as connection:
        connection.execute(text("UPDATE sync_heads SET seq = seq + 1"))
        head = connection.execute(text("SELECT seq FROM sync_heads")).scalar()
        moved = (
            "UPDATE records SET seq = :head, fields = (SELECT fields FROM records WHERE id = :one) WHERE id = :other"
        )
        connection.execute(text(moved), {"head": head, "one": one, "other": other})
    rows = {row["record"]: row for row in phone.pull()}
    assert rows[other]["unreadable"] is True and rows[other]["fields"] == {} and "unreadable" not in rows[one]
    sealer = Sealer(b"k" * 32)
    sealed = sealer.seal("a", ("t",), "x")
    assert sealer.unseal("a", ("t",), sealed) == "x" and sealed.startswith(MARK)
    for township, place in (("b", ("t",)), ("a", ("u",))):
        with pytest.raises(SealBroken):
            sealer.unseal(township, place, sealed)
    with pytest.raises(SealBroken, match="was sealed with the key"):
        Sealer(b"l" * 32).unseal("a", ("t",), sealed)


def test_another_key_or_none_stops_the_start_with_a_sentence(app: Flask, settings: Settings) -> None:
    with pytest.raises(SealingKeyWrong, match=r"put the right sealing\.key into VAR_DIR"):
        create_app(replace(settings, sealing_key="another key of 32 characters or more"))
    key = settings.var / "sealing.key"
    assert key.stat().st_mode & 0o777 == 0o600
    key.unlink()
    with pytest.raises(BadSetting, match="there is no sealing key"):
        create_app(settings)
    assert not key.exists(), "a new key would hide that the old one is gone"
    with pytest.raises(BadSetting, match="it takes 32"):
        create_app(replace(settings, sealing_key="short"))


def test_a_key_that_is_lost_costs_the_names_and_nothing_else(
    app: Flask, town: Town, phone: Phone, settings: Settings
) -> None:
    said, person = heard(phone, town)
    conflict = in_conflict(app, town, phone, person)
    sent = phone.change("patch", person, "interviewee", fields={"sex": "9"})
    wrong = phone.change("patch", person, "interviewee", fields={"name": NAME, "sex": "x"})
    before = phone.push(sent, wrong)
    with pytest.raises(Problem, match="nothing has to be given up"):
        give_up_names(KINDS, Sealer(settings.sealing_secret(may_make=False)).id, now_ms())
    other = replace(settings, sealing_key="another key of 32 characters or more")
    done = give_up_names(KINDS, Sealer(other.sealing_secret(may_make=False)).id, now_ms())
    assert (done.records, done.texts) == (2, 4)
    with pytest.raises(SealingKeyWrong):
        create_app(settings)

    fresh = create_app(other)
    with fresh.app_context():
        assert MARK not in everything(fresh)
        phone.client = fresh.test_client()
        phone.pull()
        assert phone.mirror[said]["fields"]["answer"] == "路修好了"
        assert phone.mirror[person]["fields"] == {"interview_id": said}
        assert phone.mirror[conflict]["fields"]["status"] == "settled"
        assert phone.push(sent, wrong) == before
        held = release(
            KINDS, phone.id, wrong["n"], lambda one, payload: read_change(one, json.loads(payload)), now_ms()
        )
        assert held.status == "held"
        again = phone.change("patch", person, "interviewee", fields={"name": NAME})
        assert phone.push(again)[0]["outcome"] in ("applied", "merged")
        phone.pull()
        assert phone.mirror[person]["fields"]["name"] == NAME and CANARY not in everything(fresh)
        assert all(line.ok is not False for line in doctor(KINDS, _tenant(town), now_ms()).lines)
        db.engine.dispose()


def _tenant(town: Town) -> Tenant:
    with reading() as connection:
        tenant = load_tenant(connection, town.id)
    assert tenant is not None
    return tenant
