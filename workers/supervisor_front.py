"""Where the system is reached: the listening socket, its address, and how to ask whether it is ready."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from dataclasses import dataclass

from server.settings import Settings
from workers.supervisor_child import Child
from workers.supervisor_probe import Probe
from workers.supervisor_watch import CannotStart

PORTS_TRIED = 50


@dataclass(frozen=True, slots=True)
class Front:
    """How this system is entered.

    Shape:  `url` is what a browser on this machine opens, `phone_url` a phone's; `web_options` go to gunicorn;
            `also` are sockets that `children` serve; `notes` are printed when ready.
    """

    listener: socket.socket
    url: str
    ask: Callable[[], Probe]
    web_options: tuple[str, ...] = ()
    children: tuple[Child, ...] = ()
    also: tuple[socket.socket, ...] = ()
    notes: tuple[str, ...] = ()
    phone_url: str = ""

    @property
    def port(self) -> int:
        return int(self.listener.getsockname()[1])


def plain_front(settings: Settings) -> Front:
    """HTTP on HOST and PORT; without a PORT given, on the next free one."""
    listener = listen(settings.host, settings.port, exactly=bool(os.environ.get("PORT")))
    host, port = ask_host(settings.host), listener.getsockname()[1]
    return Front(listener, f"http://{_in_address(host)}:{port}", lambda: Probe(host, port))


def listen(host: str, port: int, *, exactly: bool) -> socket.socket:
    """A listening socket that outlives every restart of the web server: callers wait in its queue, none is refused.

    Raises: CannotStart when no port is free.
    """
    last: OSError | None = None
    for candidate in range(port, port + (1 if exactly else PORTS_TRIED)):
        listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
            listener.listen(512)
        except OSError as error:
            listener.close()
            last = error
            continue
        return listener
    wanted = f"port {port}" if exactly else f"every port from {port} to {port + PORTS_TRIED - 1}"
    reason = last.strerror if last else "none tried"
    raise CannotStart(f"cannot listen on {wanted} of {host}: {reason}; give another PORT")


def ask_host(host: str) -> str:
    """The address of this machine at which a server bound to `host` answers."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104 - compared, not bound


def _in_address(host: str) -> str:
    return f"[{host}]" if ":" in host else host
