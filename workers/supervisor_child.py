"""One program under the supervisor: started on a leash, restarted with back-off, stopped in order."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

LEASH = Path(__file__).with_name("supervisor_leash.py")
FIRST_WAIT_S, LONGEST_WAIT_S, GOOD_RUN_S = 0.25, 30.0, 10.0
"""A program that ran ten seconds did start: killed over and over it still comes back at once, not in half a minute."""
LOG_LIMIT_BYTES = 16 * 1024 * 1024


class Child:
    """A program and what became of it.

    Shape:  `failures` counts ends in a row without a good run between; `due_s` is the monotonic time of the next start.
    """

    def __init__(
        self,
        name: str,
        argv: list[str],
        env: Mapping[str, str],
        log: Path,
        *,
        fds: tuple[int, ...] = (),
        grace_s: float = 8.0,
        folder: Path = LEASH.parent.parent,
    ) -> None:
        self.name, self.argv, self.env, self.log = name, argv, env, log
        self.fds, self.grace_s, self.folder = fds, grace_s, folder
        self.failures = 0
        self.due_s: float | None = 0.0
        self.started_s = 0.0
        self.last_code: int | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """The program runs in a session of its own (a Ctrl-C reaches the supervisor only), its output in its log."""
        keep_log_short(self.log)
        leash = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid())]
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(
                [*leash, *self.argv],
                env=dict(self.env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                pass_fds=self.fds,
                cwd=self.folder,
                start_new_session=True,
            )
        self.started_s, self.due_s = time.monotonic(), None

    def start_if_due(self, now_s: float) -> bool:
        if self._process is not None or self.due_s is None or now_s < self.due_s:
            return False
        self.start()
        return True

    def reap(self, now_s: float) -> bool:
        """True when the program has ended since the last look; its next start is then planned."""
        if self._process is None:
            return False
        if not self._ended():
            return False
        self._kill_session()  # what it left behind may hold its files; its number is still ours until we wait for it
        self.last_code = self._process.wait()
        self._process = None
        self.failures = 1 if now_s - self.started_s >= GOOD_RUN_S else self.failures + 1
        self.due_s = now_s + wait_s(self.failures)
        return True

    def ask_to_stop(self) -> None:
        """The program has its SIGTERM; a dead one keeps its number until `stop` waits for it, so nobody else is hit."""
        self.due_s = None
        if self._process is not None:
            os.kill(self._process.pid, signal.SIGTERM)

    def stop(self) -> None:
        """The program and its session are gone: asked first, killed after `grace_s`."""
        self.ask_to_stop()
        if self._process is None:
            return
        give_up_s = time.monotonic() + self.grace_s
        while not self._ended() and time.monotonic() < give_up_s:
            time.sleep(0.02)
        self._kill_session()
        self._process.wait()
        self._process = None

    def _ended(self) -> bool:
        """Looks without reaping."""
        if self._process is None:
            return True
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _kill_session(self) -> None:
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return  # nobody left in it


def wait_s(failures: int) -> float:
    """Seconds until the next start: at once-ish after the first end, doubling to half a minute."""
    return float(min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** (min(failures, 10) - 1)))


def keep_log_short(log: Path) -> None:
    """A log past its limit is copied to `NAME.log.1` and emptied; its writer appends, so goes on in it."""
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)
