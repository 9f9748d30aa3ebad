"""The chain of decisions looked through, and noted where nobody who rewrites the database reaches it."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from server.domain.audit import AuditFault, chain_faults, checkpoint_fault
from server.domain.problems import Problem
from server.domain.records import Json
from server.store.audit import load_chain, newest_link
from server.store.database import reading
from server.store.townships import load_tenants

FORMAT = 1


@dataclass(frozen=True, slots=True)
class ChainState:
    """One township's chain. Shape: `events` how many; `faults` empty while it holds."""

    township: str
    name: str
    events: int
    faults: tuple[AuditFault, ...]


def verify_audit(noted: Mapping[str, Json] | None = None, township_id: str | None = None) -> list[ChainState]:
    """Every township's chain was looked through, and beside it what an outside checkpoint says of it.

    Shape:  `noted` as `audit_checkpoint` made it
    Raises: malformed-request (no checkpoint of this program)
    """
    seen = {} if noted is None else _seen_of(noted)
    states: list[ChainState] = []
    with reading() as connection:
        for tenant in load_tenants(connection):
            if township_id not in (None, tenant.id):
                continue
            events = load_chain(connection, tenant.id)
            faults = chain_faults(events)
            if tenant.id in seen and (rewritten := checkpoint_fault(events, *seen[tenant.id])):
                faults.append(rewritten)
            states.append(ChainState(tenant.id, tenant.name, len(events), tuple(faults)))
    gone = set(seen) - {state.township for state in states} if township_id is None else set()
    return states + [ChainState(lost, "", 0, (AuditFault(seen[lost][0], "cut"),)) for lost in sorted(gone)]


def audit_checkpoint(now_ms: int) -> dict[str, Json]:
    """How far each township's chain has come; kept elsewhere it shows later whether the chain was written anew.

    Shape:  {format, made_at_ms, townships: {id: {n, hash, at_ms}}}
    """
    with reading() as connection:
        ends = {tenant.id: newest_link(connection, tenant.id) for tenant in load_tenants(connection)}
    return {
        "format": FORMAT,
        "made_at_ms": now_ms,
        "townships": {
            township: {"n": end.n, "hash": end.hash, "at_ms": end.at_ms} for township, end in ends.items() if end
        },
    }


def write_checkpoint(folder: Path, now_ms: int) -> Path | None:
    """The day (UTC) has its checkpoint file in `folder`; None if it had one already (L7)."""
    path = folder / f"audit-{datetime.fromtimestamp(now_ms / 1000, UTC):%Y%m%d}.json"
    if path.exists():
        return None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path if save_checkpoint(path, audit_checkpoint(now_ms)) else None


def save_checkpoint(path: Path, noted: Mapping[str, Json]) -> bool:
    """The file holds the checkpoint, whole and on disk; False, and nothing changed, if there is such a file already."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(noted, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def read_checkpoint(path: Path) -> dict[str, Json]:
    """What an earlier checkpoint noted.

    Raises: malformed-request
    """
    try:
        noted = json.loads(path.read_text())
        _seen_of(noted)
    except FileNotFoundError as error:
        raise Problem("malformed-request", f"there is no file {path}") from error
    except (OSError, ValueError) as error:
        raise Problem("malformed-request", f"{path} is no checkpoint of the audit chain") from error
    return dict(noted)


def _seen_of(noted: Mapping[str, Any]) -> dict[str, tuple[int, str]]:
    try:
        if noted["format"] != FORMAT:
            raise Problem("malformed-request", f"this is no checkpoint of format {FORMAT}")
        return {township: (int(end["n"]), str(end["hash"])) for township, end in noted["townships"].items()}
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise Problem("malformed-request", "this is no checkpoint of the audit chain") from error
