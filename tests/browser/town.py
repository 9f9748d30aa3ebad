"""The whole system of one test session, with the demo township: killed, restarted on the same port, looked into."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.browser.wire_phone import settle_all
from tests.system.laptop import free_port
from tests.system.running import ROOT, System, cli

DIST = Path(os.environ.get("PWA_DIR") or ROOT / "pwa" / "dist")


class Town:
    """The demo township's server. The app it serves is a copy, so that a test can release a new version."""

    def __init__(self, var: Path) -> None:
        self.var, self.app = var / "var", var / "app"
        assert (DIST / "index.html").exists(), "the app is not built: make test builds it (cd pwa && npm run build)"
        shutil.copytree(DIST, self.app)
        self.port, self.hub_port = 0, free_port()
        self.system = self._start()
        self.port = urlsplit(self.system.url).port or 0
        settle_all(self.url)  # the demo's open conflict would stand before everything that a pill has to say

    def _start(self) -> System:
        settings = {
            "DEMO": "1",
            "PORT": str(self.port),
            "HUB_PORT": str(self.hub_port),
            "PWA_DIR": str(self.app),
            "DATABASE_URL": "",
            "REDIS_URL": "",
        }
        return System(self.var, settings)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def runs(self) -> bool:
        return self.system.process.poll() is None

    def kill(self) -> None:
        """kill -9 of everything, as when the power fails."""
        self.system.stop(signal.SIGKILL)

    def stop(self) -> None:
        self.system.stop(signal.SIGTERM)

    def start(self) -> None:
        """The system runs again, on the same port and the same data."""
        if not self.runs:
            self.system = self._start()

    def command(self, *words: str) -> Any:
        """What `zoufang … --json` says."""
        done = cli(self.var, *words, "--json", DEMO="1", DATABASE_URL="", REDIS_URL="")
        assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
        return json.loads(done.stdout)

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """Rows of the database, read beside the running system."""
        with closing(sqlite3.connect(f"file:{self.var / 'zoufang.sqlite3'}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(sql, values)]

    def execute(self, sql: str, *values: object) -> None:
        """Changes machinery tables (never records) to make time pass."""
        with closing(sqlite3.connect(self.var / "zoufang.sqlite3", timeout=10)) as database, database:
            database.execute(sql, values)

    def records(self, kind: str, **fields: object) -> list[dict[str, Any]]:
        """Live records of a kind whose fields have these values."""
        found = self.rows("SELECT * FROM records WHERE kind = ? AND NOT deleted", kind)
        for row in found:
            row["fields"] = json.loads(row["fields"])
        return [row for row in found if fields.items() <= row["fields"].items()]

    def children(self, parent: str) -> list[dict[str, Any]]:
        """Live records under a record."""
        found = self.rows("SELECT * FROM records WHERE parent = ? AND NOT deleted", parent)
        return [{**row, "fields": json.loads(row["fields"])} for row in found]
