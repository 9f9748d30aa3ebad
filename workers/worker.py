"""The worker's process: `python -m workers.worker`; Celery's own command would load a shell it never shows."""

from __future__ import annotations

import sys

from server.settings import BadSetting
from server.store.sealing import SealingKeyWrong
from workers.app import app, house

THREADS = 4


def main() -> int:
    """The worker ran until it was asked to stop; its exit code, 2 when it may not start on this database."""
    try:
        house()
    except (BadSetting, SealingKeyWrong) as error:
        sys.stderr.write(f"zoufang: {error}\n")
        return 2
    worker = app.Worker(
        pool="threads",
        concurrency=THREADS,
        loglevel="INFO",
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    return int(worker.exitcode or 0)


if __name__ == "__main__":
    sys.exit(main())
