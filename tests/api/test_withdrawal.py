"""Consent withdrawn: what was said and who said it is gone from every table; count and outcomes stay (DOMAIN 3.3)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from sqlalchemy import text

from server.api.identity import now_ms
from server.commands.doctor import doctor
from server.commands.take_backup import take_backup
from server.schemas.kinds.registry import KINDS
from server.settings import Settings
from server.store.database import reading
from server.store.townships import load_tenant
from tests.api.test_sealing import everything
from tests.phone import Json, Phone, Town, enrol, hashed, new_id, slug_of

WORDS = ("Canary-answer", "Canary-asked", "Canary-second", "Canary-refused", "Canary-name", "Canary-later")


@dataclass(slots=True)
class Heard:
    """One completed interview with a name; `changes` as they were pushed."""

    visit: str
    said: str
    person: str
    changes: list[Json]


def hear(phone: Phone, town: Town, answer: str = "Canary-answer 路没修") -> Heard:
    visit, said, person = new_id(), new_id(), new_id()
    fields = {
        "visit_id": visit,
        "category": "masses",
        "alias": "群众甲",
        "consent": "given",
        "answer": answer,
        "asked": "Canary-asked",
        "minutes": 12,
        "voice_ref": new_id(),
    }
    changes = [
        phone.visit(town, visit),
        phone.change("create", said, "interview", fields=fields),
        phone.change("create", person, "interviewee", fields={"interview_id": said, "name": "Canary-name", "sex": "2"}),
        phone.change("command", said, "interview", command="complete"),
    ]
    assert [one["outcome"] for one in phone.push(*changes)] == ["applied"] * 4
    return Heard(visit, said, person, changes)


def withdraw(phone: Phone, said: str) -> Json:
    return phone.push(phone.change("command", said, "interview", command="withdraw"))[0]


@pytest.fixture
def heard(phone: Phone, town: Town) -> Heard:
    return hear(phone, town)


def test_the_words_are_gone_everywhere_and_the_count_stays(
    app: Flask, town: Town, phone: Phone, office: Phone, heard: Heard
) -> None:
    second = enrol(app, town, person=town.secretary)
    patched = {"answer": "Canary-second", "alias": "群众乙"}
    conflict = second.push(second.change("patch", heard.said, "interview", base=0, fields=patched))[0]
    named = second.push(second.change("patch", heard.person, "interviewee", base=0, fields={"name": "Canary-later"}))[0]
    wrong = phone.change("patch", heard.said, "interview", fields={"answer": "Canary-refused", "minutes": "x"})
    assert phone.push(wrong)[0]["outcome"] == "quarantined"
    for one in (phone, second, office):
        one.pull()
    assert office.mirror[heard.said]["fields"]["answer"] == "Canary-answer 路没修"

    assert withdraw(phone, heard.said)["outcome"] in ("applied", "merged")

    left = everything(app)
    assert [word for word in WORDS if word in left] == []
    for one in (phone, second, office):
        one.pull()
        fields = one.mirror[heard.said]["fields"]
        assert (fields["state"], fields["consent"], fields["category"]) == ("withdrawn", "withdrawn", "masses")
        assert (fields["answer"], fields["asked"], fields["voice_ref"]) == (None, None, None)
        assert fields["minutes"] == 12 and heard.person not in one.mirror
    for outcome in (conflict, named):
        for one in outcome["conflicts"]:
            about = phone.mirror[one]["fields"]
            assert about["status"] == "settled"
            assert about["field"] == "alias" or [side["value"] for side in about["sides"]] == [None]
    report = doctor(KINDS, _tenant(town), now_ms())
    assert [line for line in report.lines if line.ok is False] == []
    assert report.totals[2017].interviews == 1


def _tenant(town: Town):
    with reading() as connection:
        return load_tenant(connection, town.id)


def test_a_backup_made_afterwards_holds_none_of_it(
    app: Flask, town: Town, phone: Phone, settings: Settings, tmp_path: Path
) -> None:
    """Nor in pages that SQLite has freed: a long answer lies on some of its own."""
    heard = hear(phone, town, "Canary-long " * 300)
    withdraw(phone, heard.said)
    path, _manifest = take_backup(settings.database(), tmp_path / "backups", settings.secret(), now_ms())
    with ZipFile(path) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    assert [name for name, content in members.items() if b"Canary" in content] == []
    assert any(heard.said.encode() in content for content in members.values())


def test_an_erased_change_that_comes_again_gets_the_outcome_it_had(phone: Phone, heard: Heard) -> None:
    before = phone.push(*heard.changes)
    withdraw(phone, heard.said)
    assert phone.push(*heard.changes) == before
    with reading() as connection:
        stored = connection.execute(text("SELECT n, hash FROM changes ORDER BY n")).all()
    assert [row.hash for row in stored][:4] == [change["hash"] for change in heard.changes]


def test_the_audit_names_what_was_emptied_and_says_nothing_of_it(app: Flask, phone: Phone, heard: Heard) -> None:
    withdraw(phone, heard.said)
    with reading() as connection:
        events = connection.execute(
            text("SELECT account, detail FROM audit_events WHERE event = 'consent-withdrawn'")
        ).all()
    assert [event.account for event in events] == [phone.enrolled["account"]]
    assert heard.said in events[0].detail and "Canary" not in events[0].detail


@pytest.mark.parametrize(
    ("kind", "action", "fields"),
    [
        ("interview", "patch", {"answer": "Canary-later"}),
        ("interview", "patch", {"consent": "given"}),
        ("interviewee", "patch", {"name": "Canary-later"}),
        ("interviewee", "restore", {}),
        ("interviewee", "create", {"name": "Canary-later"}),
    ],
)
def test_what_comes_too_late_is_refused_and_not_kept(
    app: Flask, town: Town, phone: Phone, heard: Heard, kind: str, action: str, fields: Json
) -> None:
    """The author's other phone was in the valley meanwhile."""
    second = enrol(app, town, person=town.secretary)
    withdraw(phone, heard.said)
    record = {"interview": heard.said, "interviewee": heard.person}[kind]
    if action == "create":
        record, fields = new_id(), {"interview_id": heard.said, **fields}
    outcome = second.push(second.change(action, record, kind, base=0, fields=fields))[0]
    assert outcome["outcome"] == "quarantined" and slug_of(outcome["problem"]) == "failed-guard"
    assert "Canary" not in everything(app)
    phone.pull()
    assert heard.person not in phone.mirror and phone.mirror[heard.said]["fields"]["answer"] is None


def test_a_settle_of_an_emptied_conflict_brings_nothing_back(
    app: Flask, town: Town, phone: Phone, heard: Heard
) -> None:
    second = enrol(app, town, person=town.secretary)
    outcome = second.push(second.change("patch", heard.said, "interview", base=0, fields={"answer": "Canary-second"}))[
        0
    ]
    conflict = outcome["conflicts"][0]
    withdraw(phone, heard.said)
    choice = {"value": "Canary-second", "sides": [{"replica": second.id, "n": 1}]}
    late = second.push(second.change("settle", conflict, "conflict", fields=choice))[0]
    assert late["outcome"] == "quarantined" and slug_of(late["problem"]) == "failed-guard"
    assert "Canary" not in everything(app)


def test_an_opinion_from_the_talk_and_the_other_fields_go_on(
    app: Flask, town: Town, phone: Phone, heard: Heard
) -> None:
    opinion = new_id()
    fields = {"origin": "interview", "origin_id": heard.said, "village_id": town.villages[0], "text": "路要修"}
    withdraw(phone, heard.said)
    outcomes = phone.push(
        phone.change("create", opinion, "opinion", fields=fields),
        phone.change("patch", heard.said, "interview", fields={"minutes": 20}),
    )
    assert [one["outcome"] for one in outcomes] == ["applied", "applied"]
    assert "路要修" in everything(app)


def test_only_its_author_may_and_only_of_a_completed_one(app: Flask, town: Town, phone: Phone, office: Phone) -> None:
    heard = hear(phone, town)
    refused = office.push(office.change("command", heard.said, "interview", command="withdraw"))[0]
    assert slug_of(refused["problem"]) == "change-not-allowed"
    draft = new_id()
    fields = {"visit_id": heard.visit, "answer": "半句"}
    outcomes = phone.push(
        phone.change("create", draft, "interview", fields=fields),
        phone.change("command", draft, "interview", command="withdraw"),
    )
    assert slug_of(outcomes[1]["problem"]) == "failed-guard"


def test_a_withdrawal_in_the_same_push_leaves_nothing(app: Flask, town: Town, phone: Phone) -> None:
    visit, said = new_id(), new_id()
    fields = {"visit_id": visit, "category": "masses", "alias": "甲", "consent": "given", "answer": "Canary-answer"}
    outcomes = phone.push(
        phone.visit(town, visit),
        phone.change("create", said, "interview", fields=fields),
        phone.change("command", said, "interview", command="complete"),
        phone.change("command", said, "interview", command="withdraw"),
    )
    assert [one["outcome"] for one in outcomes] == ["applied"] * 4
    assert "Canary" not in everything(app)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("interview", {"answer": "Canary-forged"}),
        ("interview", {"consent": "given"}),
        ("interviewee", {"name": "Canary-forged"}),
        ("conflict", {"value": "Canary-forged", "sides": []}),
        ("visit", {"narrative": "forged"}),
        ("visit", {}),
        ("opinion", {"text": "forged"}),
    ],
)
def test_what_still_says_something_is_not_erased_and_its_hash_is_checked(
    phone: Phone, heard: Heard, kind: str, fields: Json
) -> None:
    """Nobody passes a change with a hash that is not its own by calling it erased."""
    action = "settle" if kind == "conflict" else "patch"
    forged = phone.change(action, heard.said, kind, fields=fields) | {"hash": "0" * 24, "erased": True}
    (refused,) = phone.push(forged)
    assert (refused["outcome"], slug_of(refused["problem"])) == ("quarantined", "invalid-change")
    assert "/erased" in [error["pointer"] for error in refused["problem"]["errors"]]


def test_it_beats_a_delete_of_the_other_phone(app: Flask, town: Town, phone: Phone, heard: Heard) -> None:
    second = enrol(app, town, person=town.secretary)
    second.pull()
    second.push(second.change("delete", heard.said, "interview"))
    assert withdraw(phone, heard.said)["outcome"] in ("applied", "merged")
    assert "Canary" not in everything(app)


def test_after_a_restore_the_emptied_changes_go_up_again(app: Flask, town: Town, phone: Phone, heard: Heard) -> None:
    """A phone keeps what it sent, without the words, under the hash it was known by (docs/wire.md, `erased`)."""
    sent = {name: value for name, value in heard.changes[1].items() if name not in ("n", "change")}
    said = new_id()
    left = {name: value for name, value in sent["fields"].items() if name not in ("asked", "answer", "voice_ref")}
    kept = sent | {"record": said, "fields": left | {"consent": "withdrawn"}, "erased": True}
    changes = [
        kept | {"n": phone.n + 1, "change": new_id()},
        hashed(kept | {"n": phone.n + 2, "change": new_id(), "action": "command", "command": "complete", "fields": {}}),
        hashed(kept | {"n": phone.n + 3, "change": new_id(), "action": "command", "command": "withdraw", "fields": {}}),
    ]
    assert [one["outcome"] for one in phone.push(*changes)] == ["applied"] * 3
