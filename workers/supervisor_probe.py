"""One question to the web server, asked without ever waiting for the answer."""

from __future__ import annotations

import select
import socket
from pathlib import Path

PATIENCE_S = 10.0


class Probe:
    """A GET of /health/ready that sits in the listener's queue until the web server is there to answer."""

    def __init__(self, host: str, port: int, *, say: bool = True) -> None:
        self._socket = socket.create_connection((host, port), timeout=PATIENCE_S)
        if say:
            self._say(host, port)

    def _say(self, host: str, port: int) -> None:
        self._socket.sendall(f"GET /health/ready HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())

    def status(self) -> int | None:
        """The HTTP status if the answer is there; 0 if the connection broke; None while it is still awaited."""
        if not select.select([self._socket], [], [], 0)[0]:
            return None
        try:
            words = self._socket.recv(64).split()
        except OSError:
            words = []
        self.close()
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else 0

    def close(self) -> None:
        self._socket.close()


class TlsProbe(Probe):
    """The same through TLS; it does wait for the handshake, which only `make phone` and a hub pay for.

    A slow machine has nobody at the door yet when patience is over: that is a broken connection, asked anew.
    """

    _broken = False

    def __init__(self, host: str, port: int, authority: Path) -> None:
        import ssl  # three megabytes that a plain system does without

        super().__init__(host, port, say=False)
        self._socket.settimeout(PATIENCE_S)
        trust = ssl.create_default_context(cafile=str(authority))
        try:
            self._socket = trust.wrap_socket(self._socket, server_hostname=host)
            self._say(host, port)
        except OSError:
            self._broken = True
            self.close()

    def status(self) -> int | None:
        return 0 if self._broken else super().status()
