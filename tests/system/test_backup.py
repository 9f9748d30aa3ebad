"""A backup is one moment, checked; a restore is all of it or nothing, under a new epoch."""

from __future__ import annotations

import json
import sqlite3
import stat
import uuid
from collections.abc import Collection, Iterator
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask

from server.commands import restore_backup as restoring
from server.commands.create_township import create_township
from server.commands.restore_backup import restore_backup
from server.commands.save_online import save_online
from server.commands.take_backup import take_backup
from server.domain.ballot.slips import Slip
from server.domain.epochs import JUMP
from server.domain.judging.verdicts import OnlineWrite
from server.domain.problems import Problem
from server.domain.replicas import Tenant
from server.schemas.kinds.registry import KINDS
from server.store import restore as swapping
from server.store.database import db, open_database, reading
from server.store.migrate import assert_guard
from server.store.records import load_kind
from server.store.slips import put_in
from server.store.townships import load_tenants
from server.store.transaction import writing_in

NOW_MS = 1_795_000_000_000


@pytest.fixture
def house(database_url: str) -> Iterator[Flask]:
    """A database with one township."""
    app = Flask("house")
    open_database(app, database_url)
    with app.app_context():
        create_township("云台镇", "990101101", NOW_MS)
        yield app
        db.engine.dispose()


def the_township() -> Tenant:
    with reading() as connection:
        (tenant,) = load_tenants(connection)
    return tenant


def add_village(name: str) -> None:
    fields = {"region_code": "990101101200", "name": name, "category": "village"}
    save_online(KINDS, the_township().id, "office", [OnlineWrite(str(uuid.uuid4()), "village", fields)], NOW_MS)


def villages() -> list[str]:
    with reading() as connection:
        return sorted(str(record.fields["name"]) for record in load_kind(connection, the_township().id, "village"))


def back_up(url: str, folder: Path, now_ms: int = NOW_MS) -> Path:
    return take_backup(url, folder, b"the key", now_ms)[0]


def restore(url: str, archive: Path, aside: str = "replaced_1") -> restoring.Restored:
    db.engine.dispose()  # a running system is refused on PostgreSQL
    try:
        return restore_backup(url, archive, aside, lambda: uuid.uuid4().hex, NOW_MS)
    finally:
        db.engine.dispose()


def test_what_was_there_comes_back_and_what_came_after_does_not(
    house: Flask, database_url: str, tmp_path: Path
) -> None:
    add_village("东沟村")
    before = the_township()
    archive = back_up(database_url, tmp_path / "backups")
    add_village("西沟村")
    add_village("南沟村")
    restored = restore(database_url, archive)
    after = the_township()
    assert villages() == ["东沟村"]
    assert restored.kept
    assert after.epoch != before.epoch
    assert after.head == before.head + JUMP
    assert after.gaps == ((before.head, before.head + JUMP),)
    add_village("北沟村")  # the guard lets the next number pass
    assert villages() == ["东沟村", "北沟村"]
    assert the_township().head == after.head + 1
    with reading() as connection:
        assert_guard(connection)


def test_L6_only_a_verified_backup_moves_durable_seq(
    house: Flask, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_village("东沟村")
    assert the_township().durable_seq is None
    back_up(database_url, tmp_path)
    assert the_township().durable_seq == the_township().head
    add_village("西沟村")

    def damaged(*_args: object) -> None:
        raise Problem("malformed-request", "damaged")

    monkeypatch.setattr("server.commands.take_backup.check_archive", damaged)
    with pytest.raises(Problem):
        back_up(database_url, tmp_path, NOW_MS + 1)
    assert the_township().durable_seq == the_township().head - 1
    assert [path.suffix for path in tmp_path.glob("zoufang-2*")] == [".zip"]


def test_the_file_is_private_and_holds_the_key(house: Flask, database_url: str, tmp_path: Path) -> None:
    archive = back_up(database_url, tmp_path)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    with ZipFile(archive) as packed:
        assert packed.read("secret.key") == b"the key"
        manifest = json.loads(packed.read("manifest.json"))
    assert manifest["townships"][the_township().id]["seq"] == the_township().head
    assert manifest["rows"]["records"] == 0


def test_a_second_restore_of_one_backup_gives_out_no_number_twice(
    house: Flask, database_url: str, tmp_path: Path
) -> None:
    archive = back_up(database_url, tmp_path / "backups")
    restore(database_url, archive, "replaced_1")
    add_village("东沟村")
    seen = the_township().head
    restore(database_url, archive, "replaced_2")
    assert the_township().head > seen
    assert villages() == []


@pytest.mark.parametrize("harm", ["cut", "flipped", "no manifest", "not a zip", "missing"])
def test_a_damaged_file_is_refused_and_nothing_is_touched(
    house: Flask, database_url: str, tmp_path: Path, harm: str
) -> None:
    add_village("东沟村")
    archive = back_up(database_url, tmp_path / "backups")
    content = archive.read_bytes()
    bad = tmp_path / "bad.zip"
    if harm == "cut":
        bad.write_bytes(content[: len(content) // 2])
    elif harm == "flipped":
        middle = content.index(b"PK") + 200
        bad.write_bytes(content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :])
    elif harm == "no manifest":
        with ZipFile(bad, "w") as packed:
            packed.writestr("secret.key", "x")
    elif harm == "not a zip":
        bad.write_text("hello")
    before = the_township()
    with pytest.raises(Problem) as refused:
        restore(database_url, bad)
    assert refused.value.entry.slug == "malformed-request"
    assert str(bad) in refused.value.detail
    assert (the_township(), villages()) == (before, ["东沟村"])


def test_a_restore_that_fails_half_way_leaves_the_old_database_in_its_place(
    house: Flask, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = back_up(database_url, tmp_path / "backups")
    add_village("东沟村")
    before = the_township()

    def crash(*_args: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr(restoring, "save_epoch", crash)
    with pytest.raises(RuntimeError, match="power cut"):
        restore(database_url, archive)
    assert (the_township(), villages()) == (before, ["东沟村"])
    add_village("西沟村")
    monkeypatch.undo()
    restore(database_url, archive, "replaced_2")
    assert villages() == []


def test_a_backup_of_the_other_database_is_refused_in_words(house: Flask, database_url: str, tmp_path: Path) -> None:
    archive = back_up(database_url, tmp_path)
    other = (
        "postgresql://nobody@127.0.0.1:1/x" if database_url.startswith("sqlite") else f"sqlite:///{tmp_path}/x.sqlite3"
    )
    with pytest.raises(Problem, match="is a backup of"):
        restore_backup(other, archive, "replaced", lambda: "e", NOW_MS)


def test_a_postgresql_in_use_is_refused(postgres_url: str, tmp_path: Path) -> None:
    app = Flask("house")
    open_database(app, postgres_url)
    with app.app_context():
        swapping.upgrade(postgres_url)
        create_township("云台镇", "990101101", NOW_MS)
        archive = back_up(postgres_url, tmp_path)
        with reading(), pytest.raises(Problem, match="other sessions use this database"):  # reading: a web server's
            restore_backup(postgres_url, archive, "replaced", lambda: "e", NOW_MS)
        db.engine.dispose()


def test_L12_a_backup_does_not_tell_in_which_order_slips_came(house: Flask, database_url: str, tmp_path: Path) -> None:
    town = the_township().id
    slips = [Slip(("subject", "leader"), body) for body in (b"one", b"two", b"three")]
    for slip in sorted(slips, key=lambda one: one.hash, reverse=True):
        with writing_in(town) as connection:
            put_in(connection, town, "round", [(slip, False)])
    with ZipFile(back_up(database_url, tmp_path)) as packed:
        member = next(name for name in packed.namelist() if name.endswith((".sqlite3", "tables/slips")))
        packed.extract(member, tmp_path)
    digests = sorted(slip.hash.hex() for slip in slips)
    assert arrivals(tmp_path / member, digests) == digests


def arrivals(table: Path, digests: Collection[str]) -> list[str]:
    """The hashes of the slips as they lie in the backup."""
    if table.suffix:
        with closing(sqlite3.connect(table)) as connection:
            return [row[0] for row in connection.execute("SELECT slip_hash FROM slips NOT INDEXED")]
    columns = [line.split("\t") for line in table.read_text().splitlines()]
    return [next(cell for cell in row if cell in digests) for row in columns]
