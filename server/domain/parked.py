"""What quarantine keeps of a change: everything that came, as text that both databases can hold."""

from __future__ import annotations

import json

from server.domain.records import Change, Refused


def payload_of(item: Change | Refused) -> str:
    """The change as ASCII JSON, so that lone surrogates, NUL and number are all still there when a person looks."""
    if isinstance(item, Refused):
        return item.payload
    return json.dumps({"n": item.n, "hash": item.hash, **json.loads(item.canonical)}, separators=(",", ":"))
