"""The supervisor's wait: signals come one at a time, children that end are started again, a stop is obeyed at once."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from workers.supervisor_child import Child, keep_log_short

STOP_SIGNALS = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
MOST_FAILURES_BEFORE_READY = 4
STEP_S, CALM_STEP_S = 0.05, 5.0
LOG_LOOK_S = 600.0


class CannotStart(Exception):
    """The system cannot start; the text is one sentence for the person who typed the command."""


def block_signals() -> None:
    """From here on signals are waited for, never delivered, so nothing is interrupted half done."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS | {signal.SIGCHLD})


def next_signal(longest_s: float) -> int | None:
    got = signal.sigtimedwait(STOP_SIGNALS | {signal.SIGCHLD}, longest_s)
    return got.si_signo if got else None


def run_once(child: Child) -> bool:
    """The child has run to its end and succeeded; False when the supervisor was asked to stop meanwhile.

    Raises: CannotStart when it failed.
    """
    child.start()
    while not child.reap(time.monotonic()):
        if next_signal(STEP_S) in STOP_SIGNALS:
            child.stop()
            return False
    if child.last_code != 0:
        raise CannotStart(f"{child.name} failed: {last_line(child)} (all of it: {child.log})")
    return True


def keep_alive(children: Sequence[Child], ready: Callable[[], bool], on_ready: Callable[[], None]) -> None:
    """Every child runs, and runs again when it dies, until a stop signal comes.

    Raises: CannotStart when a child keeps dying before the system was ever ready.
    """
    is_ready, looked_s = False, time.monotonic()
    while True:
        now_s = time.monotonic()
        for child in children:
            if child.reap(now_s):
                _report_end(child, give_up=not is_ready)
            child.start_if_due(now_s)
        if not is_ready and ready():
            is_ready = True
            on_ready()
        if now_s - looked_s > LOG_LOOK_S:
            looked_s = now_s
            for child in children:
                keep_log_short(child.log)
        if next_signal(_step_s(children, is_ready)) in STOP_SIGNALS:
            return


def _step_s(children: Sequence[Child], is_ready: bool) -> float:
    """Seconds to sleep at most: a death or a stop wakes us anyway, a planned start must not be missed."""
    return CALM_STEP_S if is_ready and all(child.due_s is None for child in children) else STEP_S


def _report_end(child: Child, *, give_up: bool) -> None:
    if give_up and child.failures >= MOST_FAILURES_BEFORE_READY:
        raise CannotStart(f"{child.name} ended {child.failures} times: {last_line(child)} (all of it: {child.log})")
    wait_s = max(0.0, (child.due_s or 0.0) - time.monotonic())
    say(f"{child.name} ended ({child.last_code}); it starts again in {wait_s:.1f} s; see {child.log}")


def say(line: str) -> None:
    """One line for whoever started us; if his end of the pipe is closed the system goes on all the same."""
    with suppress(OSError):
        print(line, flush=True)


def last_line(child: Child) -> str:
    """The last thing the program said, shortened."""
    text = child.log.read_text(errors="replace").strip() if child.log.exists() else ""
    return text.splitlines()[-1].strip()[:300] if text else "it said nothing"
