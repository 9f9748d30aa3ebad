"""How the night shift talks through Redis: JSON only, late acknowledgement, one message at a time, a queue each."""

from __future__ import annotations

from typing import Any

from server.settings import Settings
from workers.routes import QUEUES
from workers.schedule import TIMETABLE

VISIBILITY_S = 900
"""Longer than any task: a message not acknowledged by then was a killed worker's and is given out again."""


def celery_settings(settings: Settings) -> dict[str, Any]:
    """The configuration that the worker's process and the timetable's process share."""
    return {
        "broker_url": broker_url(settings.redis()),
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {"visibility_timeout": VISIBILITY_S},
        "accept_content": ["json"],
        "task_serializer": "json",
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_queues": {name: {} for name in QUEUES.values()},
        "task_routes": {task: {"queue": queue} for task, queue in QUEUES.items()},
        "task_create_missing_queues": False,
        "worker_prefetch_multiplier": 1,
        "worker_enable_remote_control": False,
        "worker_redirect_stdouts": False,
        "worker_send_task_events": False,
        "timezone": "UTC",
        "beat_schedule": TIMETABLE,
    }


def broker_url(redis_url: str) -> str:
    """The address of Redis in kombu's words, which has its own for a unix socket."""
    return f"redis+socket{redis_url[len('unix') :]}" if redis_url.startswith("unix://") else redis_url
