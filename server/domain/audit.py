"""The chain of decisions: how an event hangs on the one before, and what does not fit when somebody touched it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from server.domain.records import Json

MOST_FAULTS = 20
EVENTS = frozenset(
    {"enrolled", "enrolled-again", "continued", "signed-in", "stepped-up", "password-set", "password-cleared"}
    | {"passkey-added", "passkey-removed", "passkey-sign-in", "passkey-refused"}
    | {"invited", "invitation-withdrawn", "revoked", "role-given", "role-ended", "roles-ended"}
    | {"cycle-opened", "roster-imported", "plan-imported", "settled", "visits-locked", "consent-withdrawn"}
    | {"quarantine-released", "quarantine-rejected", "quarantine-corrected", "parcel-opened"}
    | {"recovery-key", "recovery-asked", "recovery-answered", "names-sealed", "names-given-up"}
    | {
        "form-given",
        "form-spoiled",
        "forms-collected",
        "forms-not-collected",
        "paper-entered",
        "marks-entered",
        "box-opened",
    }
    | {"reconciliation-signed", "tally-signed", "round-counted", "round-published", "result-decided"}
    | {"backup-taken", "restored", "epoch-minted"}
    | {"meeting-made", "meeting-changed", "roll-set", "attendance-taken", "present-reported", "tally-key-taken"}
    | {"round-prepared", "round-issued", "round-opened", "round-closed", "round-voided", "round-delegated"}
    | {"hub-founded", "hub-closed", "hub-returned", "hub-lost"}
)
"""Every decision that is written down; each has its words in the app (`audit.*`)."""

CODE = re.compile(r"[\x21-\x7e]{1,40}")
LEFT_OUT = "left-out"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One link. Shape: `detail` the JSON text that was hashed; `hash` that of this event on top of the one before."""

    n: int
    at_ms: int
    account: str
    event: str
    detail: str
    hash: str


@dataclass(frozen=True, slots=True)
class AuditFault:
    """What does not fit.

    Shape:  `missing` n is not there; `changed` it is not what was written, or stands where it was never written;
            `moved` it is as written, as number `was`; `cut` the chain ends before n; `rewritten` n is not what the
            checkpoint saw
    """

    n: int
    what: Literal["missing", "changed", "moved", "cut", "rewritten"]
    was: int | None = None


def audit_detail(detail: Mapping[str, Json]) -> str:
    """The detail as it is written and hashed: ids, numbers and codes; a text, which could be content, is left out."""
    return json.dumps({name: _coded(value) for name, value in detail.items()}, sort_keys=True, separators=(",", ":"))


def link(before: str, n: int, at_ms: int, account: str, event: str, detail: str) -> str:
    """The hash of one event on top of the hash of the one before."""
    text_of_event = json.dumps([before, n, at_ms, account, event, detail], separators=(",", ":"))
    return hashlib.sha256(text_of_event.encode()).hexdigest()


def chain_faults(events: Sequence[AuditEvent]) -> list[AuditFault]:
    """What does not fit in a chain that is given in order, at most MOST_FAULTS; none while it holds.

    An event that is right itself, beside one that is not, is not named. A chain that was written anew as a whole
    fits: only a checkpoint kept elsewhere tells (`checkpoint_fault`).
    """
    found: list[AuditFault] = []
    beside: list[AuditFault] = []
    before, expected = "", 1
    for at, event in enumerate(events):
        missing = range(expected, min(event.n, expected + MOST_FAULTS))
        found += [AuditFault(n, "missing") for n in missing]
        # What follows a hole hangs on a hash that is gone: nothing can be said of it, and the hole says enough.
        if not missing and event.hash != _hash_of(before, event.n, event):
            fault = _misfit(events, at)
            (beside if fault.was == event.n else found).append(fault)
        if len(found) >= MOST_FAULTS:
            break
        before, expected = event.hash, event.n + 1
    return (found or beside)[:MOST_FAULTS]


def checkpoint_fault(events: Sequence[AuditEvent], n: int, noted_hash: str) -> AuditFault | None:
    """None while the chain still runs through the event that a checkpoint noted."""
    if n == 0:
        return None
    seen = next((event for event in events if event.n == n), None)
    if seen is None:
        return AuditFault(n, "cut" if not events or events[-1].n < n else "missing")
    return None if seen.hash == noted_hash else AuditFault(n, "rewritten")


def _misfit(events: Sequence[AuditEvent], at: int) -> AuditFault:
    """An event whose hash fits after another one is as it was written; so is one that fits at another number."""
    event = events[at]
    hashes = {known.n: known.hash for known in events} | {0: ""}
    if any(event.hash == _hash_of(before, event.n, event) for before in hashes.values()):
        return AuditFault(event.n, "moved", event.n)
    for was in range(1, len(events) + 2):
        if any(event.hash == _hash_of(hashes.get(was - 1 + near, "-"), was, event) for near in (-1, 0, 1, 2)):
            return AuditFault(event.n, "moved", was)
    return AuditFault(event.n, "changed")


def _hash_of(before: str, n: int, event: AuditEvent) -> str:
    return link(before, n, event.at_ms, event.account, event.event, event.detail)


def _coded(value: Json) -> Json:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list):
        return [_coded(one) for one in value]
    return value if isinstance(value, str) and CODE.fullmatch(value) else LEFT_OUT
