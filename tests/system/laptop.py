"""A laptop in the hall: `zoufang hub run` as somebody starts it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.system.running import ROOT


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def laptop(file: Path, port: int) -> Iterator[tuple[list[str], Path]]:
    """The hub runs; what it said, and the authority that a phone takes."""
    line = [sys.executable, "-m", "server.cli", "hub", "run", str(file), "--port", str(port)]
    line += ["--passphrase-file", str(file.parent / "words"), "--authority", str(file.parent / "phone")]
    running = subprocess.Popen(
        line, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert running.stdout is not None
    try:
        said: list[str] = []
        for read in running.stdout:
            said.append(read.rstrip())
            if read.startswith("ready "):
                break
        assert said and said[-1].startswith("ready "), said
        yield said, file.with_name(file.name + ".d") / "phone" / "ca.pem"
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)
        running.stdout.close()
