"""`zoufang sealed list|open`: what locked, lost or forgotten phones handed in, and the key that opens it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

from server.cli.opened import json_option, now_ms, opened, say, the_township, township_option
from server.commands.open_parcel import Reader, judge_parcel, list_parcels
from server.domain.problems import Problem
from server.domain.records import Change, Refused
from server.domain.replicas import Tenant
from server.schemas.changes import read_changes
from server.schemas.envelope import MOST_CHANGES, read_push
from server.schemas.kinds.registry import KINDS
from server.schemas.recovery_key import OpenedParcel, SealedChange, open_parcel, push_body, read_recovery_key
from server.store.parcels import Parcel

BATCH_BYTES = 500_000


@click.group()
def sealed() -> None:
    """Work that phones handed in sealed; nobody reads it without the recovery key."""


@sealed.command("list")
@click.option("--all", "every", is_flag=True, help="Those that were opened, too.")
@township_option
@json_option
def list_sealed(every: bool, township: str | None, as_json: bool) -> None:
    """What was handed in, oldest first: when, by which phone, how much."""
    with opened():
        tenant = the_township(township)
        found = list_parcels(tenant.id, unopened=not every)
    words = [f"{len(found)} parcels"] + [_line(parcel, ZoneInfo(tenant.time_zone)) for parcel in found]
    say(as_json, {"township": tenant.id, "parcels": [_row(parcel) for parcel in found]}, "\n".join(words))


@sealed.command("open")
@click.option(
    "--recovery-key", "key_file", required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the private key from the printed sheet; delete it afterwards.",
)  # fmt: skip
@click.option("--replica", metavar="ID", help="Only what this phone handed in.")
@click.option("--notes", type=click.Path(path_type=Path), help="Write drafts and notes, which are no changes, here.")
@township_option
@json_option
def open_sealed(key_file: Path, replica: str | None, notes: Path | None, township: str | None, as_json: bool) -> int:
    """Open what is still closed; its changes are judged as their author's, in quarantine where he is not trusted."""
    key = read_recovery_key(key_file.read_text(errors="replace"))
    if notes and notes.exists():
        raise click.ClickException(f"{notes} exists; nothing was opened")
    with opened():
        tenant = the_township(township)
        parcels = [one for one in list_parcels(tenant.id, unopened=True) if replica in (None, one.replica_id)]
        done = [_opened(tenant, key, parcel) for parcel in parcels]
    kept = [{"replica": one["replica"], **note} for one in done for note in one.pop("notes")]
    if notes and kept:
        notes.touch(mode=0o600)
        notes.write_text(json.dumps(kept, ensure_ascii=False, indent=1))
    words = [f"{len(done)} parcels"] + [_told(one) for one in done]
    if kept:
        words.append(f"{len(kept)} drafts and notes: {notes or 'give --notes FILE to have them written down'}")
    say(as_json, {"township": tenant.id, "parcels": done, "notes": len(kept)}, "\n".join(words))
    return 0 if all(one["problem"] is None for one in done) else 2


def _opened(tenant: Tenant, key: EllipticCurvePrivateKey, parcel: Parcel) -> dict[str, Any]:
    """One parcel, opened and judged; one that another key was meant for stays closed and says so."""
    told: dict[str, Any] = {**_row(parcel), "outcomes": {}, "unreadable": 0, "notes": [], "problem": None}
    try:
        found = open_parcel(key, parcel.body)
        numbered = all(change.gen == found.gen for change in found.changes)
        judged = judge_parcel(KINDS, tenant.id, parcel, numbered, _reader(found), now_ms(), "cli")
    except Problem as problem:
        return told | {"problem": f"{problem.entry.slug}: {problem.detail}"}
    outcomes = Counter(str(outcome["outcome"]) for outcome in judged.outcomes)
    return told | {"outcomes": dict(outcomes), "unreadable": found.unreadable, "notes": list(found.notes)}


def _reader(found: OpenedParcel) -> Reader:
    """Through the same customs as a push: batches as a phone would send them."""

    def read(replica: str, first: int | None) -> list[Sequence[Change | Refused]]:
        numbers = [change.n if first is None else first + at for at, change in enumerate(found.changes)]
        pairs = list(zip(numbers, found.changes, strict=True))
        return [read_changes(replica, read_push(push_body(batch))) for batch in _batches(pairs)]

    return read


def _batches(pairs: list[tuple[int, SealedChange]]) -> list[list[tuple[int, SealedChange]]]:
    batches: list[list[tuple[int, SealedChange]]] = []
    size = 0
    for pair in pairs:
        if not batches or size + pair[1].size_bytes > BATCH_BYTES or len(batches[-1]) == MOST_CHANGES:
            batches.append([])
            size = 0
        batches[-1].append(pair)
        size += pair[1].size_bytes
    return batches


def _row(parcel: Parcel) -> dict[str, Any]:
    return {
        "replica": parcel.replica_id,
        "parcel": parcel.hash,
        "changes": parcel.changes,
        "drafts_and_notes": parcel.notes,
        "received_at_ms": parcel.received_at_ms,
        "opened_at_ms": parcel.opened_at_ms,
    }


def _line(parcel: Parcel, zone: ZoneInfo) -> str:
    when = datetime.fromtimestamp(parcel.received_at_ms / 1000, zone)
    state = "closed" if parcel.opened_at_ms is None else f"opened by {parcel.opened_by}"
    held = f"{parcel.changes} changes, {parcel.notes} notes"
    return f"  {when:%Y-%m-%d %H:%M}  --replica {parcel.replica_id}  {held}  {state}"


def _told(one: dict[str, Any]) -> str:
    if one["problem"]:
        return f"  {one['replica']}: still closed: {one['problem']}"
    outcomes = ", ".join(f"{count} {name}" for name, count in one["outcomes"].items()) or "no changes"
    lost = f", {one['unreadable']} damaged" if one["unreadable"] else ""
    return f"  {one['replica']}: {outcomes}{lost}"
