"""`zoufang lock-visits`: the meeting begins, what was written before it is frozen and each branch gets its extracts."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from server.cli.opened import json_option, now_ms, opened, say, the_township, township_option
from server.commands.lock_visits import lock_visits as lock
from server.schemas.kinds.registry import KINDS


@click.command("lock-visits")
@click.option(
    "--meeting-start",
    required=True,
    type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]),
    metavar="TIME",
    help="When the meeting began, by the township's clocks: 2026-12-26T14:00.",
)
@township_option
@json_option
def lock_visits(meeting_start: datetime, township: str | None, as_json: bool) -> None:
    """Lock every completed visit that began before the meeting; visits with an open conflict are left, and named."""
    with opened():
        tenant = the_township(township)
        start_ms = int(meeting_start.replace(tzinfo=ZoneInfo(tenant.time_zone)).timestamp() * 1000)
        done = lock(KINDS, tenant.id, start_ms, now_ms(), by="cli")
    words = f"{done.locked} visits are locked and their branches have the extracts."
    if done.disputed:
        words += f" Left open, until somebody settles their conflict: {', '.join(done.disputed)}"
    say(as_json, {"locked": done.locked, "disputed": list(done.disputed)}, words)
