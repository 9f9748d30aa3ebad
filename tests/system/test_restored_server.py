"""Backup taken, work done, server restored: phones send again what the backup lacks; nothing lost, nothing doubled."""

from __future__ import annotations

import uuid
from pathlib import Path

from flask import Flask

from server.commands.restore_backup import restore_backup
from server.commands.take_backup import take_backup
from server.store.database import db, reading
from server.store.records import load_kind
from tests.phone import Phone, Town, enrol, found_town, slug_of

NOW_MS = 1_795_000_000_000


def hello(phone: Phone) -> dict[str, object]:
    answer: dict[str, object] = phone.client.get("/sync/v1/hello", headers=phone.headers).get_json()
    return answer


def back_up(app: Flask, folder: Path) -> Path:
    return take_backup(app.config["ZOUFANG"].database(), folder, b"key", NOW_MS)[0]


def restore(app: Flask, archive: Path) -> None:
    db.engine.dispose()
    restore_backup(app.config["ZOUFANG"].database(), archive, "replaced_1", lambda: uuid.uuid4().hex, NOW_MS)
    db.engine.dispose()


def visits(town: Town) -> dict[str, str]:
    with reading() as connection:
        return {record.id: str(record.fields.get("narrative")) for record in load_kind(connection, town.id, "visit")}


def test_L5_what_the_backup_lacks_is_pushed_again_and_counts_once(app: Flask, tmp_path: Path) -> None:
    town = found_town(app)
    phone = enrol(app, town)
    kept = phone.visit(town, narrative="备份以前")
    phone.push(kept)
    phone.pull()
    archive = back_up(app, tmp_path / "backups")
    greeted = hello(phone)
    assert greeted["durable_seq"] == phone.head
    lost = [
        phone.visit(town, narrative="备份以后"),
        phone.change("patch", kept["record"], fields={"narrative": "后来改的"}),
    ]
    phone.push(*lost)
    phone.pull()

    restore(app, archive)
    now = hello(phone)
    assert now["epoch"] != greeted["epoch"]
    assert now["last_n"] == 1
    assert slug_of(phone.pull_raw().get_json()) == "epoch-changed"
    first = phone.push(*lost)
    assert [outcome["outcome"] for outcome in first] == ["applied", "applied"]
    assert phone.push(*lost) == first
    assert visits(town) == {kept["record"]: "后来改的", lost[0]["record"]: "备份以后"}

    rebuilt = Phone(phone.client, phone.enrolled, n=phone.n)
    rebuilt.pull()
    assert {row["record"] for row in rebuilt.mirror.values() if row["kind"] == "visit"} == set(visits(town))


def test_L2_a_base_from_the_lost_time_overwrites_nothing_unseen(app: Flask, tmp_path: Path) -> None:
    town = found_town(app)
    one, two = enrol(app, town), enrol(app, town)
    visit = one.visit(town, narrative="第一稿")
    one.push(visit)
    archive = back_up(app, tmp_path / "backups")
    one.push(one.change("patch", visit["record"], fields={"narrative": "一号手机的第二稿"}))
    two.pull()  # has seen the second draft, which the backup lacks
    late = two.change("patch", visit["record"], fields={"narrative": "二号手机的第三稿"})

    restore(app, archive)
    again = Phone(one.client, one.enrolled, n=1)
    again.pull()
    again.push(again.change("patch", visit["record"], fields={"narrative": "恢复以后另写的"}))
    (outcome,) = two.push(late)
    assert outcome["outcome"] == "conflict"
    assert visits(town) == {visit["record"]: "恢复以后另写的"}
