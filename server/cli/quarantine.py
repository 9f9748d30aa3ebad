"""`zoufang quarantine list|release|reject`: what the server keeps and may not apply by itself."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from server.cli.opened import json_option, now_ms, opened, say, the_township, township_option
from server.cli.people import replica_option
from server.commands.quarantine import list_quarantine
from server.commands.quarantine import reject as reject_change
from server.commands.quarantine import release as release_change
from server.domain.records import Change, Refused
from server.schemas.changes import read_change
from server.schemas.kinds.registry import KINDS
from server.store.quarantine import Quarantined

number_option = click.option("--n", required=True, type=int, help="The number of the change on its replica.")
STATUSES = ("held", "released", "rejected")


@click.group()
def quarantine() -> None:
    """Changes kept by the server that may not be applied; their content is not shown here."""


@quarantine.command("list")
@click.option("--status", type=click.Choice([*STATUSES, "all"]), default="held", show_default=True)
@township_option
@json_option
def list_held(status: str, township: str | None, as_json: bool) -> None:
    """What is held, oldest first: when, whose, what kind and why."""
    with opened():
        tenant = the_township(township)
        found = list_quarantine(tenant.id, None if status == "all" else status)
    zone = ZoneInfo(tenant.time_zone)
    words = [f"{len(found)} changes"] + [_line(change, zone) for change in found]
    say(as_json, {"township": tenant.id, "changes": [_without_content(change) for change in found]}, "\n".join(words))


@quarantine.command("release")
@replica_option
@number_option
@json_option
def release(replica: str, n: int, as_json: bool) -> int:
    """Judge the change once more, with every role its author ever had; its author is told."""
    with opened():
        done = release_change(KINDS, replica, n, _read, now_ms(), by="cli")
    freed = done.status == "released"
    text = f"Released: {done.outcome}." if freed else f"Still held: {done.slug}: {done.detail}"
    say(as_json, _without_content(done), text)
    return 0 if freed else 2


@quarantine.command("reject")
@replica_option
@number_option
@click.option("--reason", required=True, help="What its author will read.")
@json_option
def reject(replica: str, n: int, reason: str, as_json: bool) -> None:
    """The change stays unapplied for good, kept with the reason, which its author can read."""
    with opened():
        done = reject_change(KINDS, replica, n, reason, now_ms(), by="cli")
    say(as_json, _without_content(done), "Rejected; its author is told why.")


def _read(replica: str, payload: str) -> Change | Refused:
    return read_change(replica, json.loads(payload))


def _without_content(change: Quarantined) -> dict[str, object]:
    """Kind, reason and author, as the office may know; the content stays with whom the scope rule lets read it."""
    return {
        "replica": change.replica_id,
        "n": change.n,
        "account": change.account_id,
        "change": change.change_id,
        "record": change.record,
        "kind": change.kind,
        "slug": change.slug,
        "detail": change.detail,
        "status": change.status,
        "reason": change.reason,
        "outcome": change.outcome,
        "created_at_ms": change.created_at_ms,
    }


def _line(change: Quarantined, zone: ZoneInfo) -> str:
    when = datetime.fromtimestamp(change.created_at_ms / 1000, zone)
    about = f"{change.kind or '?'} {change.slug}: {change.detail}"
    return f"  {when:%Y-%m-%d %H:%M}  --replica {change.replica_id} --n {change.n}  {change.status}  {about}"
