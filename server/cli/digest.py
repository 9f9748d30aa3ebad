"""`zoufang digest --now`: the digests of the newest period, without waiting for the morning."""

from __future__ import annotations

from collections import Counter

import click

from server.cli.opened import json_option, now_ms, opened, say, the_township, township_option
from server.commands.write_digests import digest_rules, write_digests
from server.schemas.kinds.registry import KINDS

WORDS = {
    "sent": "written",
    "nothing-to-report": "nothing to report",
    "renewed": "brought up to date",
    "already": "had theirs already",
    "not-due": "not due",
}


@click.command()
@click.option("--now", "force", is_flag=True, help="Also for who is not due by the timetable.")
@township_option
@json_option
def digest(force: bool, township: str | None, as_json: bool) -> None:
    """Write the digests of the newest period; a second run writes none and says so."""
    with opened() as settings:
        chosen = the_township(township).id if township else None
        done = write_digests(KINDS, now_ms(), force=force, rules=digest_rules(settings), township_id=chosen)
    counts = Counter(outcome for _account, outcome in done)
    said = ", ".join(f"{n} {WORDS[outcome]}" for outcome, n in counts.items()) or "nobody is to get one"
    rows = [{"account": account, "outcome": outcome} for account, outcome in done]
    say(as_json, {"digests": rows, "counts": dict(counts)}, f"Digests: {said}.")
