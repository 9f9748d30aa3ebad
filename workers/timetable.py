"""The application as the timetable's process sees it: `celery -A workers.timetable beat` only sends names of tasks."""

from __future__ import annotations

from workers.app import app

app.conf.include = ()  # with the tasks come Flask and SQLAlchemy, twenty megabytes that beat does without
