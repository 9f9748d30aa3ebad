"""The Celery application: JSON only, late acknowledgement, one message at a time, two queues (DESIGN.md 10)."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging

from server.logs import configure_logs
from server.settings import Settings
from workers.routes import QUEUES
from workers.schedule import TIMETABLE

VISIBILITY_S = 900
"""Longer than any task: a message not acknowledged by then was a killed worker's and is given out again."""


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
def house() -> Any:
    """The database of this process, opened at the first task; the timetable's process never opens it."""
    from flask import Flask  # with SQLAlchemy 30 MB, which the timetable's process does without

    from server.store.database import open_database

    flask_app = Flask("zoufang-night")
    open_database(flask_app, settings().database())
    return flask_app


def broker_url(redis_url: str) -> str:
    """The address of Redis in kombu's words, which has its own for a unix socket."""
    return f"redis+socket{redis_url[len('unix') :]}" if redis_url.startswith("unix://") else redis_url


def now_ms() -> int:
    """The server's clock; commands get it as an argument."""
    return time.time_ns() // 1_000_000


@setup_logging.connect
def _say_it_in_json(**_options: Any) -> None:
    configure_logs(settings().log_level)


app = Celery("zoufang", task_cls=NightTask, include=["workers.effects", "workers.digests"])
app.conf.update(
    broker_url=broker_url(settings().redis()),
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": VISIBILITY_S},
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_queues={name: {} for name in QUEUES.values()},
    task_routes={task: {"queue": queue} for task, queue in QUEUES.items()},
    task_create_missing_queues=False,
    worker_prefetch_multiplier=1,
    worker_enable_remote_control=False,
    worker_redirect_stdouts=False,
    worker_send_task_events=False,
    timezone="UTC",
    beat_schedule=TIMETABLE,
)
