"""Somebody else's phone, without a browser: speaks the wire to the running town."""

from __future__ import annotations

import json
import ssl
import urllib.error
import urllib.request
from typing import Any

from tests.phone import enrolment, hashed, new_id

Json = dict[str, Any]


class WirePhone:
    """One replica of a demo role. Shape: `rows` record id → its newest row; `head` the highest seq pulled."""

    trust: ssl.SSLContext | None = None
    """The authority of a laptop in the hall, where `url` is one."""

    def __init__(self, url: str, role: str = "committee_secretary") -> None:
        self.url, self.n, self.head, self.rows = url, 0, 0, dict[str, Json]()
        self.headers: dict[str, str] = {}
        code = self.call("POST", "/demo/v1/invitations", {"role": role})["code"]
        self.me = self.call("POST", "/auth/v1/replicas", enrolment(invitation_code=code))
        self.headers = {"Authorization": f"Bearer {self.me['token']}"}

    def call(self, method: str, path: str, body: Json | None = None) -> Json:
        data = None if body is None else json.dumps(body).encode()
        headers = {**self.headers, **({"Content-Type": "application/json"} if data else {})}
        asked = urllib.request.Request(self.url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=30, context=self.trust) as answer:
                found: Json = json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            error.add_note(error.read().decode(errors="replace"))
            raise
        return found

    def pull(self) -> None:
        """Everything that may be read, from the beginning."""
        page: Json = {"more": True, "cursor": None}
        while page["more"]:
            at = f"?cursor={page['cursor']}" if page["cursor"] else ""
            page = self.call("GET", f"/sync/v1/pull{at}")
            for row in page["changes"]:
                self.rows[row["record"]] = row
                self.head = max(self.head, row["seq"])

    def push(self, action: str, record: str, kind: str, fields: Json, base: int | None = None, **more: str) -> Json:
        """One change and what became of it. Shape: `more` may name the command."""
        self.n += 1
        seen = self.head if base is None else base
        change = {"n": self.n, "change": new_id(), "schema_version": 1, "record": record, "kind": kind}
        change |= {"action": action, "base": seen, "fields": fields, "captured_at_ms": 1, "clock_offset_ms": 0} | more
        outcome: Json = self.call("POST", "/sync/v1/push", {"changes": [hashed(change)]})["outcomes"][0]
        return outcome


def settle_all(url: str) -> None:
    """No conflict waits for the secretary: each keeps what the record says."""
    phone = WirePhone(url)
    phone.pull()
    for conflict in [row for row in phone.rows.values() if row.get("kind") == "conflict"]:
        fields = conflict["fields"]
        if fields["status"] != "open":
            continue
        head = phone.rows[fields["record"]]["fields"].get(fields["field"])
        sides = [{"replica": side["replica"], "n": side["n"]} for side in fields["sides"]]
        told = phone.push("settle", conflict["record"], "conflict", {"value": head, "sides": sides})
        assert told["outcome"] == "applied", told
