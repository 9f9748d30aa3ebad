"""A phone on the wire: it asks as pwa/src/sync asks, and counts what that costs."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

from server.domain.epochs import EPOCH_DIGITS
from tests.bench.connection import BROWSER, Answer, Connection
from tests.phone import Phone

RETRY_S = 1.0


class Reader:
    """Shape: `cursor` of the last page, empty before the first."""

    def __init__(self, url: str, token: str, takes: str = BROWSER) -> None:
        self.line = Connection(url, token, takes)
        self.cursor = ""

    def pull(self) -> Answer:
        """The next page, or 204."""
        asked = f"cursor={quote(self.cursor)}&" if self.cursor else ""
        answer = self.line.get(f"/sync/v1/pull?{asked}schema_version=1&limit=500")
        assert answer.status in (200, 204), answer.plain[:500]
        if answer.status == 200:
            page = answer.plain
            at = page.rindex(b'"cursor":"') + len(b'"cursor":"')
            self.cursor = page[at : page.index(b'"', at)].decode()
        return answer

    def pull_all(self) -> list[Answer]:
        """Every page until the server says that there is no more."""
        answers = [self.pull()]
        while answers[-1].plain.endswith(b'"more":true}'):
            answers.append(self.pull())
        return answers


class Caller(Reader):
    """One that also pushes. Shape: `refused` how often the server said that it is busy."""

    def __init__(self, url: str, phone: Phone, takes: str = BROWSER) -> None:
        super().__init__(url, phone.enrolled["token"], takes)
        self.phone = phone
        self.refused = 0

    def push(self, changes: list[dict[str, Any]]) -> Answer:
        answer = self.send_patiently(self.request(changes))
        assert answer.plain.count(b'"applied"') == len(changes), answer.plain[:500]
        return answer

    def request(self, changes: list[dict[str, Any]]) -> bytes:
        epoch = self.phone.enrolled["epoch"][:EPOCH_DIGITS]
        return self.line.request("POST", "/sync/v1/push", {"epoch": epoch, "changes": changes})

    def send_patiently(self, request: bytes) -> Answer:
        """The answer that is not 503: a phone told to come back comes back."""
        while (answer := self.line.send(request)).status == 503:
            self.refused += 1
            time.sleep(RETRY_S)
        assert answer.status == 200, answer.plain[:500]
        return answer


def rows_in(pages: list[Answer]) -> int:
    """How many rows these pages brought."""
    return sum(page.plain.count(b'{"seq":') for page in pages)
