"""The Celery application of the worker's process (DESIGN.md 10)."""

from __future__ import annotations

import logging
import time
from functools import cache
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging
from flask import Flask

from server.logs import configure_logs
from server.settings import Settings
from server.store.database import open_database
from server.store.sealing import open_sealing
from workers.broker import celery_settings


class NightTask(Task):
    """Every task runs with the database open, in the bare Flask app that Flask-SQLAlchemy wants."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with house().app_context():
            return super().__call__(*args, **kwargs)


@cache
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings.from_environment()


@cache
def house() -> Flask:
    """The database of this process, opened at the first task."""
    flask_app = Flask("zoufang-night")
    open_database(flask_app, settings().database())
    open_sealing(flask_app, settings().sealing_secret)
    return flask_app


def now_ms() -> int:
    """The server's clock; commands get it as an argument."""
    return time.time_ns() // 1_000_000


@setup_logging.connect
def _say_it_in_json(**_options: Any) -> None:
    configure_logs(settings().log_level)
    for chatty in ("celery.worker.strategy", "celery.app.trace"):  # four lines a minute that say "nothing was due"
        logging.getLogger(chatty).setLevel(logging.WARNING)


app = Celery("zoufang", task_cls=NightTask, include=["workers.effects", "workers.digests", "workers.upkeep"])
app.conf.update(celery_settings(settings()))
