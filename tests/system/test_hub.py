"""`zoufang hub run` for real: a round leaves a server, takes a sheet over HTTPS in the hall, and comes home."""

from __future__ import annotations

import base64
import json
import socket
import ssl
import time
import urllib.request
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import text

from server.app import create_app
from server.settings import Settings
from server.store.database import db, reading
from server.store.migrate import upgrade
from tests.ballot.election import election, subject_id
from tests.ballot.hall import Hall, open_hall
from tests.system.laptop import free_port, laptop
from tests.system.running import cli
from workers.supervisor_phone import hub_notes, issue

HOME = "https://zoufang.example"
HOUR_MS = 3_600_000


def a_hall(var: Path) -> tuple[Flask, Hall]:
    settings = Settings(var_dir=str(var), redis_url="memory://")
    upgrade(settings.database())
    app = create_app(settings)
    with app.app_context():
        made = election(["青石沟"], {"leader": ("领导", 5)}, ends_ms=int(time.time() * 1000) + 4 * HOUR_MS)
        return app, open_hall(app, made, {"leader": 5})


def test_a_round_goes_to_the_hall_and_comes_home(tmp_path: Path) -> None:
    var, file, back = tmp_path / "var", tmp_path / "round.zf", tmp_path / "back.zf"
    var.mkdir()
    (tmp_path / "words").write_text("twelve letters at least\n")
    secret = ("--passphrase-file", str(tmp_path / "words"))
    trusted = issue(tmp_path / "phone", "192.0.2.7").read_bytes()
    app, hall = a_hall(var)
    astray = cli(var, "hub", "export", "no such round", "--to", str(file), "--origin", HOME, *secret)
    assert astray.returncode == 2 and "it has: " in astray.stderr and not file.exists()
    exported = cli(var, "hub", "export", hall.round, "--to", str(file), "--origin", HOME, *secret)
    assert exported.returncode == 0, exported.stderr
    assert "HUB_PORT is not set here" in exported.stderr
    phone, sheet = next(iter(hall.phones.values())), hall.fill("leader", {subject_id(1): "good"})
    with laptop(file, port := free_port()) as (said, authority):
        assert authority.read_bytes() == trusted
        trust = ssl.create_default_context(cafile=str(authority))

        def ask(path: str, body: Any, **headers: str) -> Any:
            url, sent = f"https://127.0.0.1:{port}/ballots/v1/rounds/{hall.round}/{path}", json.dumps(body).encode()
            more = {"Content-Type": "application/json", "Origin": HOME, **headers}
            with urllib.request.urlopen(urllib.request.Request(url, sent, more), context=trust, timeout=20) as answer:
                assert answer.headers["Access-Control-Allow-Origin"] == HOME
                return json.load(answer)

        signed = ask("issuances", sheet.asked(), **phone.headers)
        for one in signed["sheet"]:
            hidden = sheet.blinded[one["subject"]]
            whole = hidden.message + hidden.finalized(base64.b64decode(one["signature"]))
        slip = {"township": hall.town.id, "subject": subject_id(1), "group": "leader"}
        assert ask("slips", slip | {"slip": base64.b64encode(whole).decode()})["box"] == "in"
        assert any("大厅电脑" in line and f":{port}" in line for line in said)
        assert any(line.startswith("The clerk's desk") for line in said)
        running = cli(var, "hub", "close", str(file), "--to", str(back), *secret)
        assert running.returncode == 2 and "is running; stop it first" in running.stderr
    closed = cli(var, "hub", "close", str(file), "--to", str(back), *secret)
    assert closed.returncode == 0, closed.stderr
    rerun = cli(var, "hub", "run", str(file), "--port", str(port), *secret)
    assert rerun.returncode == 2 and "this hub is closed" in rerun.stderr
    home = cli(var, "hub", "import", str(back), *secret, "--json")
    assert home.returncode == 0, home.stderr
    assert json.loads(home.stdout) == {"round": hall.round, "changed": True, "state": "open"}
    again = cli(var, "hub", "import", str(back), *secret, "--json")
    assert json.loads(again.stdout) == {"round": hall.round, "changed": False, "state": "open"}
    with app.app_context(), reading() as connection:
        for table in ("issuances", "slips"):
            assert connection.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 1
        db.engine.dispose()


def test_a_laptop_that_cannot_hold_the_round_says_why(tmp_path: Path) -> None:
    file, words = tmp_path / "round.zf", tmp_path / "words"
    file.write_bytes(b"no file of a hub")
    words.write_text("twelve letters at least\n")
    free = ("--port", str(free_port()))

    def refused(*more: str) -> str:
        done = cli(tmp_path / "var", "hub", "run", str(file), *more)
        assert done.returncode == 2, done.stderr
        return done.stderr

    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        assert f"port {port} is taken on this laptop" in refused("--port", port, "--passphrase-file", str(words))
    assert "is not in the range" in refused("--port", "70000")
    assert f"there is no file {words}.txt with the passphrase" in refused(*free, "--passphrase-file", f"{words}.txt")
    assert "this is no file of a hub" in refused(*free, "--passphrase-file", str(words))
    assert file.read_bytes() == b"no file of a hub"


def test_a_laptop_without_network_says_that_no_phone_reaches_it() -> None:
    (only,) = hub_notes("https://127.0.0.1:8799", "http://127.0.0.1:8800")
    assert "no phone reaches it" in only
    assert any("https://192.168.1.20:8799" in note for note in hub_notes("https://192.168.1.20:8799", "http://x"))
