"""A server that lost time: phones rebuild, push again what the backup lacks, and nothing is lost or doubled."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from server.api.identity import now_ms
from server.app import create_app
from server.commands.mint_epoch import mint_epoch
from server.domain.epochs import JUMP
from server.settings import Settings
from server.store.database import db, reading, writing
from server.store.townships import load_tenant
from tests.phone import Phone, Town, enrol, found_town, hashed, new_id, slug_of


def test_a_cursor_from_the_lost_time_begins_a_new_epoch(app: Flask, phone: Phone, town: Town) -> None:
    phone.push(*(phone.visit(town) for _ in range(3)))
    phone.pull()
    with writing() as connection:
        connection.execute(text("UPDATE sync_heads SET seq = seq - 2"))
    answer = phone.pull_raw()
    assert (answer.status_code, slug_of(answer.get_json())) == (409, "epoch-changed")
    with reading() as connection:
        tenant = load_tenant(connection, town.id)
    assert tenant is not None and tenant.epoch != phone.enrolled["epoch"]
    assert tenant.head == phone.head - 2 + JUMP and tenant.gaps == ((phone.head - 2, phone.head - 2 + JUMP),)
    assert phone.client.get("/sync/v1/hello", headers=phone.headers).get_json()["epoch"] == tenant.epoch
    assert phone.push(phone.visit(town))[0]["seq"] == tenant.head + 1


def test_a_base_from_the_lost_time_never_overwrites_unseen_work(app: Flask, phone: Phone, town: Town) -> None:
    """A phone saw 3 edits; the backup has none of them; a colleague edits before the phone comes back."""
    colleague = enrol(app, town)
    visit = new_id()
    phone.push(phone.visit(town, visit))
    phone.pull(), colleague.pull()
    before = phone.head
    mint_epoch(town.id, phone.enrolled["epoch"], before + 1, now_ms())
    colleague.cursor = None
    colleague.pull()
    colleague.push(colleague.change("patch", visit, fields={"narrative": "同事"}))
    lost_time = before + 3
    answer = phone.push(hashed(phone.change("patch", visit, fields={"narrative": "我"}) | {"base": lost_time}))
    assert answer[0]["outcome"] == "conflict"


@pytest.fixture
def rewound(sqlite_url: str, tmp_path: Path) -> tuple[Settings, Path]:
    settings = Settings(
        var_dir=str(tmp_path), database_url=sqlite_url, redis_url="memory://", secret_key="a secret of the tests"
    )
    return settings, tmp_path / "zoufang.sqlite3"


def test_phones_push_again_what_the_backup_lacks(rewound: tuple[Settings, Path]) -> None:
    settings, path = rewound
    app = create_app(settings)
    backup = path.with_suffix(".backup")
    with app.app_context():
        town = found_town(app)
        phone, office = enrol(app, town), enrol(app, town, "pbo")
        first = [phone.visit(town) for _ in range(3)]
        phone.push(*first)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(backup)) as target:
            source.backup(target)
        later = [phone.visit(town) for _ in range(4)]
        told = phone.push(*later)
        office.push(office.change("patch", later[0]["record"], fields={"planned_for": "2017-12-01"}))
        phone.pull(), office.pull()
        db.engine.dispose()
    for leftover in path.parent.glob(path.name + "-*"):
        leftover.unlink()
    shutil.copy(backup, path)
    app = create_app(settings)
    with app.app_context():
        phone.client = office.client = app.test_client()
        assert slug_of(phone.pull_raw().get_json()) == "epoch-changed"
        more = phone.visit(town)
        gap = phone.push_raw([more])
        assert (gap.status_code, gap.get_json()["expected"]) == (409, 4)
        again = phone.push(*later, more)
        assert [one["outcome"] for one in again] == [one["outcome"] for one in told] + ["applied"]
        assert phone.push(*first, *later, more)[3:] == again
        gap = office.push_raw([office.change("delete", new_id())])
        assert gap.get_json()["expected"] == 1
        for one in (phone, office):
            one.cursor = None
            one.mirror.clear()
            one.pull()
        visits = {key for key, row in office.mirror.items() if row["kind"] == "visit"}
        assert visits == {change["record"] for change in [*first, *later, more]}
        assert phone.mirror == {key: row for key, row in office.mirror.items() if key in phone.mirror}
        db.engine.dispose()
