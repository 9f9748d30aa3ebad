"""What the quarantine desk reads: what is held and whose, and the content of one where the scope rule allows."""

from __future__ import annotations

import json
from typing import Any

from server.domain.kinds import Kinds
from server.domain.problems import Problem
from server.domain.quarantine import may_read_content, named_ids
from server.domain.replicas import Identity
from server.store.changes import load_numbers
from server.store.database import reading
from server.store.digests import load_people
from server.store.quarantine import Quarantined, load_quarantined, whole
from server.store.records import load_family

MOST_LISTED = 500


def quarantine_of(township_id: str, status: str | None) -> list[dict[str, Any]]:
    """What is, or was, in quarantine, oldest first, without any content.

    Shape:  {replica, n, account, author, kind, action, record, slug, status, reason, outcome, corrected,
            created_at_ms, decided_at_ms, decided_by}; `author` and `decided_by` are names
    """
    with reading() as connection:
        found = load_quarantined(connection, township_id, status)
        names = load_people(connection, township_id)
    return [_line(change, names) for change in found[-MOST_LISTED:]]


def quarantined_change(kinds: Kinds, identity: Identity, replica_id: str, n: int) -> dict[str, Any]:
    """One change of the quarantine: where it is wrong, and its fields if they are for this reader's eyes.

    Shape:  a line of `quarantine_of` with `places` (JSON pointers), `readable`, and `fields` where readable, else null
    Laws:   L15
    Raises: not-found, content-damaged
    """
    township = identity.tenant.id
    with reading() as connection:
        found = load_quarantined(connection, township, None, replica_id, n)
        if not found:
            raise Problem("not-found", "no change is held under this number")
        names = load_people(connection, township)
        raw = json.loads(whole(found[0]).payload)
        known = load_family(connection, township, named_ids(kinds, raw))
        history = load_numbers(connection, township, replica_id, n, n)
    readable = may_read_content(kinds, identity.actor, found[0].account_id, raw, known, township)
    more = json.loads(history[n].more or "{}") if n in history else {}
    errors = more.get("problem", {}).get("errors", [])
    return {
        **_line(found[0], names),
        "places": [str(error.get("pointer", "")) for error in errors],
        "readable": readable,
        "fields": raw.get("fields") or {} if readable else None,
    }


def _line(change: Quarantined, names: dict[str, str]) -> dict[str, Any]:
    return {
        "replica": change.replica_id,
        "n": change.n,
        "account": change.account_id,
        "author": names.get(change.account_id, ""),
        "kind": change.kind,
        "action": _action(change),
        "record": change.record,
        "slug": change.slug,
        "status": change.status,
        "reason": change.reason,
        "outcome": change.outcome,
        "corrected": json.loads(change.corrected) if change.corrected else [],
        "created_at_ms": change.created_at_ms,
        "decided_at_ms": change.decided_at_ms,
        "decided_by": names.get(change.decided_by or "", ""),
    }


def _action(change: Quarantined) -> str | None:
    """What the change wanted to do; a name and no content."""
    raw = json.loads(change.payload or "{}")
    action = raw.get("command") if raw.get("action") == "command" else raw.get("action")
    return action if isinstance(action, str) and action.isalpha() and len(action) <= 20 else None
