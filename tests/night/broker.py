"""What tests ask of the Redis that stands between timetable and worker."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import redis

LONGEST_WAIT_S = 40.0
Start = Callable[..., "subprocess.Popen[bytes]"]


def wait_until(what: Callable[[], bool], message: str) -> None:
    """Returns as soon as `what` is true; fails with the message after a while."""
    give_up_s = time.monotonic() + LONGEST_WAIT_S
    while not what():
        assert time.monotonic() < give_up_s, message
        time.sleep(0.05)


class Broker:
    """The Redis of one test session."""

    def __init__(self, socket: Path) -> None:
        self.url = f"redis+socket://{socket}"
        self.redis = redis.Redis(unix_socket_path=str(socket))

    def is_idle(self) -> bool:
        """Nothing waits in a queue and nothing is unacknowledged."""
        waiting = sum(int(self.redis.llen(queue)) for queue in ("effects", "digests"))
        return waiting + int(self.redis.hlen("unacked")) == 0

    def is_up(self) -> bool:
        try:
            return bool(self.redis.ping())
        except redis.ConnectionError:
            return False
