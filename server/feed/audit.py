"""The decisions of a township, newest first, with the names of the people and replicas they concern."""

from __future__ import annotations

import json
from typing import Any

from server.domain.audit import AuditEvent
from server.store.audit import load_audit_page
from server.store.database import reading
from server.store.digests import load_people
from server.store.replicas import load_labels


def audit_page(township_id: str, before: int | None, most: int) -> dict[str, Any]:
    """A page of events below the number `before`, and whether there are older ones.

    Shape:  {events: [{n, at_ms, account, person, event, about, device, detail}], more}; no content, only codes
    """
    with reading() as connection:
        found = load_audit_page(connection, township_id, before, most + 1)
        people = load_people(connection, township_id)
        details = [json.loads(event.detail) for event in found]
        labels = load_labels(connection, township_id, {detail.get("replica") for detail in details} - {None})
    rows = [_row(event, detail, people, labels) for event, detail in zip(found, details, strict=True)]
    return {"events": rows[:most], "more": len(rows) > most}


def _row(
    event: AuditEvent, detail: dict[str, Any], people: dict[str, str], labels: dict[str, tuple[str, str]]
) -> dict[str, Any]:
    label, owner = labels.get(detail.get("replica", ""), ("", ""))
    concerned = detail.get("account") or owner
    return {
        "n": event.n,
        "at_ms": event.at_ms,
        "account": event.account,
        "person": people.get(event.account, ""),
        "event": event.event,
        "about": "" if concerned == event.account else people.get(concerned, ""),
        "device": label,
        "detail": detail,
    }
