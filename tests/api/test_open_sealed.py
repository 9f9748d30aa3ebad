"""The recovery key opens what phones handed in; it is judged as if the phone had pushed it, and counts once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from server.api.identity import now_ms
from server.cli.sealed import sealed
from server.commands.end_role import end_role
from server.commands.open_parcel import list_parcels
from server.commands.quarantine import list_quarantine
from server.commands.revoke import revoke
from server.feed.office import fleet_of
from server.settings import Settings
from tests.api.test_sealed import hand_in
from tests.phone import Json, Phone, Town, enrol, hashed
from tests.sealing import Vault, point, printed

Safe = ec.EllipticCurvePrivateKey


@pytest.fixture
def safe() -> Safe:
    """The private recovery key, on paper in the safe."""
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def vault(safe: Safe) -> Vault:
    return Vault(point(safe))


class Desk:
    """The administrator at the machine, with the key from the safe in a file."""

    def __init__(self, settings: Settings, safe: Safe, folder: Path) -> None:
        self.environment = {"VAR_DIR": settings.var_dir, "DATABASE_URL": settings.database_url}
        self.key = folder / "safe.key"
        self.key.write_text(printed(safe) + "\n")

    def run(self, *arguments: str) -> Result:
        result = CliRunner().invoke(sealed, [*arguments, "--json"], env=self.environment, standalone_mode=False)
        assert result.exception is None, result.exception
        return result

    def open(self, *arguments: str) -> Any:
        return json.loads(self.run("open", "--recovery-key", str(self.key), *arguments).stdout)


@pytest.fixture
def desk(settings: Settings, safe: Safe, tmp_path: Path) -> Desk:
    return Desk(settings, safe, tmp_path)


def test_L5_what_was_opened_and_pushed_later_counts_once(phone: Phone, town: Town, vault: Vault, desk: Desk) -> None:
    first, second = phone.visit(town), phone.visit(town)
    assert hand_in(phone, vault.parcel(first, second)).status_code == 200
    opened = desk.open()
    assert opened["parcels"][0]["outcomes"] == {"applied": 2} and opened["parcels"][0]["problem"] is None
    outcomes = phone.push(first, second)
    assert [outcome["outcome"] for outcome in outcomes] == ["applied", "applied"]
    phone.pull()
    assert {first["record"], second["record"]} <= set(phone.mirror)
    visits = [row for row in phone.mirror.values() if row["kind"] == "visit"]
    assert len(visits) == 2 and all(row["created_by"] == phone.enrolled["account"] for row in visits)
    assert desk.open()["parcels"] == [], "an opened parcel is not opened again"


def test_what_the_phone_pushed_meanwhile_is_recognised(phone: Phone, town: Town, vault: Vault, desk: Desk) -> None:
    first, second = phone.visit(town), phone.visit(town)
    hand_in(phone, vault.parcel(first, second))
    pushed = phone.push(first)
    assert desk.open()["parcels"][0]["outcomes"] == {"applied": 2}
    assert phone.push(first, second)[0] == pushed[0]


def test_edits_of_one_author_stay_one_writer_s(phone: Phone, town: Town, vault: Vault, desk: Desk) -> None:
    visit = phone.visit(town, branch_summary="先写的")
    phone.push(visit)
    edit = phone.change("patch", visit["record"], fields={"branch_summary": "后改的"})
    hand_in(phone, vault.parcel(edit))
    assert desk.open()["parcels"][0]["outcomes"] == {"applied": 1}


def test_a_lost_phone_s_work_lands_in_quarantine(phone: Phone, town: Town, vault: Vault, desk: Desk) -> None:
    visit = phone.visit(town)
    revoke(phone.id, now_ms())
    hand_in(phone, vault.parcel(visit))
    assert desk.open()["parcels"][0]["outcomes"] == {"quarantined": 1}
    held = list_quarantine(town.id)
    assert [(one.change_id, one.account_id, one.slug) for one in held] == [
        (visit["change"], phone.enrolled["account"], "change-not-allowed")
    ]


def test_work_of_somebody_who_left_office_lands_in_quarantine(
    phone: Phone, town: Town, vault: Vault, desk: Desk
) -> None:
    hand_in(phone, vault.parcel(phone.visit(town)))
    end_role(phone.id, now_ms())
    assert desk.open()["parcels"][0]["outcomes"] == {"quarantined": 1}
    assert len(list_quarantine(town.id)) == 1


@pytest.mark.parametrize("revoked", [False, True])
def test_numbers_that_no_longer_fit_get_a_stand_in(
    app: Flask, phone: Phone, town: Town, vault: Vault, desk: Desk, revoked: bool
) -> None:
    phone.n = 7  # the server has never seen 1 to 7: the browser lost its memory of them
    visit, other = phone.visit(town), phone.visit(town)
    if revoked:
        revoke(phone.id, now_ms())
    hand_in(phone, vault.parcel(visit, other))
    assert desk.open()["parcels"][0]["outcomes"] == {"quarantined" if revoked else "applied": 2}
    fleet = fleet_of(town.id, now_ms(), 1000)
    assert [row["replica"] for row in fleet] == [phone.id], "a stand-in is nobody's phone"
    if not revoked:
        successor = enrol(app, town)
        again = [hashed(visit | {"n": 1}), hashed(other | {"n": 2})]
        assert [outcome["outcome"] for outcome in successor.push(*again)] == ["applied", "applied"]


def test_notes_and_drafts_reach_paper(phone: Phone, town: Town, vault: Vault, desk: Desk, tmp_path: Path) -> None:
    drafts, captures = [vault.sealed_draft("visit/1", {"text": "没写完"})], [vault.sealed_capture("水渠塌了")]
    hand_in(phone, vault.parcel(drafts=drafts, captures=captures))
    page = tmp_path / "notes.json"
    assert desk.open("--notes", str(page))["notes"] == 2
    written = json.loads(page.read_text())
    assert [note.get("text") or note["value"]["text"] for note in written] == ["没写完", "水渠塌了"]
    assert page.stat().st_mode & 0o077 == 0


def test_another_key_opens_nothing_and_leaves_it_closed(phone: Phone, town: Town, vault: Vault, desk: Desk) -> None:
    hand_in(phone, Vault(point(ec.generate_private_key(ec.SECP256R1()))).parcel(phone.visit(town)))
    answer = desk.open()["parcels"][0]
    assert answer["problem"].startswith("not-allowed") and answer["outcomes"] == {}
    assert [one.opened_at_ms for one in list_parcels(town.id)] == [None]


def test_a_damaged_row_costs_only_itself(phone: Phone, town: Town, vault: Vault, desk: Desk) -> None:
    first, spoilt, last = phone.visit(town), phone.visit(town), phone.visit(town)
    parcel = vault.parcel(first, spoilt, last)
    parcel["outbox"][1] |= vault.box("outbox/another/1", b"{}")
    hand_in(phone, parcel)
    answer = desk.open()["parcels"][0]
    assert (answer["outcomes"], answer["unreadable"]) == ({"applied": 2}, 1)


def test_strange_content_is_quarantined_like_any_other(phone: Phone, town: Town, vault: Vault, desk: Desk) -> None:
    odd: Json = hashed(phone.visit(town) | {"kind": "nothing"})
    forged = phone.visit(town) | {"hash": "0" * 24}
    hand_in(phone, vault.parcel(odd, forged))
    assert desk.open()["parcels"][0]["outcomes"] == {"quarantined": 2}


def test_the_list_tells_what_waits_and_no_content(phone: Phone, town: Town, vault: Vault, desk: Desk) -> None:
    hand_in(phone, vault.parcel(phone.visit(town, branch_summary="秘密")))
    listed = json.loads(desk.run("list").stdout)["parcels"]
    assert [(one["replica"], one["changes"], one["opened_at_ms"]) for one in listed] == [(phone.id, 1, None)]
    desk.open()
    assert json.loads(desk.run("list").stdout)["parcels"] == []
    assert len(json.loads(desk.run("list", "--all").stdout)["parcels"]) == 1
