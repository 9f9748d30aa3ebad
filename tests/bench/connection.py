"""A phone's connection that counts every byte: what our client sends without a browser's own headers."""

from __future__ import annotations

import gzip
import json
import socket
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import brotli

WORTH_BYTES = 1024
"""As in pwa/src/sync/transport.ts: a smaller body is not packed."""
BROWSER = "gzip, deflate, br, zstd"
"""What a browser takes on HTTPS and on localhost; elsewhere it leaves out all but gzip and deflate."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Shape: `sent` and `received` bytes on the wire, heads too; `seconds` from the first byte out to the last in."""

    status: int
    body: bytes
    sent: int
    received: int
    seconds: float
    coding: str

    @property
    def plain(self) -> bytes:
        if self.coding == "br":
            return brotli.decompress(self.body)
        return gzip.decompress(self.body) if self.coding == "gzip" else self.body

    def json(self) -> Any:
        return json.loads(self.plain)

    @property
    def both_ways(self) -> int:
        return self.sent + self.received


class Connection:
    """One kept-alive connection; a request is written whole, its answer read whole."""

    def __init__(self, url: str, token: str = "", takes: str = BROWSER) -> None:
        parts = urlsplit(url)
        self.where = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.token, self.takes = token, takes
        self._socket: socket.socket | None = None

    def get(self, path: str) -> Answer:
        return self.send(self.request("GET", path))

    def post(self, path: str, value: Any) -> Answer:
        return self.send(self.request("POST", path, value))

    def request(self, method: str, path: str, value: Any = None) -> bytes:
        """The whole request as bytes, packed as the phone packs it."""
        head = [f"{method} {path} HTTP/1.1", f"Host: {self.where[0]}:{self.where[1]}", f"Accept-Encoding: {self.takes}"]
        if self.token:
            head.append(f"Authorization: Bearer {self.token}")
        body = b""
        if value is not None:
            body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
            head.append("Content-Type: application/json")
            if len(body) >= WORTH_BYTES:
                body = gzip.compress(body, 6, mtime=0)
                head.append("Content-Encoding: gzip")
            head.append(f"Content-Length: {len(body)}")
        return "\r\n".join([*head, "", ""]).encode() + body

    def send(self, request: bytes) -> Answer:
        """The answer; a connection that the server let go meanwhile is opened again."""
        if self._socket is None:
            self._socket = socket.create_connection(self.where)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        began = time.perf_counter()
        try:
            self._socket.sendall(request)
            return self._answer(request, began)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _answer(self, request: bytes, began: float) -> Answer:
        data = bytearray()
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        lines = bytes(data[:end]).decode("latin-1").split("\r\n")
        head = {name.lower(): value.strip() for name, _colon, value in (line.partition(":") for line in lines[1:])}
        status = int(lines[0].split()[1])
        whole = end + 4 + int(head.get("content-length", "0"))
        while len(data) < whole:
            data += self._more()
        seconds = time.perf_counter() - began
        if head.get("connection", "").lower() == "close":
            self.close()
        coding = head.get("content-encoding", "")
        return Answer(status, bytes(data[end + 4 : whole]), len(request), len(data), seconds, coding)

    def _more(self) -> bytes:
        assert self._socket is not None
        part = self._socket.recv(262_144)
        if not part:
            raise ConnectionError("the server closed the connection")
        return part
