"""The night shift during the kill storm: digests are asked for again and again, and each is written once (L7)."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

from celery import Celery
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server.commands.ask_digest import ask_digest
from server.domain.problems import Problem
from server.store.database import db
from workers.broker import broker_url

EVERY_S, LEASE_EVERY_S, DRAIN_S = 1.5, 20.0, 90.0


class Night:
    """Asks, and is the minute's tick, faster. Shape: `asked` counts the digests asked for."""

    def __init__(self, app: Flask, township: str, account: str, var: Path) -> None:
        self.app, self.township, self.account = app, township, account
        self.celery = Celery("zoufang-storm", broker=broker_url(f"redis+socket://{var / 'redis.sock'}"))
        self.celery.conf.task_routes = {"effects.drain": {"queue": "effects"}}
        self.asked = 0

    def run(self, over: threading.Event) -> None:
        leases_s = time.monotonic()
        with self.app.app_context():
            while not over.wait(EVERY_S):
                with suppress(Problem, SQLAlchemyError):
                    self.asked += ask_digest(self.township, self.account, time.time_ns() // 1_000_000)
                if time.monotonic() - leases_s > LEASE_EVERY_S:
                    leases_s = time.monotonic()
                    self.let_leases_run_out()
                self.tick()

    def tick(self) -> None:
        """The drain is asked for, as the timetable does each minute; without Redis nobody is asked."""
        with suppress(Exception):  # the broker's own exceptions are many, and a lost tick is what the storm is about
            self.celery.send_task("effects.drain", retry=False, expires=60)

    def let_leases_run_out(self) -> None:
        """Fifteen minutes have passed for work whose worker was killed; hurrying the clock uses up no try."""
        with suppress(SQLAlchemyError), db.engine.begin() as connection:
            connection.execute(text("UPDATE effects SET due_at_ms = 0, tries = 0 WHERE done_at_ms IS NULL"))

    def drained(self) -> list[str]:
        """What is still undone after a time of calm in which lost claims come back."""
        until, leases_s = time.monotonic() + DRAIN_S, 0.0
        while (left := self._count("done_at_ms IS NULL")) and time.monotonic() < until:
            if time.monotonic() - leases_s > LEASE_EVERY_S:
                leases_s = time.monotonic()
                self.let_leases_run_out()
            self.tick()
            time.sleep(1)
        return [f"{left} effects were not done"] if left else []

    def done(self) -> int:
        return self._count("done_at_ms IS NOT NULL")

    def doubled(self) -> list[str]:
        """Digests beyond one a person and period: records without a line of their own in the log."""
        with db.engine.connect() as connection:
            told = "SELECT count(DISTINCT record_id) FROM deliveries WHERE record_id IS NOT NULL"
            sent = int(connection.execute(text(told)).scalar_one())
            made = int(connection.execute(text("SELECT count(*) FROM records WHERE kind = 'digest'")).scalar_one())
        return [] if made == sent else [f"{made} digests for {sent} lines of the log"]

    def _count(self, condition: str) -> int:
        with db.engine.connect() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM effects WHERE {condition}")).scalar_one())
