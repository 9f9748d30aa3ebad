"""The timetable's process: it sends names at their time and knows neither a task nor a database.

`python -m workers.beat`; started through Celery's own command it would load both, and cost twice the memory.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

from celery import Celery
from celery.signals import setup_logging

from server.settings import BadSetting, Settings
from workers.broker import celery_settings


def main() -> int:
    """The timetable ran until it was asked to stop: 0; 2 for a bad setting."""
    try:
        settings = Settings.from_environment()
    except BadSetting as error:
        sys.stderr.write(f"zoufang: {error}\n")
        return 2
    beat = Celery("zoufang-beat")
    beat.conf.update(celery_settings(settings))
    beat.Beat(schedule=str(settings.var / "beat"), loglevel="WARNING", quiet=True).run()
    return 0


@setup_logging.connect
def _say_little(**_options: Any) -> None:
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
