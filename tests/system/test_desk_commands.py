"""Rosters, the quarantine desk and revocation from the command line, on both databases."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from server.cli.main import main
from tests.phone import Phone, enrol, found_town
from tests.system.running import ROOT

Json = dict[str, Any]
Command = Callable[..., Json]


@pytest.fixture
def zoufang(
    app: Flask, database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """The command inside this process, beside the app of the test; its JSON answer with the exit code in `code`."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("VAR_DIR", app.config["ZOUFANG"].var_dir)

    def run(*words: str) -> Json:
        monkeypatch.setattr("sys.argv", ["zoufang", *words, "--json"])
        with pytest.raises(SystemExit) as ended:
            main()
        return {**json.loads(capsys.readouterr().out), "code": int(ended.value.code or 0)}

    return run


def held(phone: Phone) -> Json:
    """A change that the server can only keep: it edits a visit that it has never seen."""
    (outcome,) = phone.push(phone.change("patch", "0192a000-0000-7000-8000-0000000000ff", fields={"narrative": "秘密"}))
    assert outcome["outcome"] == "quarantined"
    return outcome


def test_the_quarantine_desk_shows_no_content_and_its_word_reaches_the_author(app: Flask, zoufang: Command) -> None:
    phone = enrol(app, found_town(app))
    n = str(held(phone)["n"])
    listed = zoufang("quarantine", "list")
    (change,) = listed["changes"]
    assert (change["replica"], change["n"], change["slug"]) == (phone.id, 1, "depends-on")
    assert "秘密" not in json.dumps(listed, ensure_ascii=False)
    still = zoufang("quarantine", "release", "--replica", phone.id, "--n", n)
    assert (still["code"], still["status"]) == (2, "held")
    done = zoufang("quarantine", "reject", "--replica", phone.id, "--n", n, "--reason", "查无此事")
    assert (done["code"], done["status"]) == (0, "rejected")
    assert zoufang("quarantine", "list")["changes"] == []
    phone.pull()
    (notice,) = [row["fields"] for row in phone.mirror.values() if row["kind"] == "quarantine"]
    assert (notice["n"], notice["status"], notice["reason"]) == (1, "rejected", "查无此事")
    again = zoufang("quarantine", "reject", "--replica", phone.id, "--n", n, "--reason", "again")
    assert (again["code"], again["type"]) == (2, "/docs/problems#already-decided")


def test_a_revoked_phone_reads_nothing_and_loses_nothing(app: Flask, zoufang: Command) -> None:
    town = found_town(app)
    phone = enrol(app, town)
    assert zoufang("revoke", "--replica", phone.id)["revoked"] is True
    assert phone.pull_raw().status_code == 403
    (outcome,) = phone.push(phone.visit(town, narrative="路上写的"))
    assert outcome["outcome"] == "quarantined"
    released = zoufang("quarantine", "release", "--replica", phone.id, "--n", "1")
    assert (released["status"], released["outcome"]) == ("released", "applied")


def test_who_left_office_writes_no_more_visits(app: Flask, zoufang: Command) -> None:
    town = found_town(app)
    phone = enrol(app, town)
    assert zoufang("role", "end", "--replica", phone.id)["roles_ended"] == 1
    (outcome,) = phone.push(phone.visit(town))
    assert outcome["problem"]["type"].endswith("#change-not-allowed")
    assert zoufang("role", "end", "--replica", phone.id)["roles_ended"] == 0


def test_a_countys_roster_makes_its_townships_once(zoufang: Command) -> None:
    file = str(ROOT / "tests/data/villages-620123.csv")
    dry = zoufang("import", "roster", file, "--create-townships", "--dry-run")
    assert dry["ok"] and len(dry["imports"]) == 20
    assert zoufang("roster", "import", file, "--township", "620123100")["code"] == 2  # nothing was made
    made = zoufang("import", "roster", file, "--create-townships")
    again = zoufang("import", "roster", file, "--create-townships")
    villages = sum(one["creates"] for one in made["imports"])
    assert villages > 200
    assert sum(one["records"] for one in again["imports"]) == 0
    assert sum(one["unchanged"] for one in again["imports"]) == villages


def test_the_plan_states_thirteen_villages_and_the_roster_has_eleven(zoufang: Command) -> None:
    zoufang("import", "roster", str(ROOT / "tests/data/villages-620111103.csv"), "--create-townships")
    plan = str(ROOT / "tests/data/plan-2017.txt")
    checked = zoufang("plan", "check", plan)
    assert [(found["stated"], found["roster"]) for found in checked["differences"]] == [(13, 11)]
    assert not checked["applied"]
    assert zoufang("import", "plan", plan, "--acknowledge")["acknowledged"] is True


def test_a_forgotten_desk_password_is_cleared_from_the_machine(app: Flask, zoufang: Command) -> None:
    desk = enrol(app, found_town(app), "pbo")
    body = {"login": "dangjianban", "password": "Qingshi-gou 4417 田"}
    assert desk.client.post("/auth/v1/password", json=body, headers=desk.headers).status_code == 200
    assert zoufang("password", "clear", "--replica", desk.id)["cleared"] is True
    assert zoufang("password", "clear", "--replica", desk.id)["cleared"] is False
    assert zoufang("password", "clear", "--replica", "nobody")["code"] == 2
    assert desk.client.post("/auth/v1/password", json=body, headers=desk.headers).status_code == 200
