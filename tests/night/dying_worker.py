"""A real worker, killed hard at a chosen point of its first digest: python dying_worker.py POINT.

Points: `inside` the transaction, just before it commits · `committed`, before the message is acknowledged · `never`.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import server.commands.write_digests as command
import workers.digests as tasks
from workers.app import app


def die(*_args: Any, **_more: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def then_die(work: Any) -> Any:
    def both(*args: Any, **more: Any) -> Any:
        work(*args, **more)
        die()

    return both


def main(point: str) -> None:
    if point == "inside":
        command.save_delivery = die
    if point == "committed":
        tasks.write_digest = then_die(tasks.write_digest)
    app.conf.broker_transport_options = {
        "visibility_timeout": 1,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
    }
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    app.worker_main(["worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING", *quiet])


if __name__ == "__main__":
    main(sys.argv[1])
